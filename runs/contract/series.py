"""The points a chart draws: each metric against load, or against iteration."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypedDict

from runs.contract.interval import Sample

# Enough to draw a line by; beyond, every second point goes.
MAX_ITERATION_POINTS = 500
# A program that writes an iteration twice is believed once, as far as this many.
MAX_SEEN = 100_000


class Point(TypedDict):
    """`n` values lie behind the mean, 0 where unknown; the interval is None where there is none."""

    x: float
    mean: float
    ci_lower: float | None
    ci_upper: float | None
    n: int


@dataclass
class Load:
    """One load point: its iterations so far and, once complete, what the program says of it."""

    erlang: float
    index: int
    index_given: bool = False
    iteration: int = 0
    iteration_total: int | None = None
    complete: bool = False
    passed: bool = False
    samples: dict[str, Sample] = field(default_factory=dict)
    final: dict[str, float] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def add(self, iteration: int | None, total: int | None, metrics: dict[str, float]) -> None:
        self.iteration_total = total or self.iteration_total
        if iteration is not None:
            if iteration in self._seen:
                return
            self.iteration = max(self.iteration, iteration)
            if len(self._seen) < MAX_SEEN:
                self._seen.add(iteration)
        for name, value in metrics.items():
            self.samples.setdefault(name, Sample()).add(value)

    def finish(self, metrics: dict[str, float]) -> None:
        self.complete = True
        self.final = metrics

    def iterated(self) -> float:
        """The share of the iterations that is done."""
        return min(self.iteration / self.iteration_total, 1.0) if self.iteration_total else 0.0

    def points(self) -> dict[str, Point]:
        """Ours from the iterations, with what the program's own summary says in its place."""
        points = {name: self._own_point(sample) for name, sample in self.samples.items()}
        for key, value in self.final.items():
            if key in ("ci_lower", "ci_upper", "iterations"):
                continue
            name = self._metric_named(key)
            point = points.get(name) or self._point(value, None, None, 0)
            lower, upper = point["ci_lower"], point["ci_upper"]
            if key.startswith("mean_") and key not in self.samples:
                lower, upper = self.final.get("ci_lower"), self.final.get("ci_upper")
            n = int(self.final.get("iterations", point["n"]))
            points[name] = self._point(value, lower, upper, n)
        return {name: point for name, point in points.items() if math.isfinite(point["mean"])}

    def _metric_named(self, key: str) -> str:
        """`mean_blocking` sums up the iterations' `blocking_prob`: one curve, not two."""
        if key in self.samples or not key.startswith("mean_"):
            return key
        stem = key.removeprefix("mean_")
        return next((name for name in self.samples if name.split("_prob")[0] == stem), key)

    def _own_point(self, sample: Sample) -> Point:
        half = sample.half_width()
        if half is None or not math.isfinite(half):
            return self._point(sample.mean, None, None, sample.n)
        return self._point(sample.mean, sample.mean - half, sample.mean + half, sample.n)

    def _point(self, mean: float, lower: float | None, upper: float | None, n: int) -> Point:
        return {"x": self.erlang, "mean": mean, "ci_lower": lower, "ci_upper": upper, "n": n}


def load_series(loads: Iterable[Load]) -> dict[str, list[Point]]:
    series: dict[str, list[Point]] = {}
    for load in sorted(loads, key=lambda load: load.erlang):
        for name, point in load.points().items():
            series.setdefault(name, []).append(point)
    return series


@dataclass
class IterationSeries:
    """Metrics of a program without loads, thinned out as it goes on."""

    points: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    _stride: int = 1
    _given: int = 0

    def add(self, iteration: int, metrics: dict[str, float]) -> None:
        self._given += 1
        if (self._given - 1) % self._stride:
            return
        self.points.append((iteration, metrics))
        if len(self.points) >= MAX_ITERATION_POINTS:
            self.points = self.points[::2]
            self._stride *= 2

    def series(self) -> dict[str, list[Point]]:
        series: dict[str, list[Point]] = {}
        for iteration, metrics in sorted(self.points, key=lambda point: point[0]):
            for name, value in metrics.items():
                point: Point = {
                    "x": iteration, "mean": value, "ci_lower": None, "ci_upper": None, "n": 1,
                }  # fmt: skip
                series.setdefault(name, []).append(point)
        return series
