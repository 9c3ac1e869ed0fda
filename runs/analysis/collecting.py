"""Bring what runs have measured from their directories into their iterations; safe to repeat."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from runs.contract.status import FINAL, Status
from runs.models import Batch, Iteration

from .metrics import Found, read_metrics
from .plan import GONE, Measured

# Few rows a transaction: at our low priority it may be held for longer than it takes.
CHUNK = 50
UNSUCCESSFUL = FINAL - {Status.COMPLETED}


def collect(batch: Batch) -> int:
    """Read the runs that have completed and were not read yet; how many these were.

    Of those that ended in another way only the reason is taken: half a run is no measurement.
    """
    declared = declared_names(batch)
    number = 0
    for chunk in unread(batch):
        # the files first: nobody else can write while a transaction lasts
        found = [(iteration, read(iteration, declared)) for iteration in chunk]
        with transaction.atomic():
            for iteration, measured in found:
                as_read(iteration).filter(metrics__isnull=True).update(
                    metrics=measured.metrics, problem=measured.problem
                )
        number += len(chunk)
    note_reasons(batch)
    return number


def declared_names(batch: Batch) -> list[str]:
    return [metric["name"] for metric in batch.program.metrics]


def unread(batch: Batch) -> Iterator[list[Iteration]]:
    """In chunks, each iteration once, even where it cannot be written."""
    rows = Iteration.objects.filter(
        batch=batch, metrics__isnull=True, run__status=Status.COMPLETED
    ).select_related("run__project")
    after = 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def read(iteration: Iteration, declared: Sequence[str]) -> Found:
    run = iteration.run
    if run is None:
        return Found(problem="its run was deleted")
    return read_metrics(run.directory, declared, Path(run.root))


def as_read(iteration: Iteration) -> QuerySet[Iteration]:
    """The row, unless another run has taken the place of the one that was read."""
    return Iteration.objects.filter(pk=iteration.pk, run=iteration.run_id)


def note_reasons(batch: Batch) -> None:
    """Why those that did not complete have measured nothing."""
    ended = Iteration.objects.filter(batch=batch, run__status__in=UNSUCCESSFUL)
    few = ended.select_related("run").only("run", "problem", "run__status", "run__reason")
    reasons = [(row, row.run.reason or row.run.status if row.run else "") for row in few]
    changed = [(row, reason) for row, reason in reasons if row.problem != reason]
    for start in range(0, len(changed), CHUNK):
        with transaction.atomic():
            for iteration, reason in changed[start : start + CHUNK]:
                as_read(iteration).update(problem=reason)


def measured_of(batch: Batch) -> list[Measured]:
    """All iterations that have a run or had one, with what is known of them now."""
    rows = Iteration.objects.filter(batch=batch).order_by("point", "number")
    told = rows.values_list(
        "point", "number", "seed", "run", "run__status", "metrics", "problem"
    ).iterator(chunk_size=1000)
    return [
        Measured(point, number, seed, run_id, status or GONE, metrics, problem)
        for point, number, seed, run_id, status, metrics, problem in told
    ]
