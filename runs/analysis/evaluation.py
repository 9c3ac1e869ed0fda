"""From what the iterations of a batch measured to its result: no rows, no files, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .result import BatchResult, MetricSummary, PointValues


@dataclass(frozen=True)
class Plan:
    """What the evaluation needs of a `Batch`; the fields are as they are kept there.

    `declared` are the metrics of its program, {"name", "label"?, "unit"?, "scale"?}. `x_name` is
    the unit of the loads inside a run.
    """

    kind: str
    points: Sequence[Mapping[str, Any]]
    parameters: Sequence[str]
    metrics: Sequence[str]
    declared: Sequence[Mapping[str, Any]]
    total: int
    x_name: str = "Erlang"


@dataclass(frozen=True)
class Measured:
    """An iteration: `metrics` and `problem` as in `Iteration`, `status` that of its run.

    Once the run was deleted `run_id` is None and `status` is "gone": what it measured still
    counts.
    """

    point: int
    number: int
    seed: int
    run_id: str | None
    status: str
    metrics: Mapping[str, Sequence[Sequence[float | None]]] | None
    problem: str = ""


@dataclass(frozen=True)
class Evaluation:
    """`metrics` in the order to show: asked for, then declared, then found, by name."""

    result: BatchResult
    metrics: list[tuple[MetricSummary, list[PointValues]]]
