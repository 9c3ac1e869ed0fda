"""What a list shows of each job, read for a whole page in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from runs.access import may_manage, visible
from runs.contract.status import Status
from runs.discovery.selectors import shown_status
from runs.models import Job

# All that a row shows or decides by.
SHOWN = (
    "root__position",
    "project",
    "group",
    "name",
    "run_id",
    "status",
    "reason",
    "fault",
    "host",
    "hosts",
    "chip",
    "total_chips",
    "started_at",
    "ended_at",
    "heartbeat_at",
    "listed_at",
    "size_bytes",
    "ordered_run",
)


@dataclass(frozen=True)
class JobRow:
    """A job as a line of a list; `status` tells stale from running, `actions` are the words of
    what this user may do to it."""

    job: Job
    key: str
    status: str
    address: str
    first_host: str
    more_hosts: int
    actions: str


def load_job_rows(ids: Iterable[Any], user: Any) -> list[JobRow]:
    """The jobs in the order of `ids`; those that are gone or hidden are left out."""
    keys = [int(key) for key in ids if str(key).isdecimal() and len(str(key)) <= 18]
    seen = visible(user, Job.objects.select_related("root").only(*SHOWN)).order_by()
    jobs = seen.in_bulk(keys)
    return [make_row(jobs[key], user) for key in keys if key in jobs]


def make_row(job: Job, user: Any) -> JobRow:
    status = shown_status(job)
    hosts = job.hosts.split() or [job.host]
    return JobRow(
        job=job,
        key=str(job.pk),
        status=status,
        address=job.get_absolute_url(),
        first_host=hosts[0],
        more_hosts=len(hosts) - 1,
        actions="delete" if may_delete(user, job, status) else "",
    )


def may_delete(user: Any, job: Job, status: str) -> bool:
    """A run's job goes with its run, and what runs cannot go; `status` is the one shown."""
    return status != Status.RUNNING and not job.ordered_run_id and may_manage(user, job)
