"""How many values lie where."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from .colours import series_look
from .drawing import Drawing, Entry, Table
from .lines import log_notes
from .numbers import counted, short
from .plot import ALL, Name, Plot, Side, View, plot_of
from .reference import reference_entries, reference_marks, summary_rows, summary_words
from .sample import Sample, lack_notes
from .scales import LARGEST, Domain, domain_of
from .svg import Element, group, shape

MOST_BINS = 60
# Of the bar of zeros below a log axis, to each side.
FLOOR_BAR_PX = 6.0


@dataclass(frozen=True)
class Bin:
    """From `low` up to `high`; `high` itself belongs to the next, but for the last."""

    low: float
    high: float
    count: int


def bins_of(values: Sequence[float], *, log: bool = False) -> list[Bin]:
    """As wide as Freedman and Diaconis have them: twice the interquartile range over the cube
    root of n (1981, doi 10.1007/BF01025868); by Sturges' rule where that range is 0.

    Of equal widths in the logarithm where `log`, of the values above zero alone.
    """
    bent = sorted(
        math.log10(value) if log else min(max(value, -LARGEST), LARGEST)
        for value in values
        if value > 0 or not log
    )
    if not bent:
        return []
    n_bins = number_of_bins(bent)
    width = (bent[-1] - bent[0]) / n_bins
    counts = [0] * n_bins
    for value in bent:
        place = int((value - bent[0]) / width) if width else 0
        counts[min(max(place, 0), n_bins - 1)] += 1
    edges = [bent[0] + width * number for number in range(n_bins)] + [bent[-1]]
    edges = [bounded_power(edge) for edge in edges] if log else edges
    return [Bin(edges[at], edges[at + 1], count) for at, count in enumerate(counts)]


def bounded_power(exponent: float) -> float:
    return 10.0 ** min(exponent, 308.0)


def number_of_bins(ordered: Sequence[float]) -> int:
    """For values in rising order, 1 to 60."""
    span = ordered[-1] - ordered[0]
    if len(ordered) < 2 or span <= 0:
        return 1
    quarter, _, three_quarters = quantiles(ordered, n=4, method="inclusive")
    width = 2 * (three_quarters - quarter) / len(ordered) ** (1 / 3)
    if width <= 0 or span / width > 1e6:
        return min(MOST_BINS, math.ceil(math.log2(len(ordered))) + 1)
    return min(MOST_BINS, max(1, math.ceil(span / width)))


def histogram(
    sample: Sample, *, title: str, x: Name, log: bool = False, view: View = ALL
) -> Drawing:
    across = domain_of(sample.numbers, log=log, wanted=view.x)
    bins = bins_of(sample.numbers, log=across.log)
    below = sum(value <= 0 for value in sample.numbers) if across.log else 0
    most = max([each.count for each in bins] + [below], default=0)
    up = Domain(0.0, max(most * 1.06, 1.0), whole=True)
    plot = plot_of(Side(across, x), Side(up, Name("iterations"), zooms=False))
    marks = bar_marks(bins, below, plot, sample) if sample.values else []
    return Drawing(
        title=title,
        description=f"Histogram of {x.text}: {summary_words(sample.summary)}.",
        width=plot.width,
        height=plot.height,
        marks=plot.around(marks, "no values"),
        table=table_of(sample, bins, below),
        legend=legend_of(sample),
        notes=[*log_notes(sample.numbers, across, log), *lack_notes([sample])],
        zoom=plot.zoom() if sample.values else {},
        is_log=across.log,
        empty=not sample.values,
    )


def bar_marks(bins: list[Bin], below: int, plot: Plot, sample: Sample) -> list[Element]:
    bars = [bar_of(each, plot) for each in bins if each.count]
    if below and plot.x.domain.floor:
        left, right = plot.x.floor - FLOOR_BAR_PX, plot.x.floor + FLOOR_BAR_PX
        bars.append(bar(left, right, below, plot, f"{plot.x.domain.floor}: {told(below)}"))
    looks = series_look(sample.index)
    return [
        group(looks, [group("bars", bars)], data_series="0"),
        *reference_marks(sample.summary, plot, 1),
    ]


def bar_of(each: Bin, plot: Plot) -> Element:
    """At least two pixels wide: all values may be equal."""
    left, right = plot.x.at(each.low), plot.x.at(each.high)
    middle, half = (left + right) / 2, max((right - left) / 2, 1.0)
    half = max(half, 8.0) if each.low == each.high else half
    return bar(middle - half, middle + half, each.count, plot, f"{edges(each)}: {told(each.count)}")


def bar(left: float, right: float, count: int, plot: Plot, tip: str) -> Element:
    top = plot.y.at(count)
    return shape("rect", x=left, y=top, width=right - left, height=plot.bottom - top, tip=tip)


def edges(each: Bin) -> str:
    return short(each.low) if each.low == each.high else f"{short(each.low)} to {short(each.high)}"


def told(count: int) -> str:
    return counted(count, "iteration")


def legend_of(sample: Sample) -> list[Entry]:
    if not sample.values:
        return []
    entry = Entry("iterations", series_look(sample.index), 0, sign="bar")
    return [entry, *reference_entries(sample.summary, 1)]


def table_of(sample: Sample, bins: list[Bin], below: int) -> Table:
    rows = summary_rows(sample.summary)
    floor = [["zero or less", told(below)]] if below else []
    return Table(["figure", "value"], [*rows, *floor, *([edges(b), told(b.count)] for b in bins)])
