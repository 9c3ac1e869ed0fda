"""Jobs that say they are running and have fallen silent."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from runs.alerts.services import end_alert, raise_alert
from runs.contract.layout import METADATA
from runs.contract.status import Status
from runs.discovery.announce import Change, announce, announce_counts
from runs.discovery.selectors import STALE, stale_jobs
from runs.models import Alert, Job, Root

# More at once have one cause, such as the cluster itself, and are one alert.
MOST_AT_ONCE = 20
MOST_LOOKED_AT = 500


def watch_stale_jobs() -> None:
    """Raise what has fallen silent, end what speaks again or has ended.

    Of a root that is not in step nothing is known, so nothing is raised and nothing ended.
    """
    for root in Root.objects.filter(kind=Root.Kind.STATUS, state=Root.State.READY):
        if root.first_scanned_at:
            watch_root(root)
    end_of_deleted_jobs()


def watch_root(root: Root) -> None:
    """Those that were silent already when the root was first read are history: told in one."""
    silent = stale_jobs().filter(root=root)
    then = root.first_scanned_at - timedelta(seconds=settings.FUSIONWEB_STALE_SECONDS)  # type: ignore[operator]
    history = silent.filter(heartbeat_at__lt=then).count()
    words = f"were silent already when {root.path} was first read"
    summarise(f"root:{root.pk}:stale-at-first", history, words)
    end_heard(root)
    fallen = silent.filter(heartbeat_at__gte=then).exclude(pk__in=told_of())
    begun = list(islice(in_step(fallen), MOST_AT_ONCE + 1))
    many = fallen.count() if len(begun) > MOST_AT_ONCE else 0
    summarise(f"root:{root.pk}:stale", many, f"under {root.path} went silent")
    if not many:
        for job in begun:
            raise_stale(job)


def told_of() -> list[int]:
    """Keys of the jobs with an open alert of their own; the cause is `job:<key>:stale`."""
    causes = Alert.objects.filter(kind=Alert.Kind.JOB_STALE, over_at=None, cause__startswith="job:")
    return [int(cause.split(":")[1]) for cause in causes.values_list("cause", flat=True)]


def in_step(jobs: QuerySet[Job]) -> Iterable[Job]:
    """Those whose file looks as it did when it was read: the others have just spoken, and the
    index has not heard it yet, such as after a pause of the supervisor."""
    for job in jobs.select_related("root", "ordered_run")[:MOST_LOOKED_AT]:
        try:
            found = (job.directory / METADATA).stat()
        except OSError:
            continue
        if (found.st_mtime_ns, found.st_size) == (job.file_mtime_ns, job.file_size):
            yield job


def raise_stale(job: Job) -> None:
    run = job.ordered_run_id
    with transaction.atomic():
        raise_alert(
            cause=f"job:{job.pk}:stale",
            kind=Alert.Kind.JOB_STALE,
            message=f"{job} has not been heard of for {settings.FUSIONWEB_STALE_SECONDS:g} s",
            address=reverse("run", args=[run]) if run else job.get_absolute_url(),
            project=job.project,
        )
        announce("jobs", [Change("job.stale", job.pk, job.project, {"status": STALE})])


def end_heard(root: Root) -> None:
    """Of those that had fallen silent, the ones that have not any more."""
    told = Job.objects.filter(root=root, pk__in=told_of())
    for job in told.exclude(pk__in=stale_jobs().filter(root=root).values("pk")):
        with transaction.atomic():
            end_alert(f"job:{job.pk}:stale")
            if job.status == Status.RUNNING:
                again = Change("job.running", job.pk, job.project, {"status": job.status})
                announce("jobs", [again])


def end_of_deleted_jobs() -> None:
    told = told_of()
    for pk in set(told) - set(Job.objects.filter(pk__in=told).values_list("pk", flat=True)):
        end_alert(f"job:{pk}:stale")


def summarise(cause: str, jobs: int, words: str) -> None:
    """One alert for all of them, raised when there are any and over when there are none."""
    is_open = Alert.objects.filter(cause=cause, over_at=None).exists()
    if is_open and not jobs:
        end_alert(cause)
    if jobs and not is_open:
        with transaction.atomic():
            raise_alert(
                cause=cause,
                kind=Alert.Kind.JOB_STALE,
                message=f"{jobs:,} {'job' if jobs == 1 else 'jobs'} {words}",
                address=f"{reverse('job_list')}?status={STALE}",
            )
            announce_counts("jobs", {"job.stale": jobs})
