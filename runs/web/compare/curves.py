"""One metric of several runs as curves in one picture, each in its run's colour."""

from collections.abc import Sequence
from typing import Any

from runs.analysis.pictures.drawing import Drawing
from runs.analysis.pictures.lines import Point, Series, line_chart
from runs.analysis.pictures.numbers import counted
from runs.analysis.pictures.plot import ALL, Name, View

from .asked import Column
from .figures import Metric, has_loads, series_of

LOAD = Name("offered load", "Erlang")
ITERATION = Name("iteration")
# Each is a mark with its value: so many are drawn at once.
MOST_POINTS = 2000


def curves_of(columns: Sequence[Column], metric: Metric, *, log: bool, view: View = ALL) -> Drawing:
    """Against the load where any run has loads; what only counts iterations is then left out."""
    told = [column for column in columns if series_of(column.run).get(metric.name)]
    by_load = any(has_loads(column.run) for column in told)
    drawn = [column for column in told if has_loads(column.run) == by_load]
    most = max(2, MOST_POINTS // max(1, len(drawn)))
    x = LOAD if by_load else ITERATION
    return line_chart(
        [series(column, metric, most) for column in drawn],
        title=f"{metric.label[:1].upper()}{metric.label[1:]} over {x.label}",
        x=x,
        y=Name(metric.label, metric.unit),
        log=log,
        view=view,
        notes=notes_of(columns, told, drawn, metric, most),
    )


def series(column: Column, metric: Metric, most: int) -> Series:
    points = thinned(series_of(column.run)[metric.name], most)
    return Series(column.label, [point_of(point) for point in points], column.index)


def point_of(point: dict[str, Any]) -> Point:
    """`n` is said where it is known and more than one."""
    n = point["n"] if point["n"] > 1 else None
    return Point(point["x"], point["mean"], point["ci_lower"], point["ci_upper"], n)


def thinned(points: Sequence[dict[str, Any]], most: int) -> Sequence[dict[str, Any]]:
    """Every so many, and the last."""
    step = step_of(points, most)
    kept = points[::step]
    return kept if kept[-1] is points[-1] else [*kept, points[-1]]


def step_of(points: Sequence[dict[str, Any]], most: int) -> int:
    return -(-len(points) // most)


def notes_of(
    columns: Sequence[Column],
    told: Sequence[Column],
    drawn: Sequence[Column],
    metric: Metric,
    most: int,
) -> list[str]:
    silent = [column.label for column in columns if column not in told]
    others = [column.label for column in told if column not in drawn]
    step = max((step_of(series_of(each.run)[metric.name], most) for each in drawn), default=1)
    notes = []
    if silent:
        notes.append(f"Without a curve of it: {', '.join(silent)}.")
    if others:
        notes.append(f"{counted(len(others), 'run')} without loads not drawn: {', '.join(others)}.")
    if step > 1:
        notes.append(f"Where there are many points, every {step}th is drawn, and the last.")
    return notes
