"""One metric of a batch, as pictures are made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.analysis.result import Cell, Comparison, MetricSummary, PointValues

from .lines import Point
from .plot import Name
from .sample import Sample

# What a load point is called by those who simulate networks.
LOADS = {"erlang": Name("offered load", "Erlang")}


@dataclass(frozen=True)
class Subject:
    """`kind` is the batch's: repeat, compare or sweep. `labels` and `settings` have an entry for
    each point: its name, and the values of the `parameters` there. `partial` says in words that
    more is to come, or nothing.
    """

    kind: str
    labels: Sequence[str]
    summary: MetricSummary
    values: Sequence[PointValues]
    parameters: Sequence[str] = ()
    settings: Sequence[Sequence[float]] = ()
    base_seed: int = 0
    partial: str = ""

    @property
    def metric(self) -> Name:
        return Name(self.summary.label or self.summary.name, self.summary.unit)

    @property
    def heading(self) -> str:
        """The metric's name as a title begins."""
        label = self.metric.label
        return label[:1].upper() + label[1:]

    @property
    def load(self) -> Name:
        name = self.summary.x_name or "load"
        return LOADS.get(name.lower(), Name(name))

    @property
    def loads(self) -> list[float]:
        return [x for x in self.summary.xs if x is not None]

    @property
    def is_grid(self) -> bool:
        return self.kind == "sweep" and len(self.parameters) > 1

    def parameter(self, index: int) -> Name:
        """`k_paths` of `general_settings.k_paths`."""
        return Name(self.parameters[index].rpartition(".")[2])

    def at(self, x: float | None) -> str:
        """` at 300 Erlang` where there are loads."""
        if x is None:
            return ""
        load = self.load
        return f" at {x:,g} {load.unit}" if load.unit else f" at {load.label} {x:,g}"

    def cells(self) -> dict[tuple[int, float | None], Cell]:
        return {(cell.point, cell.x): cell for cell in self.summary.cells}

    def comparison(self, x: float | None) -> Comparison | None:
        return next((each for each in self.summary.comparisons if each.x == x), None)

    def sample(self, point: int, x: float | None) -> Sample:
        cell = self.cells().get((point, x))
        found = next((v.values for v in self.values if v.point == point and v.x == x), [])
        return Sample(
            label=self.labels[point],
            values=[(number, value) for number, value in found if value is not None],
            summary=cell.summary if cell else None,
            base_seed=self.base_seed,
            missing=cell.missing if cell else 0,
            not_finite=cell.not_finite if cell else 0,
            index=point,
        )


def point_at(x: float, cell: Cell | None) -> Point:
    """The mean with its interval; no y where nothing was measured."""
    summary = cell.summary if cell else None
    if summary is None:
        return Point(x, None)
    if summary.interval is None:
        return Point(x, summary.mean, n=summary.n)
    return Point(x, summary.mean, summary.interval.lower, summary.interval.upper, summary.n)
