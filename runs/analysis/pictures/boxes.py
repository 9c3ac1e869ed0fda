"""Box plots, one under another, so that long names have room."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from .colours import series_look
from .drawing import Drawing, Table
from .lines import log_notes
from .numbers import short
from .plot import ALL, BOTTOM, TOP, Name, Plot, Side, View, plot_of, polyline
from .sample import Sample, lack_notes
from .scales import Domain, domain_of
from .svg import Element, cut, group, line, shape, words

ROW_PX = 88.0
LABEL_PX = 20.0
HALF_BOX_PX = 18.0
DOT_PX = 3.5
LONGEST_LABEL = 60
# Tukey, Exploratory Data Analysis (1977): whiskers end at the last value within 1.5 boxes.
WHISKER = 1.5


@dataclass(frozen=True)
class Box:
    """`outliers` are [iteration number, value] beyond the whiskers."""

    lower: float
    first: float
    median: float
    third: float
    upper: float
    outliers: list[tuple[int, float]]


def box_of(values: Sequence[tuple[int, float]]) -> Box:
    """Of at least one value; quartiles by linear interpolation."""
    numbers = sorted(value for _, value in values)
    if len(numbers) == 1:
        only = numbers[0]
        return Box(only, only, only, only, only, [])
    first, median, third = quantiles(numbers, n=4, method="inclusive")
    reach = WHISKER * (third - first)
    within = [value for value in numbers if first - reach <= value <= third + reach] or numbers
    lower, upper = within[0], within[-1]
    return Box(
        lower,
        first,
        median,
        third,
        upper,
        [each for each in values if not lower <= each[1] <= upper],
    )


def box_plots(
    samples: Sequence[Sample], *, title: str, x: Name, log: bool = False, view: View = ALL
) -> Drawing:
    numbers = [value for sample in samples for value in sample.numbers]
    across = domain_of(numbers, log=log, wanted=view.x)
    height = TOP + ROW_PX * len(samples) + BOTTOM
    plot = plot_of(Side(across, x), Side(Domain(0.0, 1.0)), height=height)
    rows = [row(sample, plot, plot.top + ROW_PX * at) for at, sample in enumerate(samples)]
    return Drawing(
        title=title,
        description=f"Box plots of {x.text}. {' '.join(described(each) for each in samples)}",
        width=plot.width,
        height=plot.height,
        marks=plot.around(rows if numbers else [], "no values"),
        table=table_of(samples),
        notes=[
            *log_notes(numbers, across, log),
            *lack_notes(samples),
            *([HOW_TO_READ] if numbers else []),
        ],
        zoom=plot.zoom() if numbers else {},
        is_log=across.log,
        empty=not numbers,
    )


HOW_TO_READ = (
    "Box: quartiles and median; whiskers: the last value within 1.5 box lengths; dots: beyond "
    "them; diamond: mean, with its 95 % confidence interval."
)


def row(sample: Sample, plot: Plot, top: float) -> Element:
    label = cut(f"{sample.label} (n = {len(sample.values):,})", LONGEST_LABEL)
    name = words(label, plot.left + 4, top + 14, "strong")
    middle = top + LABEL_PX + (ROW_PX - LABEL_PX) / 2
    body = box_marks(sample, box_of(sample.values), plot, middle) if sample.values else []
    return group(series_look(sample.index), [name, *body], data_series=str(sample.index))


def box_marks(sample: Sample, box: Box, plot: Plot, y: float) -> list[Element]:
    lower, first, median, third, upper = (
        plot.x.at(value) for value in (box.lower, box.first, box.median, box.third, box.upper)
    )
    top, bottom, half = y - HALF_BOX_PX, y + HALF_BOX_PX, HALF_BOX_PX / 2
    stems = [
        line(lower, y, first, y),
        line(third, y, upper, y),
        line(lower, y - half, lower, y + half),
        line(upper, y - half, upper, y + half),
        line(median, top, median, bottom),
    ]
    width = max(third - first, 1.0)
    tip = f"{sample.label}\n{told(box)}"
    return [
        group("stem", stems),
        shape("rect", "box", x=first, y=top, width=width, height=2 * HALF_BOX_PX, tip=tip),
        group("dots", [outlier(sample, each, plot, y) for each in box.outliers]),
        *mean_marks(sample, plot, y),
    ]


def outlier(sample: Sample, each: tuple[int, float], plot: Plot, y: float) -> Element:
    number, value = each
    tip = f"{sample.label}\nseed {sample.seed(number)}: {short(value)}"
    return shape("circle", cx=plot.x.at(value), cy=y, r=DOT_PX, tip=tip)


def mean_marks(sample: Sample, plot: Plot, y: float) -> list[Element]:
    """A diamond, and the interval as a bar through it."""
    summary = sample.summary
    if summary is None:
        return []
    x, marks = plot.x.at(summary.mean), []
    tip = f"{sample.label}\nmean {short(summary.mean)}"
    if summary.interval:
        ends = summary.interval.lower, summary.interval.upper
        left, right = (plot.x.at(end) for end in ends)
        marks.append(group("stem", [line(left, y, right, y)]))
        tip += f" (95 % CI {short(ends[0])} to {short(ends[1])})"
    diamond = polyline([(x - 6, y), (x, y - 6), (x + 6, y), (x, y + 6)]) + "Z"
    return [group("ink", [*marks, shape("path", "diamond", d=diamond, tip=tip)])]


def told(box: Box) -> str:
    return (
        f"median {short(box.median)}, quartiles {short(box.first)} to {short(box.third)}, "
        f"whiskers {short(box.lower)} to {short(box.upper)}"
    )


def described(sample: Sample) -> str:
    if not sample.values:
        return f"{sample.label}: no values."
    mean = f", mean {short(sample.summary.mean)}" if sample.summary else ""
    return f"{sample.label}: n = {len(sample.values):,}, {told(box_of(sample.values))}{mean}."


def table_of(samples: Sequence[Sample]) -> Table:
    columns = ["", "n", "mean", "lower whisker", "first quartile", "median", "third quartile",
               "upper whisker", "beyond"]  # fmt: skip
    return Table(columns, [table_row(sample) for sample in samples])


def table_row(sample: Sample) -> list[str]:
    if not sample.values:
        return [sample.label, "0", *["–"] * 7]
    box = box_of(sample.values)
    mean = short(sample.summary.mean) if sample.summary else "–"
    ends = (box.lower, box.first, box.median, box.third, box.upper)
    beyond = ", ".join(f"seed {sample.seed(n)}: {short(value)}" for n, value in box.outliers)
    return [sample.label, str(len(sample.values)), mean, *map(short, ends), beyond or "none"]
