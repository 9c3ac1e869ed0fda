"""What a list shows of each job, read for a whole page in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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
    """A job as a line of a list; `status` tells stale from running."""

    job: Job
    key: str
    status: str
    address: str
    first_host: str
    more_hosts: int


def load_job_rows(ids: Iterable[Any]) -> list[JobRow]:
    """The jobs in the order of `ids`; those that are gone are left out."""
    keys = [int(key) for key in ids if str(key).isdecimal() and len(str(key)) <= 18]
    jobs = Job.objects.select_related("root").only(*SHOWN).order_by().in_bulk(keys)
    return [make_row(jobs[key]) for key in keys if key in jobs]


def make_row(job: Job) -> JobRow:
    hosts = job.hosts.split() or [job.host]
    return JobRow(
        job=job,
        key=str(job.pk),
        status=shown_status(job),
        address=job.get_absolute_url(),
        first_host=hosts[0],
        more_hosts=len(hosts) - 1,
    )
