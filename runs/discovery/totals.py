"""Sums over all jobs and checkpoints, kept for a few seconds: they read whole indexes."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.utils import timezone

from runs.contract.status import Status
from runs.models import Checkpoint, Job

KEPT_SECONDS = 3
# What ended longer ago tells nobody how things are going.
RECENT_DAYS = 7
RECENT_STATUSES = (Status.COMPLETED, Status.FAILED, Status.PREEMPTED)


@dataclass(frozen=True)
class CheckpointTotal:
    """`size_bytes` of those that have been measured."""

    count: int = 0
    size_bytes: int = 0


def checkpoint_totals() -> dict[str, CheckpointTotal]:
    """By project; those whose directory is gone are left out."""
    return cache.get_or_set("checkpoint-totals", sum_checkpoints, KEPT_SECONDS) or {}


def sum_checkpoints() -> dict[str, CheckpointTotal]:
    # As a condition of the sums, not of the rows: one walk through one index, in its order.
    there = Q(gone_at=None)
    summed = Checkpoint.objects.order_by().values("project")
    summed = summed.annotate(n=Count("pk", filter=there), size=Sum("size_bytes", filter=there))
    return {row["project"]: CheckpointTotal(row["n"], row["size"] or 0) for row in summed}


def recent_counts() -> dict[str, int]:
    """By status, those of the final ones that began in the last `RECENT_DAYS` days."""
    return cache.get_or_set("recent-jobs", count_recent, KEPT_SECONDS) or {}


def count_recent() -> dict[str, int]:
    recent = Job.objects.filter(listed_at__gte=timezone.now() - timedelta(days=RECENT_DAYS))
    return {status.value: recent.filter(status=status).count() for status in RECENT_STATUSES}
