"""Plans and iterations for evaluations, without a database."""

from datetime import UTC, datetime

from runs.analysis.evaluation import Measured, Plan, evaluate

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BLOCKING = {"name": "blocking_prob", "label": "blocking probability", "scale": "log"}
HOPS = {"name": "mean_hops", "label": "mean hops", "unit": "hops"}
ONE = [{"label": "", "overrides": {}, "values": []}]
TWO = [{"label": "", "overrides": {}, "values": []}] * 2


def plan(kind="repeat", points=None, **fields):
    points = points or (TWO if kind == "compare" else ONE)
    values = {
        "kind": kind,
        "points": points,
        "parameters": [],
        "metrics": [],
        "declared": [BLOCKING],
        "total": 20 * len(points),
        **fields,
    }
    return Plan(**values)


def sweep(parameter, values, **fields):
    points = [{"label": "", "overrides": {}, "values": [value]} for value in values]
    return plan("sweep", points, parameters=[parameter], **fields)


def ran(number, value=None, point=0, status="completed", metrics=None, problem="", **fields):
    """An iteration that measured that blocking, or those metrics, or nothing."""
    if metrics is None and value is not None:
        metrics = {"blocking_prob": value if isinstance(value, list) else [[None, value]]}
    return Measured(
        point=point,
        number=number,
        seed=fields.pop("seed", 100 + number),
        run_id=fields.pop("run_id", f"{point:06x}{number:06x}"),
        status=status,
        metrics=metrics,
        problem=problem,
    )


def evaluated(measured, of=None):
    return evaluate(of or plan(), measured, NOW)


def summary_of(evaluation, name="blocking_prob"):
    return next(summary for summary, _ in evaluation.metrics if summary.name == name)


def values_of(evaluation, name="blocking_prob"):
    return next(values for summary, values in evaluation.metrics if summary.name == name)
