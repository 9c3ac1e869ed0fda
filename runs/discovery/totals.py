"""Sums over all jobs and checkpoints, kept for a few seconds: they read whole indexes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Max, Sum
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
    there = Checkpoint.objects.filter(gone_at=None).order_by().values_list("project")
    summed = there.annotate(Count("pk"), Sum("size_bytes"))
    return {project: CheckpointTotal(n, size or 0) for project, n, size in summed}


def newest_jobs() -> dict[str, datetime]:
    """When the newest job of each project began."""
    return cache.get_or_set("newest-jobs", find_newest, KEPT_SECONDS) or {}


def find_newest() -> dict[str, datetime]:
    return dict(Job.objects.order_by().values_list("project").annotate(Max("listed_at")))


def recent_counts() -> dict[str, int]:
    """By status, those of the final ones that began in the last `RECENT_DAYS` days."""
    return cache.get_or_set("recent-jobs", count_recent, KEPT_SECONDS) or {}


def count_recent() -> dict[str, int]:
    recent = Job.objects.filter(listed_at__gte=timezone.now() - timedelta(days=RECENT_DAYS))
    return {status.value: recent.filter(status=status).count() for status in RECENT_STATUSES}
