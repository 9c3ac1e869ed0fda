"""Sums over all jobs and checkpoints, kept for a few seconds: they read whole indexes."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Max, Sum

from runs.models import Checkpoint, Job

KEPT_SECONDS = 3


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
