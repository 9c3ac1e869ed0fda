"""What an evaluation is told of a batch and of its iterations: no rows, no files, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runs.contract.status import FINAL, Status

# The status of an iteration whose run is no more.
GONE = "gone"


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

    def name_of(self, point: int) -> str:
        """Its label, else A and B, else `k_paths = 3`; empty for what one repeats."""
        label = str(self.points[point].get("label") or "")
        if self.kind == "compare":
            labels = [each.get("label") for each in self.points]
            return label if label and len(set(labels)) == len(labels) else "AB"[point]
        values = self.points[point].get("values") or []
        keys = [parameter.rpartition(".")[2] for parameter in self.parameters]
        return label or ", ".join(
            f"{key} = {value}" for key, value in zip(keys, values, strict=False)
        )


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

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL or self.status == GONE

    @property
    def has_completed(self) -> bool:
        return self.status == Status.COMPLETED or self.counts

    @property
    def counts(self) -> bool:
        """Whether it completed and was read: what a failed run has left is no measurement."""
        return self.metrics is not None and self.status in (Status.COMPLETED, GONE)

    @property
    def is_awaited(self) -> bool:
        """It runs or waits, or has completed just now and was not read yet."""
        return not self.has_ended or (self.status == Status.COMPLETED and self.metrics is None)
