"""Results for batches of tests, as the analysis stores them; the numbers are made up."""

import random

from django.utils import timezone

from runs.analysis.result import (
    BatchResult,
    Cell,
    IterationProblem,
    MetricSummary,
    PointValues,
)
from runs.analysis.statistics.comparison import compare
from runs.analysis.statistics.summary import summarise
from runs.models import Batch, BatchMetric

BLOCKING = {"name": "blocking_probability", "label": "blocking probability", "scale": "log"}
LATENCY = {"name": "latency", "label": "latency", "unit": "ms"}


def made_up(batch, point, x, number):
    chance = random.Random(f"{number} {x}")
    return (0.02 + 0.01 * point) * (1 + (x or 0) / 50) * (1 + chance.random() / 5)


def give_result(batch, metrics=(BLOCKING,), xs=(None,), measured=None, **result):
    """Stores a result of `measured` iterations (all of them), for each metric at each load."""
    measured = batch.num_iterations if measured is None else measured
    for position, metric in enumerate(metrics):
        values = [
            PointValues(
                point=point, x=x,
                values=[(n, made_up(batch, point, x, n)) for n in range(measured)],
            )
            for point in range(len(batch.points)) for x in xs
        ]  # fmt: skip
        store(batch, position, metric, xs, values)
    facts = {
        "partial": False, "analysed_at": timezone.now(), "total": batch.total,
        "ended": batch.total, "completed": batch.total,
        "metrics": [metric["name"] for metric in metrics],
        "headlines": ["A sentence of the result."],
    }  # fmt: skip
    fields = {
        "result": BatchResult(**{**facts, **result}).model_dump(mode="json"),
        "analysed_at": timezone.now(),
        "analysed_revision": 1,
        "revision": 1,
    }
    Batch.objects.filter(pk=batch.pk).update(**fields)
    batch.refresh_from_db()
    return batch


def store(batch, position, metric, xs, values):
    cells = [
        Cell(point=each.point, x=each.x, summary=summarise([value for _, value in each.values]))
        for each in values
    ]
    comparisons = [comparison(values, x) for x in xs] if batch.kind == "compare" else []
    summary = MetricSummary(
        **metric, x_name="Erlang" if xs[0] is not None else None, xs=list(xs), cells=cells,
        comparisons=comparisons,
    )  # fmt: skip
    BatchMetric.objects.create(
        batch=batch, name=metric["name"], position=position,
        summary=summary.model_dump(mode="json"),
        values=[each.model_dump(mode="json") for each in values],
    )  # fmt: skip


def comparison(values, x):
    a, b = (
        dict(each.values) for point in (0, 1) for each in values
        if each.point == point and each.x == x
    )  # fmt: skip
    return compare(a, b, x)


def problem(**fields):
    values = {
        "point": 0, "number": 4, "seed": 104, "run_id": None, "status": "failed",
        "message": "exit code 1",
    }  # fmt: skip
    return IterationProblem(**{**values, **fields})


def sides(a="A", b="B", **overrides):
    return [
        {"label": a, "overrides": {}, "values": []},
        {"label": b, "overrides": overrides or {"a": {"b": 2}}, "values": []},
    ]


def swept(*values, key="a.b"):
    section, _, name = key.partition(".")
    return [
        {"label": f"{name}={value}", "overrides": {section: {name: value}}, "values": [value]}
        for value in values
    ]


def pairs(first, second):
    return [
        {"label": f"b={one}, c={two}", "overrides": {"a": {"b": one, "c": two}},
         "values": [one, two]}
        for one in first for two in second
    ]  # fmt: skip
