"""Jobs as a script sees them."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from ninja import Schema
from pydantic import BaseModel, Field

from runs.api.filtering import Day, Filter, RootNumber, Word
from runs.discovery.selectors import is_stale_job
from runs.models import Job

JobOrder = Literal["-listed_at", "listed_at", "name", "-name", "size_bytes", "-size_bytes"]
YEAR_HOURS = 366 * 24


class JobKey(Schema):
    """Its directory below a root."""

    project: Word
    group: Word
    name: Word
    run_id: Word


class NameKey(Schema):
    """What all runs of one job name, or all its checkpoints, share."""

    project: Word
    group: Word
    name: Word


class RootAsked(Schema):
    root: Annotated[
        RootNumber | None,
        Field(description="The number of the root, where several hold the same directory."),
    ] = None


class JobOrderAsked(Schema):
    order: JobOrder = "-listed_at"


class JobFilters(JobOrderAsked):
    """Narrowed as the list of jobs in the browser."""

    status: Annotated[
        Filter,
        Field(
            description="One or more between commas: running, stale, completed, failed, "
            "preempted, cancelled, lost, unknown. `running` leaves `stale` out."
        ),
    ] = ""
    project: Filter = ""
    group: Filter = ""
    name: Filter = ""
    chip: Annotated[Word, Field(max_length=100)] = ""
    host: Filter = ""
    owner: Annotated[Word, Field(max_length=100)] = ""
    since: Day | None = None
    until: Day | None = None
    fault: Annotated[bool, Field(description="Those whose directory could not be read.")] = False
    search: Annotated[Word, Field(max_length=200)] = ""


class Recent(JobOrderAsked):
    hours: Annotated[float, Field(gt=0, le=YEAR_HOURS)] = 24

    @property
    def span(self) -> timedelta:
        return timedelta(hours=self.hours)


class JobOut(BaseModel):
    """`status` is what its directory says; `stale`, that it says `running` and has gone silent.

    `run` is the run that ordered it, null for a job that was found on disk. `listed_at` is when
    it began as far as anybody knows; `files` and `size_bytes` are as of `measured_at`.
    """

    id: int
    project: str
    group: str
    name: str
    run_id: str
    root: int
    run: str | None
    status: str
    stale: bool
    reason: str
    fault: str
    job_key: str
    slurm_job_id: str
    owner: str
    host: str
    hosts: list[str]
    chip: str
    total_chips: int | None
    pid: int | None
    exit_code: int | None
    signal: str
    started_at: datetime | None
    ended_at: datetime | None
    heartbeat_at: datetime | None
    listed_at: datetime
    files: int | None
    size_bytes: int | None
    measured_at: datetime | None


def job_out(job: Job) -> JobOut:
    return JobOut(
        id=job.pk,
        project=job.project,
        group=job.group,
        name=job.name,
        run_id=job.run_id,
        root=job.root_id,
        run=job.ordered_run_id,
        status=job.status,
        stale=is_stale_job(job),
        reason=job.reason,
        fault=job.fault,
        job_key=job.job_key,
        slurm_job_id=job.slurm_job_id,
        owner=job.unix_owner,
        host=job.host,
        hosts=job.hosts.split(),
        chip=job.chip,
        total_chips=job.total_chips,
        pid=job.pid,
        exit_code=job.exit_code,
        signal=job.signal,
        started_at=job.started_at,
        ended_at=job.ended_at,
        heartbeat_at=job.heartbeat_at,
        listed_at=job.listed_at,
        files=job.files,
        size_bytes=job.size_bytes,
        measured_at=job.measured_at,
    )
