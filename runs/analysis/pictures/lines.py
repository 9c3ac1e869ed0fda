"""Lines over a number, up to twenty of them, with confidence bands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from .colours import dash_look, series_look
from .drawing import Drawing, Entry, Table
from .numbers import counted, listed, short
from .plot import ALL, Name, Plot, Side, View, plot_of, polyline
from .scales import Domain, domain_of
from .svg import Element, group, shape

MOST_SERIES = 20
# More of them one upon another say nothing.
MOST_BANDS = 6
# From here on a linear axis would crowd all but the last of a parameter's values into a corner.
WIDE_RATIO = 500
DOT_PX = 3.5


@dataclass(frozen=True)
class Point:
    """`y` is None where there is no value; `low` and `high` are the band, None without one.

    `n` is how many values are behind it.
    """

    x: float
    y: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @property
    def has_band(self) -> bool:
        return self.y is not None and self.low is not None and self.high is not None


@dataclass(frozen=True)
class Series:
    """`index` chooses the colour: the same thing has the same on all pictures of a page.

    Points are in rising x.
    """

    label: str
    points: Sequence[Point]
    index: int


def line_chart(
    series: Sequence[Series],
    *,
    title: str,
    x: Name,
    y: Name,
    log: bool = False,
    view: View = ALL,
    notes: Sequence[str] = (),
) -> Drawing:
    """At most `MOST_SERIES` are drawn, and a note says which are not."""
    drawn = series[:MOST_SERIES]
    has_bands = len(drawn) <= MOST_BANDS
    plot = plot_of(Side(x_domain(drawn, view), x), Side(y_domain(drawn, log, view, has_bands), y))
    marks = [mark for each in drawn for mark in series_marks(each, plot, has_bands)]
    is_empty = not any(values_of(drawn))
    said = [*line_notes(series, plot, log, has_bands), *notes]
    return Drawing(
        title=title,
        description=described(drawn, x, y),
        width=plot.width,
        height=plot.height,
        marks=plot.around([] if is_empty else marks, "no values"),
        table=table_of(drawn, x),
        legend=[entry_of(each) for each in drawn] if len(drawn) > 1 else [],
        notes=said,
        zoom={} if is_empty else plot.zoom(),
        is_log=plot.y.domain.log,
        empty=is_empty,
    )


def values_of(series: Iterable[Series]) -> list[Point]:
    return [point for each in series for point in each.points if point.y is not None]


def x_domain(series: Sequence[Series], view: View) -> Domain:
    places = sorted({point.x for each in series for point in each.points})
    wide = len(places) > 2 and places[0] > 0 and places[-1] >= WIDE_RATIO * places[0]
    return domain_of(places, log=wide, wanted=view.x)


def y_domain(series: Sequence[Series], log: bool, view: View, has_bands: bool) -> Domain:
    """Around what the view shows; a band that reaches down to zero is no reason for a log axis
    to show one."""
    points = values_of(series)
    if view.x is not None:
        first, last = view.x
        points = [point for point in points if first <= point.x <= last] or points
    ends = [end for p in points if p.has_band and has_bands for end in (p.low, p.high)]
    edges = [end for end in ends if end is not None and (end > 0 or not log)]
    return domain_of([*(p.y for p in points if p.y is not None), *edges], log=log, wanted=view.y)


def series_marks(series: Series, plot: Plot, has_bands: bool) -> list[Element]:
    """One group with band, line and points; a line is broken where a value is missing."""
    parts = [list(part) for there, part in groupby(series.points, has_value) if there]
    bands = [shape("path", "band", d=band(part, plot)) for part in parts if has_bands]
    curves = [
        shape("path", f"curve {dash_look(series.index)}", d=polyline(places(part, plot)))
        for part in parts
    ]
    dots = [dot(series, point, plot) for part in parts for point in part]
    looks = series_look(series.index)
    marks = [mark for mark in bands if mark.attributes["d"]] + curves
    return [group(looks, [*marks, group("dots", dots)], data_series=str(series.index))]


def has_value(point: Point) -> bool:
    return point.y is not None


def places(points: Iterable[Point], plot: Plot) -> list[tuple[float, float]]:
    return [(plot.x.at(p.x), plot.y.at(p.y)) for p in points if p.y is not None]


def band(points: list[Point], plot: Plot) -> str:
    """The outline of each stretch that has one; a stretch of one point is a bar at it."""
    outlines = []
    for there, stretch in groupby(points, lambda point: point.has_band):
        if there:
            outlines.append(outline(list(stretch), plot))
    return "".join(outlines)


def outline(points: list[Point], plot: Plot) -> str:
    upper = [(plot.x.at(p.x), plot.y.at(p.high)) for p in points if p.high is not None]
    lower = [(plot.x.at(p.x), plot.y.at(p.low)) for p in points if p.low is not None]
    if len(points) == 1:
        (x, top), (_, bottom) = upper[0], lower[0]
        upper, lower = (
            [(x - DOT_PX, top), (x + DOT_PX, top)],
            [(x - DOT_PX, bottom), (x + DOT_PX, bottom)],
        )
    return polyline([*upper, *reversed(lower)]) + "Z"


def dot(series: Series, point: Point, plot: Plot) -> Element:
    """Hollow where a zero stands below a log axis."""
    y = point.y or 0.0
    below = plot.y.domain.log and y <= 0
    where = f"{plot_name(plot.across)} {short(point.x)} {plot_unit(plot.across)}".strip()
    return shape(
        "circle",
        "hollow" if below else "",
        cx=plot.x.at(point.x),
        cy=plot.y.at(y),
        r=DOT_PX,
        tip=f"{series.label or plot_name(plot.up)}\n{where}: {told(point)}",
    )


def plot_name(side: Side) -> str:
    return side.name.label if side.name else ""


def plot_unit(side: Side) -> str:
    return side.name.unit if side.name else ""


def told(point: Point) -> str:
    """`0.021 (95 % CI 0.019 to 0.023, n = 20)`"""
    if point.y is None:
        return "no value"
    more = []
    if point.low is not None and point.high is not None:
        more.append(f"95 % CI {short(point.low)} to {short(point.high)}")
    if point.n is not None:
        more.append(f"n = {point.n:,}")
    return short(point.y) + (f" ({', '.join(more)})" if more else "")


def entry_of(series: Series) -> Entry:
    return Entry(series.label, series_look(series.index), series.index, dash_look(series.index))


def line_notes(series: Sequence[Series], plot: Plot, log: bool, has_bands: bool) -> list[str]:
    drawn = series[:MOST_SERIES]
    left_out = [each.label for each in series[MOST_SERIES:]]
    bands = any(point.has_band for point in values_of(drawn))
    notes = [
        *([f"{counted(len(left_out), 'line')} not drawn: {listed(left_out)}."] if left_out else []),
        *(
            []
            if has_bands or not bands
            else [f"Confidence bands are drawn for up to {MOST_BANDS} lines."]
        ),
        *missing_notes(drawn),
        *log_notes([p.y for p in values_of(drawn) if p.y is not None], plot.y.domain, log),
    ]
    if has_bands and bands:
        notes.append("Band: 95 % confidence interval of the mean.")
    return notes


def missing_notes(series: Sequence[Series]) -> list[str]:
    notes = []
    for each in series:
        gaps = [short(point.x) for point in each.points if point.y is None]
        if gaps:
            whose = f"{each.label}: no" if each.label else "No"
            notes.append(f"{whose} value at {listed(gaps)}.")
    return notes


def log_notes(values: Sequence[float], domain: Domain, log: bool) -> list[str]:
    """What a log axis cannot show, and where it stands instead."""
    if not log or not values:
        return []
    if not domain.log:
        return ["Nothing is above zero: the axis is linear."]
    below = sum(value <= 0 for value in values)
    if not below:
        return []
    what = "zero" if min(values) == 0 else "zero or less"
    verb = "is" if below == 1 else "are"
    where = "at the end" if domain.floor else "outside this part"
    return [
        f"{counted(below, 'value')} {verb} {what}: no logarithm, drawn {where} of the log axis."
    ]


def described(series: Sequence[Series], x: Name, y: Name) -> str:
    """For who cannot see it: what is drawn, and from where to where each line goes."""
    parts = [f"{y.text} against {x.text}, {counted(len(series), 'line')}."]
    for each in series:
        points = [point for point in each.points if point.y is not None]
        if points:
            first, last = points[0], points[-1]
            ends = f"{told(first)} at {short(first.x)}, {told(last)} at {short(last.x)}"
            parts.append(f"{each.label or y.label}: {counted(len(points), 'point')}, {ends}.")
        else:
            parts.append(f"{each.label or y.label}: no values.")
    return " ".join(parts)


def table_of(series: Sequence[Series], x: Name) -> Table:
    """A row for each x, a column for each line."""
    at = [{point.x: told(point) for point in each.points} for each in series]
    every_x = sorted({place for points in at for place in points})
    rows = [[short(place), *(points.get(place, "–") for points in at)] for place in every_x]
    return Table([x.text, *(each.label or "mean" for each in series)], rows)
