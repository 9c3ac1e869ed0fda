"""Projects and the dashboard's numbers as a script sees them."""

from collections.abc import Mapping
from datetime import datetime

from ninja import Schema
from pydantic import BaseModel

from runs.api.filtering import Word
from runs.discovery.totals import CheckpointTotal
from runs.lifecycle.selectors import QueueState


class ProjectKey(Schema):
    slug: Word


class CheckpointsOut(BaseModel):
    """`size_bytes` of those that have been measured."""

    count: int
    size_bytes: int


class ProjectOut(BaseModel):
    """`jobs` counts those on disk by status, `stale` apart from `running`; what was launched here
    is among them. `runs` counts what was launched here by status, `pending` too."""

    slug: str
    title: str
    description: str
    is_open: bool
    managers: list[str]
    may_manage: bool
    groups: list[str]
    jobs: dict[str, int]
    runs: dict[str, int]
    checkpoints: CheckpointsOut
    newest_job_at: datetime | None
    created_at: datetime


class GroupOut(BaseModel):
    name: str
    jobs: dict[str, int]


class ProjectDetail(BaseModel):
    project: ProjectOut
    groups: list[GroupOut]


class QueueOut(BaseModel):
    """Of the whole machine, whoever the runs belong to: `slots` is how many run at once."""

    running: int
    slots: int
    pending: int
    supervisor_alive: bool


class StatsOut(BaseModel):
    """Of all that the person sees. `recent_jobs` began in the last `recent_days` days and ended;
    `chips` are those of jobs that run and are heard of."""

    runs: dict[str, int]
    jobs: dict[str, int]
    recent_jobs: dict[str, int]
    recent_days: int
    chips: int
    checkpoints: CheckpointsOut
    checkpoints_waiting: int
    open_alerts: int
    queue: QueueOut


def checkpoints_out(total: CheckpointTotal) -> CheckpointsOut:
    return CheckpointsOut(count=total.count, size_bytes=total.size_bytes)


def queue_out(queue: QueueState) -> QueueOut:
    return QueueOut(
        running=queue.running,
        slots=queue.slots,
        pending=queue.pending,
        supervisor_alive=queue.supervisor_alive,
    )


def plain(counts: Mapping[str, int]) -> dict[str, int]:
    """Only what there is any of."""
    return {status: n for status, n in counts.items() if n}
