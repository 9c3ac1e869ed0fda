"""What pages, sockets and the API ask about batches."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Avg,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    QuerySet,
)
from django.utils import timezone

from runs.contract.status import FINAL, Status
from runs.lifecycle.selectors import QueueState
from runs.models import Batch, BatchMetric, Iteration, Run

from .checking import takes_seed as program_takes_seed

# A batch that was retried has a pause behind it that tells nothing of its pace.
LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class BatchCounts:
    """Iterations by what their runs are. `gone`: the run was deleted; `unmade`: it has none yet.

    `seconds_each` is the time between the ends of two, None while that cannot be told.
    """

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
    seconds_each: float | None = None

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
    """By id, in one query over all of them, and one over those that run."""
    batches = list(batches)
    found: dict[str, dict[str, int]] = {batch.pk: {} for batch in batches}
    rows = Run.objects.filter(batch__in=list(found)).values_list("batch", "status").order_by()
    for batch_id, status, number in rows.annotate(Count("pk")):
        found[batch_id][FIELD_OF[status]] = number
    # of short runs there is often none under way at the moment of asking
    under_way = {
        batch.pk: found[batch.pk].get("running", 0)
        for batch in batches
        if batch.status == Status.RUNNING
    }
    paces = seconds_each(under_way) if under_way else {}
    return {batch.pk: counted(batch, found[batch.pk], paces.get(batch.pk)) for batch in batches}


def counted(batch: Batch, by_status: dict[str, int], pace: float | None) -> BatchCounts:
    """Iterations whose run was deleted are what is missing of those that were made."""
    # the supervisor may have made more of them between the two queries
    made = max(batch.made, sum(by_status.values()))
    return BatchCounts(
        total=batch.total,
        gone=made - sum(by_status.values()),
        unmade=batch.total - made,
        seconds_each=pace,
        **by_status,
    )


def seconds_each(running: dict[str, int]) -> dict[str, float]:
    """By batch, after how long one more ends; `running` has how many are under way of each.

    From what ended in the last minutes, one under way counting half; where that is nothing, from
    how long those before took.
    """
    now = timezone.now()
    lately = Q(ended_at__gte=now - LATELY)
    took = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    ended = Run.objects.filter(batch__in=list(running), status__in=FINAL, started_at__isnull=False)
    rows = (
        ended.order_by()
        .values_list("batch")
        .annotate(
            mean=Avg(took),
            number=Count("pk", filter=lately),
            since=Min("started_at", filter=lately),
        )
    )
    return {
        batch: (now - since).total_seconds() / (number + running[batch] / 2)
        if number
        else mean.total_seconds() / max(1, running[batch])
        for batch, mean, number, since in rows
    }


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


def named_metric(batch: Batch, name: str) -> BatchMetric | None:
    """The one of that name, the first where none is named; its values are read when asked for."""
    measured = batch.measured.order_by("position").defer("values")
    # PostgreSQL refuses to look for what it cannot store
    found = measured.filter(name=name) if "\0" not in name else measured.none()
    return found.first() if name else measured.first()


def takes_seed(batch: Batch) -> bool:
    """Whether its program is given the seed, so that equal numbers share something."""
    return program_takes_seed(batch.program)


def eta_seconds(batch: Batch, counts: BatchCounts) -> float | None:
    """At the pace of the last minutes; None until the first has ended, and once all have."""
    left = counts.waiting + counts.running + counts.unmade
    if batch.is_final or batch.cancel_requested_at or not left or counts.seconds_each is None:
        return None
    return counts.seconds_each * (left - counts.running / 2)


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
