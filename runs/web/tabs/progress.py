"""How far a run is, and its metrics as tables that are also what the charts draw."""

from typing import Any

from django.http import HttpRequest

from runs.executed import Executed
from runs.models import Run
from runs.web.live_progress import progress_of
from runs.web.places import place_of

LOAD_UNIT = "Erlang"
X_LABELS = {"erlang": "offered load", "iteration": "iteration"}
MOST_ROWS = 1000


def context(request: HttpRequest, executed: Executed) -> dict[str, Any]:
    """`key` of the address asks for the key metric alone."""
    shared = {"subject": executed, "place": place_of(executed)}
    key_only = request.GET.get("key") == "1"
    return shared | figures(executed, progress_of(executed), key_only=key_only)


def figures(executed: Executed, state: dict[str, Any], *, key_only: bool = False) -> dict[str, Any]:
    """`chart_data` is what the charts draw, `table` the same numbers to read."""
    metrics = metrics_named(executed)
    charts = [*key_charts(metrics, state), *more(metrics, state)]
    charts = charts[:1] if key_only else charts
    x_name = state["x_name"]
    x = {"label": X_LABELS[x_name], "unit": LOAD_UNIT if x_name == "erlang" else ""}
    return {
        "progress": state,
        "key_only": key_only,
        "charts": charts,
        "x": x,
        "chart_data": {"x": x, "charts": charts},
        "table": table(charts),
    }


def table(charts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each x, with the point of each chart there or None."""
    at = [{point["x"]: with_half(point) for point in chart["points"]} for chart in charts]
    every_x = sorted({x for points in at for x in points})
    return [{"x": x, "points": [points.get(x) for points in at]} for x in every_x]


def with_half(point: dict[str, Any]) -> dict[str, Any]:
    lower, upper = point["ci_lower"], point["ci_upper"]
    half = None if lower is None or upper is None else (upper - lower) / 2
    return {**point, "half": half}


def metrics_named(executed: Executed) -> list[dict[str, Any]]:
    """What the program says of its metrics; nobody knows the program of a job found on disk."""
    run = executed if isinstance(executed, Run) else executed.ordered_run
    return list(run.program.metrics) if run else []


def key_charts(metrics: list[dict[str, Any]], state: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics the program names, in its order, that have come so far."""
    series = state["series"]
    named = [metric for metric in metrics if metric["name"] in series]
    return [chart(metric, series[metric["name"]]) for metric in named]


def more(metrics: list[dict[str, Any]], state: dict[str, Any]) -> list[dict[str, Any]]:
    """Metrics nobody announced; the first stands alone where it names none."""
    named = {metric["name"] for metric in metrics}
    others = [name for name in state["series"] if name not in named]
    return [
        {**chart({"name": name}, state["series"][name]), "more": True} for name in sorted(others)
    ]


def chart(metric: dict[str, Any], points: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": metric["name"],
        "label": metric.get("label") or metric["name"].replace("_", " "),
        "unit": metric.get("unit", ""),
        "log": metric.get("scale") == "log",
        "points": points[:MOST_ROWS],
        "more": False,
    }


def ticks(state: dict[str, Any]) -> list[float]:
    """Where load points end on the bar, in percent; none where they would be a grey smear."""
    total = state["load_total"] or 0
    return [100 * at / total for at in range(1, total)] if 1 < total <= 60 else []
