"""Every value as a dot, beside each other."""

from .colours import series_look
from .drawing import Drawing, Entry, Table
from .lines import log_notes
from .numbers import short
from .plot import ALL, Name, Plot, Side, View, plot_of
from .reference import reference_entries, reference_marks, summary_words
from .sample import Sample, lack_notes
from .scales import Domain, domain_of
from .svg import Element, group, shape

HEIGHT = 210.0
DOT_PX = 3.5
# Its multiples fill the interval from 0 to 1 evenly, wherever one stops: the same numbers are
# always at the same height, and neighbours are apart.
GOLDEN = 0.6180339887498949


def strip_plot(
    sample: Sample, *, title: str, x: Name, log: bool = False, view: View = ALL
) -> Drawing:
    across = domain_of(sample.numbers, log=log, wanted=view.x)
    plot = plot_of(Side(across, x), Side(Domain(0.0, 1.0)), height=HEIGHT)
    dots = group("faint", [dot(sample, number, value, plot) for number, value in sample.values])
    marks = [
        group(series_look(sample.index), [dots], data_series="0"),
        *reference_marks(sample.summary, plot, 1),
    ]
    return Drawing(
        title=title,
        description=f"Each value of {x.text} as a dot: {summary_words(sample.summary)}.",
        width=plot.width,
        height=plot.height,
        marks=plot.around(marks if sample.values else [], "no values"),
        table=table_of(sample, x),
        legend=legend_of(sample),
        notes=[*log_notes(sample.numbers, across, log), *lack_notes([sample])],
        zoom=plot.zoom() if sample.values else {},
        is_log=across.log,
        empty=not sample.values,
    )


def dot(sample: Sample, number: int, value: float, plot: Plot) -> Element:
    height = 0.12 + 0.76 * (number * GOLDEN % 1.0)
    return shape(
        "circle",
        cx=plot.x.at(value),
        cy=plot.y.at(height),
        r=DOT_PX,
        tip=f"seed {sample.seed(number)}: {short(value)}",
    )


def legend_of(sample: Sample) -> list[Entry]:
    if not sample.values:
        return []
    entry = Entry("one iteration", series_look(sample.index), 0, sign="dot")
    return [entry, *reference_entries(sample.summary, 1)]


def table_of(sample: Sample, x: Name) -> Table:
    rows = [[str(sample.seed(number)), short(value)] for number, value in sample.values]
    return Table(["seed", x.text], rows)
