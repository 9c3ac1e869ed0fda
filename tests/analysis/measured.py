"""Batches that have measured something, without anything having run."""

from runs.models import BatchMetric, Iteration


def measure(batch, point, number, problem="", **metrics):
    """What an iteration has measured: {name: value}, or {name: {x: value}}."""
    found = {
        name: [list(pair) for pair in value.items()] if isinstance(value, dict) else [[None, value]]
        for name, value in metrics.items()
    }
    iteration = Iteration.objects.filter(batch=batch, point=point, number=number)
    assert iteration.update(metrics=found, problem=problem)


def keep_metric(batch, name, xs=(None,), **fields):
    """A metric as the analysis keeps it, its numbers taken from the iterations."""
    iterations = list(Iteration.objects.filter(batch=batch).exclude(metrics=None))
    values = [
        {"point": point, "x": x, "values": pairs}
        for point in range(len(batch.points))
        for x in xs
        if (pairs := pairs_of(iterations, name, point, x))
    ]
    told = {"name": name, "label": name, "unit": "", "scale": "linear", "x_name": None}
    lists = {"xs": list(xs), "cells": [], "comparisons": [], "warnings": []}
    summary = {**told, **lists, **fields}
    position = BatchMetric.objects.filter(batch=batch).count()
    return BatchMetric.objects.create(
        batch=batch, name=name, position=position, summary=summary, values=values
    )


def pairs_of(iterations, name, point, x):
    return [
        [iteration.number, value]
        for iteration in iterations
        if iteration.point == point
        for at, value in iteration.metrics.get(name, [])
        if at == x
    ]


def result_of(batch, *metrics, partial=False, **fields):
    """The result of a batch as the analysis keeps it."""
    counts = {"total": batch.total, "ended": batch.total, "completed": batch.total}
    lists = {"metrics": list(metrics), "headlines": [], "warnings": [], "problems": []}
    told = {"partial": partial, "analysed_at": "2026-11-21T12:00:00+00:00", "problem_total": 0}
    return {**told, **counts, **lists, **fields}
