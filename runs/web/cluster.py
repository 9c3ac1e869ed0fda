"""The cluster in a few numbers, for the dashboard."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

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

    @property
    def is_worth_showing(self) -> bool:
        return bool(self.found or self.scanning or self.troubled)

    @property
    def found(self) -> bool:
        """Whether there is anything that nobody launched here."""
        return bool(self.checkpoints.count) or Job.objects.exists()


def cluster() -> Cluster:
    roots = list(Root.objects.all())
    totals = checkpoint_totals().values()
    since = timezone.localdate() - timedelta(days=RECENT_DAYS)
    return Cluster(
        running=running_jobs().count(),
        stale=stale_jobs().count(),
        recent=list(recent_counts().items()),
        days=RECENT_DAYS,
        since=since.isoformat(),
        chips=chips_in_use(),
        checkpoints=CheckpointTotal(
            sum(total.count for total in totals), sum(total.size_bytes for total in totals)
        ),
        scanning=[root for root in roots if root.state == Root.State.SCANNING],
        troubled=[root for root in roots if root.state in TROUBLED],
    )
