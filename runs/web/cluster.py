"""The cluster in a few numbers, for the dashboard."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from runs.access import visible
from runs.discovery.selectors import chips_in_use, running_jobs, stale_jobs
from runs.discovery.totals import (
    RECENT_DAYS,
    CheckpointTotal,
    checkpoint_totals,
    recent_counts,
)
from runs.models import Job, Root

TROUBLED = (Root.State.MISSING, Root.State.HELD)


@dataclass(frozen=True)
class Cluster:
    """`recent` are statuses of jobs that began in the last `days` days; `scanning` and
    `troubled` are roots."""

    running: int
    stale: int
    recent: list[tuple[str, int]]
    days: int
    since: str
    chips: int
    checkpoints: CheckpointTotal
    scanning: list[Root]
    troubled: list[Root]
    found: bool

    @property
    def is_worth_showing(self) -> bool:
        return bool(self.found or self.scanning or self.troubled)


def cluster(user: Any) -> Cluster:
    """What the person sees of it; `found` says whether anything is there at all."""
    roots = list(Root.objects.all())
    totals = checkpoint_totals(user).values()
    since = timezone.localdate() - timedelta(days=RECENT_DAYS)
    return Cluster(
        running=visible(user, running_jobs()).count(),
        stale=visible(user, stale_jobs()).count(),
        recent=list(recent_counts(user).items()),
        days=RECENT_DAYS,
        since=since.isoformat(),
        chips=chips_in_use(user),
        checkpoints=CheckpointTotal(
            sum(total.count for total in totals), sum(total.size_bytes for total in totals)
        ),
        scanning=[root for root in roots if root.state == Root.State.SCANNING],
        troubled=[root for root in roots if root.state in TROUBLED],
        found=any(total.count for total in totals) or visible(user, Job.objects.all()).exists(),
    )
