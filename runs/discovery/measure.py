"""Count the files and bytes of jobs and checkpoints, so that no page has to."""

import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from runs.contract.status import Status
from runs.files.artifacts import tree_size
from runs.models import Checkpoint, Job, Root

# A row that was measured is written at the latest after this, with others: a few transactions
# of some milliseconds instead of a hundred thousand.
BATCH_SECONDS = 1.0
RUNNING_EVERY = timedelta(minutes=10)

Row = TypeVar("Row", Job, Checkpoint)
Measured = tuple[int, int, datetime, int, int]
"""Files, bytes, when the counting began, primary key, and how the row looked then."""


def measure_some(limit: int, *, claimed_by: str | None = None) -> int:
    """How many rows were measured, at most `limit` jobs and as many checkpoints; 0: all are.

    First those that never were, or changed since, the newest first; then running jobs, every ten
    minutes. With `claimed_by` only those of roots that this process keeps. A directory that
    cannot be looked at keeps the size that it had.
    """
    measured = 0
    for jobs in (_unmeasured(Job.objects.all(), claimed_by), _running(claimed_by)):
        measured += _measure(Job, "file_mtime_ns", jobs[: limit - measured])
    present = Checkpoint.objects.filter(gone_at=None)
    checkpoints = _unmeasured(present, claimed_by)[:limit]
    return measured + _measure(Checkpoint, "directory_mtime_ns", checkpoints)


def _unmeasured(rows: QuerySet[Row], claimed_by: str | None) -> QuerySet[Row]:
    return _reachable(rows.filter(measured_at=None), claimed_by).order_by("-pk")


def _running(claimed_by: str | None) -> QuerySet[Job]:
    before = timezone.now() - RUNNING_EVERY
    running = Job.objects.filter(status=Status.RUNNING, measured_at__lt=before)
    return _reachable(running, claimed_by).order_by("measured_at")


def _reachable(rows: QuerySet[Row], claimed_by: str | None) -> QuerySet[Row]:
    """Of a root whose disk is not mounted everything would seem to be empty."""
    roots = Root.objects.exclude(state=Root.State.MISSING)
    if claimed_by is not None:
        roots = roots.filter(claimed_by=claimed_by)
    return rows.filter(root__in=list(roots)).select_related("root")


def _measure(model: type[Row], look: str, rows: Iterable[Row]) -> int:
    count, batch, flushed_at = 0, list[Measured](), time.monotonic()
    for row in rows:
        batch.append(_size(row, look))
        count += 1
        if time.monotonic() - flushed_at > BATCH_SECONDS:
            _write(model, look, batch)
            batch, flushed_at = [], time.monotonic()
    _write(model, look, batch)
    return count


def _size(row: Job | Checkpoint, look: str) -> Measured:
    began, directory = timezone.now(), row.directory
    try:
        os.lstat(directory)
        files, size_bytes = tree_size(directory)
    except OSError:
        files, size_bytes = row.files or 0, row.size_bytes or 0
    return files, size_bytes, began, row.pk, getattr(row, look)


def _write(model: type[Row], look: str, batch: list[Measured]) -> None:
    """But where the row has changed meanwhile: it is measured again."""
    if not batch:
        return
    adapt = connection.ops.adapt_datetimefield_value
    values = [(files, size, adapt(at), pk, seen) for files, size, at, pk, seen in batch]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {model._meta.db_table} SET files = %s, size_bytes = %s, measured_at = %s "
            f"WHERE id = %s AND {look} = %s",
            values,
        )
