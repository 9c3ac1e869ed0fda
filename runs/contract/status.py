"""The states of a run and of a job, and the named sets everybody asks for."""

from enum import StrEnum


class Status(StrEnum):
    """What a run or job is. `UNKNOWN` only for jobs whose file says something else."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"
    LOST = "lost"
    UNKNOWN = "unknown"


ACTIVE = frozenset({Status.PENDING, Status.RUNNING})
FINAL = frozenset(
    {Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.PREEMPTED, Status.LOST}
)
STOPPABLE = ACTIVE
RETRYABLE = FINAL
DELETABLE = FINAL
# What others may write into metadata.json, and our shim; all else reads as unknown.
WRITTEN = frozenset(
    {Status.RUNNING, Status.COMPLETED, Status.FAILED, Status.PREEMPTED, Status.CANCELLED}
)
