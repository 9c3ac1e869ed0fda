"""Sums over all jobs and checkpoints that somebody sees, kept for a few seconds: they read whole
indexes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.utils import timezone

from runs.access import hidden_projects, visible
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


def checkpoint_totals(user: Any) -> dict[str, CheckpointTotal]:
    """By project; those whose directory is gone are left out."""
    totals: dict[str, CheckpointTotal] = (
        cache.get_or_set("checkpoint-totals", sum_checkpoints, KEPT_SECONDS) or {}
    )
    hidden = hidden_projects(user).slugs
    return {project: total for project, total in totals.items() if project not in hidden}


def sum_checkpoints() -> dict[str, CheckpointTotal]:
    # As a condition of the sums, not of the rows: one walk through one index, in its order.
    there = Q(gone_at=None)
    summed = Checkpoint.objects.order_by().values("project")
    summed = summed.annotate(n=Count("pk", filter=there), size=Sum("size_bytes", filter=there))
    return {row["project"]: CheckpointTotal(row["n"], row["size"] or 0) for row in summed}


def recent_counts(user: Any) -> dict[str, int]:
    """By status, those of the final ones that began in the last `RECENT_DAYS` days."""
    key = f"recent-jobs-{hidden_projects(user).key}"
    return cache.get_or_set(key, lambda: count_recent(user), KEPT_SECONDS) or {}


def count_recent(user: Any) -> dict[str, int]:
    began = Job.objects.filter(listed_at__gte=timezone.now() - timedelta(days=RECENT_DAYS))
    recent = visible(user, began)
    return {status.value: recent.filter(status=status).count() for status in RECENT_STATUSES}
