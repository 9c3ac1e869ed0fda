"""What pages, sockets and the API ask about batches."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from runs.contract.status import Status
from runs.lifecycle.selectors import QueueState
from runs.models import Batch, Iteration, Run

from .checking import takes_seed as program_takes_seed

# So many of the latest runs tell how fast the next ones will end.
LATEST = 20
PAUSE_FACTOR = 10
PAUSE = timedelta(seconds=60)


@dataclass(frozen=True)
class BatchCounts:
    """Iterations by what their runs are. `gone`: the run was deleted; `unmade`: it has none yet."""

    total: int
    waiting: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    lost: int = 0
    preempted: int = 0
    gone: int = 0
    unmade: int = 0

    @property
    def ended(self) -> int:
        return self.total - self.waiting - self.running - self.unmade

    @property
    def unsuccessful(self) -> int:
        """Ended, and neither completed nor deleted since."""
        return self.failed + self.cancelled + self.lost + self.preempted

    @property
    def fraction(self) -> float:
        return self.ended / self.total if self.total else 0.0


FIELD_OF = {
    Status.PENDING: "waiting",
    Status.RUNNING: "running",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
    Status.LOST: "lost",
    Status.PREEMPTED: "preempted",
}


def counts_of(batch: Batch) -> BatchCounts:
    return counts_of_many([batch])[batch.pk]


def counts_of_many(batches: Iterable[Batch]) -> dict[str, BatchCounts]:
    """By id, in one query over all of them."""
    batches = list(batches)
    found: dict[str, dict[str, int]] = {batch.pk: {} for batch in batches}
    rows = Run.objects.filter(batch__in=list(found)).values_list("batch", "status").order_by()
    for batch_id, status, number in rows.annotate(Count("pk")):
        found[batch_id][FIELD_OF[status]] = number
    return {batch.pk: counted(batch, found[batch.pk]) for batch in batches}


def counted(batch: Batch, by_status: dict[str, int]) -> BatchCounts:
    gone = batch.made - sum(by_status.values())
    # read a moment apart, while the supervisor makes more of them
    return BatchCounts(
        batch.total, gone=max(gone, 0), unmade=batch.total - max(batch.made, -gone), **by_status
    )


def iterations_of(
    batch: Batch, statuses: Collection[str] = (), point: int | None = None
) -> QuerySet[Iteration]:
    """By number and point, with their runs; `statuses` are those of the runs."""
    found = Iteration.objects.filter(batch=batch).select_related("run")
    if statuses:
        found = found.filter(run__status__in=statuses)
    if point is not None:
        found = found.filter(point=point)
    return found.order_by("number", "point")


def takes_seed(batch: Batch) -> bool:
    """Whether its program is given the seed, so that equal numbers share something."""
    return program_takes_seed(batch.program)


def eta_seconds(batch: Batch, counts: BatchCounts) -> float | None:
    """From the pace of those that ended last; None before the first has, or once all have.

    A run under way counts half. One query.
    """
    left = counts.waiting + counts.running + counts.unmade
    if batch.is_final or batch.cancel_requested_at or not left or not counts.running:
        return None
    times = latest_times(batch)
    if not times:
        return None
    since = min(started for started, _ in times)
    elapsed = (timezone.now() - since).total_seconds()
    half = counts.running / 2
    return max(0.0, (left - half) * elapsed / (len(times) + half))


def latest_times(batch: Batch) -> list[tuple[datetime, datetime]]:
    """Start and end of the runs that ended last, none from before a long pause, such as one
    between the end of a batch and a retry."""
    ended = Run.objects.filter(batch=batch, status__in=[Status.COMPLETED, Status.FAILED])
    times = ended.order_by("-created_at").values_list("started_at", "ended_at")[:LATEST]
    latest: list[tuple[datetime, datetime]] = []
    before = timezone.now()
    known = [(started, end) for started, end in times if started and end]
    for started, end in sorted(known, key=lambda each: each[1], reverse=True):
        if before - end > PAUSE + PAUSE_FACTOR * (end - started):
            break
        latest.append((started, end))
        before = started
    return latest


def sentence(batch: Batch, counts: BatchCounts, queue: QueueState) -> str:
    """Why it is what it is, as a person would say it."""
    if batch.is_final:
        return batch.reason or outcome(counts)
    if batch.cancel_requested_at:
        still = counts.waiting + counts.running
        return f"cancelling: {still:,} still to end" if still else "cancelling"
    if counts.ended == counts.total:
        return "analysing"
    if counts.running or counts.ended:
        return under_way(batch, counts, queue)
    return waiting_sentence(batch, queue)


def outcome(counts: BatchCounts) -> str:
    """`17 of 20 completed, 3 failed`"""
    return ", ".join(
        [f"{counts.completed:,} of {counts.total:,} completed", *words_of_unsuccessful(counts)]
    )


def words_of_unsuccessful(counts: BatchCounts) -> list[str]:
    names = ("failed", "cancelled", "lost", "preempted")
    return [f"{getattr(counts, name):,} {name}" for name in names if getattr(counts, name)]


def under_way(batch: Batch, counts: BatchCounts, queue: QueueState) -> str:
    said = [f"{counts.ended:,} of {counts.total:,} done", *words_of_unsuccessful(counts)]
    if counts.running:
        return ", ".join([*said, f"{counts.running:,} running"])
    return ", ".join([*said, waiting_sentence(batch, queue)])


def waiting_sentence(batch: Batch, queue: QueueState) -> str:
    if not queue.supervisor_alive:
        return "waiting: no supervisor is running"
    if queue.running >= queue.slots:
        return f"waiting: {queue.running} of {queue.slots} slots taken"
    return "waiting for the supervisor"
