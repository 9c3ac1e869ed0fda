"""What pages, sockets and alerts ask about jobs: which are stale, and how many there are.

A running job is stale once nothing was heard of it for FUSIONWEB_STALE_SECONDS. That is a
matter of the hour, so it is computed and never stored.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from runs.access import hidden_projects, visible
from runs.contract.status import Status
from runs.errors import JobNotFound
from runs.models import Job

STALE = "stale"
# Counting 100,000 jobs costs some 20 ms: no page asks for it more often.
COUNT_SECONDS = 3


def stale_before() -> datetime:
    """Who was heard of before this is stale."""
    return timezone.now() - timedelta(seconds=settings.FUSIONWEB_STALE_SECONDS)


def running_jobs() -> QuerySet[Job]:
    """Said to be running, and heard of."""
    heard = Q(heartbeat_at__gte=stale_before()) | Q(heartbeat_at=None)
    return Job.objects.filter(heard, status=Status.RUNNING)


def stale_jobs() -> QuerySet[Job]:
    """Said to be running, but silent for too long."""
    return Job.objects.filter(status=Status.RUNNING, heartbeat_at__lt=stale_before())


def is_stale_job(job: Job) -> bool:
    silent = job.heartbeat_at is not None and job.heartbeat_at < stale_before()
    return job.status == Status.RUNNING and silent


def shown_status(job: Job) -> str:
    """The status as people see it: `stale` is one of its own."""
    return STALE if is_stale_job(job) else str(job.status)


def find_job(project: str, group: str, name: str, run_id: str, root_id: int | None = None) -> Job:
    """By its key, never by a path: of several roots that hold it the first, or the one named.

    Raises NotFound.
    """
    key: dict[str, Any] = {"project": project, "group": group, "name": name, "run_id": run_id}
    if root_id is not None:
        key["root"] = root_id
    found = Job.objects.filter(**key).select_related("root", "ordered_run")
    job = found.order_by("root__position", "root").first()
    if job is None:
        raise JobNotFound
    return job


@dataclass(frozen=True)
class JobCounts:
    """How many jobs there are, by (project, group, status); `running` leaves `stale` out."""

    by_place: Counter[tuple[str, str, str]]

    @property
    def total(self) -> int:
        return self.by_place.total()

    def statuses(self, project: str | None = None, group: str | None = None) -> Counter[str]:
        """By status: of all, of a project, or of a group of it."""
        found: Counter[str] = Counter()
        for (of_project, of_group, status), n in self.by_place.items():
            if project in (None, of_project) and group in (None, of_group):
                found[status] += n
        return found

    def by_project(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for (project, _, status), n in self.by_place.items():
            found.setdefault(project, Counter())[status] += n
        return found

    def groups(self, project: str) -> dict[str, Counter[str]]:
        """The groups of a project in the order of the alphabet, each by status."""
        found: dict[str, Counter[str]] = {}
        for (of_project, group, status), n in sorted(self.by_place.items()):
            if of_project == project:
                found.setdefault(group, Counter())[status] += n
        return found


def job_counts(user: Any) -> JobCounts:
    """Of the projects that the person sees.

    Never older than a few seconds; which of the running are stale is always of now.
    """
    counted: dict[tuple[str, str, str], int] = (
        cache.get_or_set("job-counts", count_jobs, COUNT_SECONDS) or {}
    )
    hidden = hidden_projects(user).slugs
    by_place = Counter({place: n for place, n in counted.items() if place[0] not in hidden})
    stale = visible(user, stale_jobs()).order_by().values_list("project", "group")
    for project, group, n in stale.annotate(Count("pk")):
        running = by_place[project, group, Status.RUNNING.value]
        by_place[project, group, STALE] = min(n, running)
        by_place[project, group, Status.RUNNING.value] = running - min(n, running)
    return JobCounts(+by_place)


def count_jobs() -> dict[tuple[str, str, str], int]:
    counted = Job.objects.order_by().values_list("project", "group", "status")
    return {(place[0], place[1], place[2]): place[3] for place in counted.annotate(Count("pk"))}


def chips_in_use(user: Any) -> int:
    """Of all jobs the person sees that run and were heard of."""
    return visible(user, running_jobs()).aggregate(chips=Sum("total_chips"))["chips"] or 0
