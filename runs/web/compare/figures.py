"""What several runs have measured, side by side, as their progress was last read.

A run with loads has a value at each, any other its latest. Nothing is computed but half the width
of an interval.
"""

from collections.abc import Collection, Iterable, Sequence
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


def measured(
    runs: Sequence[Run], metrics: Iterable[Metric], most: int | None = None
) -> tuple[list[Measured], int]:
    """With at most so many lines in all, and how many more there are."""
    found, left, more = [], most, 0
    for metric in metrics:
        every_x = loads_of(runs, metric.name)
        shown = every_x[:left]
        if shown:
            found.append(Measured(metric, lines_of(runs, metric.name, shown)))
        more += len(every_x) - len(shown)
        left = None if left is None else left - len(shown)
    return found, more


def loads_of(runs: Sequence[Run], name: str) -> list[float | None]:
    """Where any of them has a value: at rising loads, what came last after them."""
    every_x = {x for run in runs for x in loads_told(run, name)}
    rising = sorted(x for x in every_x if x is not None)
    return [*rising, *([None] if None in every_x else [])]


def loads_told(run: Run, name: str) -> list[float | None]:
    points = series_of(run).get(name, [])
    if has_loads(run) and points:
        return [point["x"] for point in points]
    return [None] if points or name in latest_of(run) else []


def lines_of(runs: Sequence[Run], name: str, every_x: Sequence[float | None]) -> list[Line]:
    columns = [column_of(run, name, frozenset(every_x)) for run in runs]
    return [Line(x, [column.get(x) for column in columns]) for x in every_x]


def column_of(run: Run, name: str, wanted: Collection[float | None]) -> dict[float | None, Value]:
    points = series_of(run).get(name, [])
    if has_loads(run) and points:
        return {point["x"]: value_of(point) for point in points if point["x"] in wanted}
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
