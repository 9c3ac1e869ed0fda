"""A batch in words: what kind it is, and how far its iterations are."""

from dataclasses import dataclass

from runs.analysis.selectors import BatchCounts
from runs.models import Batch, Iteration, Run

# What stands in a bar and in words, in this order: the word, the look, the counts that are it.
STATES = (
    ("completed", "completed", ("completed",)),
    ("failed", "failed", ("failed", "lost", "preempted")),
    ("cancelled", "cancelled", ("cancelled",)),
    ("deleted", "cancelled", ("gone",)),
    ("running", "running", ("running",)),
    ("waiting", "pending", ("waiting", "unmade")),
)


@dataclass(frozen=True)
class Share:
    """Iterations of one state: how many, and where they stand in a bar from 0 to 100."""

    word: str
    look: str
    n: int
    start: float
    width: float


def shares_of(counts: BatchCounts) -> list[Share]:
    """Those that there are; what is left of the bar waits."""
    shares: list[Share] = []
    start = 0.0
    for word, look, names in STATES:
        n = sum(getattr(counts, name) for name in names)
        width = 100 * n / counts.total if counts.total else 0.0
        if n:
            shares.append(Share(word, look, n, round(start, 3), round(width, 3)))
        start += width
    return shares


def counts_words(counts: BatchCounts) -> str:
    """`17 of 20 completed, 3 failed`"""
    said = {share.word: share.n for share in shares_of(counts)}
    done = f"{said.pop('completed', 0):,} of {counts.total:,} completed"
    return ", ".join([done, *(f"{n:,} {word}" for word, n in said.items())])


def is_grid(batch: Batch) -> bool:
    return len(batch.parameters) > 1


def short(parameter: str) -> str:
    """`k_paths` of `general_settings.k_paths`, as people say it."""
    return parameter.rpartition(".")[2]


def kind_words(batch: Batch) -> str:
    """`repeat 20×`, `compare A / B · 20 pairs`, `sweep k_paths · 5 values × 10`,
    `grid k_paths × load · 5 × 4 × 3`."""
    n = batch.num_iterations
    if batch.kind == Batch.Kind.REPEAT:
        return f"repeat {n:,}×"
    if batch.kind == Batch.Kind.COMPARE:
        labels = " / ".join(str(point["label"]) for point in batch.points)
        return f"compare {labels} · {n:,} {'pair' if n == 1 else 'pairs'}"
    sizes = [len(values) for values in axes_of(batch)]
    if is_grid(batch):
        names = " × ".join(map(short, batch.parameters))
        return f"grid {names} · {' × '.join(map(str, sizes))} × {n:,}"
    values = f"{sizes[0]} {'value' if sizes[0] == 1 else 'values'}"
    return f"sweep {short(batch.parameters[0])} · {values} × {n:,}"


def axes_of(batch: Batch) -> list[list[float]]:
    """For each parameter its values, in the order in which they were asked for."""
    found: list[dict[float, None]] = [{} for _ in batch.parameters]
    for point in batch.points:
        for axis, value in zip(found, point["values"], strict=True):
            axis[value] = None
    return [list(axis) for axis in found]


def point_label(batch: Batch, point: int) -> str:
    """`B`, `k_paths = 3`, `k_paths = 3, load = 100`; empty where there is only one point."""
    label = str(batch.points[point].get("label") or "")
    if label or not batch.parameters:
        return label
    values = zip(batch.parameters, batch.points[point]["values"], strict=True)
    return ", ".join(f"{short(name)} = {value:g}" for name, value in values)


@dataclass(frozen=True)
class Part:
    """Of which batch a run is one, and which: `label` is empty where all are of one point."""

    batch_id: str
    name: str
    label: str
    number: int | None


def part_of(run: Run) -> Part | None:
    """None of a run that was asked for alone; one query of any other."""
    if run.batch_id is None:
        return None
    found = Iteration.objects.filter(run=run).values_list(
        "point", "number", "batch__name", "batch__points"
    )
    for point, number, name, points in found:
        label = str(points[point].get("label") or "") if point < len(points) else ""
        return Part(run.batch_id, name, label, number)
    return Part(run.batch_id, run.name, "", None)
