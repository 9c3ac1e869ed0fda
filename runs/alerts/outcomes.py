"""What happens to jobs and runs that somebody should know of: they failed, were preempted, lost.

Called by whoever writes that outcome, inside the transaction of the change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from runs.alerts.services import end_alert, raise_alert
from runs.contract.status import Status
from runs.models import Alert, Batch, Job, Run

KINDS = {
    Status.FAILED: Alert.Kind.JOB_FAILED,
    Status.PREEMPTED: Alert.Kind.JOB_PREEMPTED,
    Status.LOST: Alert.Kind.JOB_LOST,
}
VERBS = {
    Status.FAILED: "failed",
    Status.PREEMPTED: "was preempted",
    Status.LOST: "was lost",
}
# A directory that is copied here long after its job ended is no news.
NEWS = timedelta(days=1)
# More at once have one cause, and are one alert.
MOST_AT_ONCE = 20


def raise_for_jobs(changed: Iterable[int], found: Iterable[int]) -> None:
    """For the jobs whose status has changed, and for those found that ended a short while ago.

    Both are keys. A job of a run launched here is left to the run.
    """
    fresh = set(found)
    touched = fresh.union(changed)
    if not touched:
        return
    jobs = Job.objects.filter(pk__in=touched, status__in=KINDS, ordered_run=None)
    by_status: defaultdict[Status, list[Job]] = defaultdict(list)
    for job in jobs.select_related("root"):
        if job.pk not in fresh or timezone.now() - (job.ended_at or job.last_sign_at) < NEWS:
            by_status[Status(job.status)].append(job)
    for status, ended in by_status.items():
        if len(ended) > MOST_AT_ONCE:
            raise_for_many(status, len(ended))
        else:
            for job in ended:
                raise_for_job(job, status)


def raise_for_job(job: Job, status: Status) -> None:
    raise_alert(
        cause=f"job:{job.pk}:{status}",
        kind=KINDS[status],
        message=sentence(str(job), status, job.reason),
        address=job.get_absolute_url(),
        project=job.project,
    )


def raise_for_many(status: Status, jobs: int) -> None:
    raise_alert(
        cause=f"jobs:{status}",
        kind=KINDS[status],
        message=f"{jobs:,} jobs {VERBS[status].replace('was', 'were')} at about the same time",
        address=f"{reverse('job_list')}?status={status}",
    )


def raise_for_run(run: Run, before: Status) -> None:
    """For its new status, where it is one to be told; one that was lost may be found again.

    Of a run of a batch nothing: its batch is one alert, for all of them.
    """
    if run.batch_id is not None:
        return
    status = Status(run.status)
    if status in KINDS:
        raise_alert(
            cause=f"run:{run.pk}:{status}",
            kind=KINDS[status],
            message=sentence(f"{run.project.slug}/{run.name} of {run.owner}", status, run.reason),
            address=reverse("run", args=[run.pk]),
            project=run.project.slug,
        )
    if before == Status.LOST:
        end_alert(f"run:{run.pk}:{Status.LOST}")


def raise_for_batch(batch: Batch, failures: Mapping[Status, int], total: int) -> None:
    """For what it ended with: how many of its `total` runs failed, were preempted, were lost."""
    status = next(status for status in KINDS if failures[status])
    told = [f"{failures[each]:,} {were(each, failures[each])}" for each in KINDS if failures[each]]
    first, *others = told
    count, verb = first.split(" ", 1)
    name = f"{batch.project.slug}/{batch.name} of {batch.owner}"
    raise_alert(
        cause=cause_of(batch),
        kind=KINDS[status],
        message=", ".join([f"{count} of {total:,} runs of {name} {verb}", *others]),
        address=reverse("batch", args=[batch.pk]),
        project=batch.project.slug,
    )


def end_for_batch(batch: Batch) -> None:
    """It ended well, after a retry perhaps."""
    end_alert(cause_of(batch))


def cause_of(batch: Batch) -> str:
    return f"batch:{batch.pk}"


def were(status: Status, number: int) -> str:
    return VERBS[status] if number == 1 else VERBS[status].replace("was", "were")


def sentence(name: str, status: Status, reason: str) -> str:
    return f"{name} {VERBS[status]}" + (f": {reason}" if reason else "")
