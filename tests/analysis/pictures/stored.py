"""Metrics of batches as the analysis stores them, made of plain numbers."""

import math
from statistics import fmean, median

from runs.analysis.pictures.subject import Subject
from runs.analysis.result import Cell, Comparison, Interval, MetricSummary, PointValues, Summary


def summary_of(values):
    """Figures that are near enough for a picture; None of no values."""
    finite = sorted(value for value in values if value is not None)
    if not finite:
        return None
    middle, n = fmean(finite), len(finite)
    sd = math.dist(finite, [middle] * n) / math.sqrt(n - 1) if n > 1 else None
    half = 2 * sd / math.sqrt(len(finite)) if sd else 0.0
    return Summary(
        n=len(finite),
        mean=middle,
        median=median(finite),
        sd=sd,
        p5=finite[int(0.05 * (len(finite) - 1))],
        p95=finite[int(0.95 * (len(finite) - 1))],
        minimum=finite[0],
        maximum=finite[-1],
        interval=Interval(lower=middle - half, upper=middle + half, method="t")
        if sd and math.isfinite(half)
        else None,
    )


def metric(points, *, xs=(None,), comparisons=(), **fields):
    """`points` has for each point its values at each x: [[[value, …] at x, …], …]; a None
    among them was no finite number."""
    cells, values = [], []
    for point, at in enumerate(points):
        for x, numbers in zip(xs, at, strict=True):
            bad = sum(number is None for number in numbers)
            cells.append(Cell(point=point, x=x, summary=summary_of(numbers), not_finite=bad))
            values.append(PointValues(point=point, x=x, values=list(enumerate(numbers))))
    told = {"name": "bp", "label": "blocking probability", "xs": list(xs), **fields}
    return MetricSummary(cells=cells, comparisons=list(comparisons), **told), values


def compared(a, b, x=None):
    differences = [two - one for one, two in zip(a, b, strict=True)]
    figures = summary_of(differences)
    return Comparison(
        x=x,
        paired=True,
        n_pairs=len(a),
        n_a=len(a),
        n_b=len(b),
        difference=figures.mean,
        difference_interval=figures.interval,
        sentence="B blocks 18 % less than A.",
    )


def subject_of(kind, points, labels=None, **fields):
    named = {
        key: fields.pop(key)
        for key in ("parameters", "settings", "base_seed", "partial")
        if key in fields
    }
    summary, values = metric(points, **fields)
    return Subject(kind, labels or [""] * len(points), summary, values, **named)
