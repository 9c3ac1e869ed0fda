"""What several runs have measured, side by side, as their progress was last read.

A run with loads has a value at each, any other its latest. Nothing is computed but half the width
of an interval.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from runs.models import Run

MOST_METRICS = 100
MOST_LINES = 400


@dataclass(frozen=True)
class Value:
    """`half` is half the 95 % confidence interval, None where there is none."""

    mean: float
    half: float | None = None


@dataclass(frozen=True)
class Line:
    """At the load `x` in Erlang, None for what came last; a value is None where a run has none."""

    x: float | None
    values: Sequence[Value | None]


@dataclass(frozen=True)
class Metric:
    """As the programs declare it; a metric nobody declares has its name for a label."""

    name: str
    label: str
    unit: str
    log: bool

    @property
    def words(self) -> str:
        return f"{self.label} [{self.unit}]" if self.unit else self.label


@dataclass(frozen=True)
class Measured:
    metric: Metric
    lines: Sequence[Line]


def metrics_of(runs: Sequence[Run]) -> list[Metric]:
    """Of which any run has told, those declared first, in the programs' order."""
    told = {name for run in runs for name in [*series_of(run), *latest_of(run)]}
    declared: dict[str, dict[str, Any]] = {}
    for run in runs:
        for each in run.program.metrics:
            declared.setdefault(each["name"], each)
    names = [name for name in declared if name in told] + sorted(told - declared.keys())
    return [metric_of(declared.get(name, {"name": name})) for name in names[:MOST_METRICS]]


def metric_of(said: dict[str, Any]) -> Metric:
    name = said["name"]
    label = said.get("label") or name.replace("_", " ")
    return Metric(name, label, said.get("unit") or "", said.get("scale") == "log")


def measured(runs: Sequence[Run], metrics: Iterable[Metric]) -> list[Measured]:
    return [Measured(metric, lines_of(runs, metric.name)) for metric in metrics]


def lines_of(runs: Sequence[Run], name: str) -> list[Line]:
    """By rising load, what came last after them."""
    columns = [column_of(run, name) for run in runs]
    every_x = {x for column in columns for x in column}
    rising = sorted(x for x in every_x if x is not None)
    ordered = [*rising, *([None] if None in every_x else [])]
    return [Line(x, [column.get(x) for column in columns]) for x in ordered]


def column_of(run: Run, name: str) -> dict[float | None, Value]:
    points = series_of(run).get(name, [])
    if has_loads(run) and points:
        return {point["x"]: value_of(point) for point in points}
    if points:
        return {None: Value(points[-1]["mean"])}
    latest = latest_of(run)
    return {None: Value(latest[name])} if name in latest else {}


def value_of(point: dict[str, Any]) -> Value:
    lower, upper = point["ci_lower"], point["ci_upper"]
    return Value(point["mean"], None if lower is None or upper is None else (upper - lower) / 2)


def has_loads(run: Run) -> bool:
    return bool(run.progress.get("x_name") == "erlang")


def series_of(run: Run) -> dict[str, list[dict[str, Any]]]:
    return run.progress.get("series") or {}


def latest_of(run: Run) -> dict[str, float]:
    return run.progress.get("latest_metrics") or {}


def shown(found: Sequence[Measured]) -> tuple[list[Measured], int]:
    """As many lines as a page holds, and how many more there are."""
    left, kept = MOST_LINES, []
    for each in found:
        lines = each.lines[:left]
        left -= len(lines)
        if lines:
            kept.append(Measured(each.metric, lines))
    return kept, sum(len(each.lines) for each in found) - (MOST_LINES - left)
