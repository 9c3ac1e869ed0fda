"""The admin site: staff register programs and clean up. One noun a file."""

from .alert import AlertAdmin
from .checkpoint import CheckpointAdmin
from .event import EventAdmin
from .job import JobAdmin
from .program import ProgramAdmin
from .project import ProjectAdmin
from .run import RunAdmin
from .supervisor import SupervisorAdmin

__all__ = [
    "AlertAdmin",
    "CheckpointAdmin",
    "EventAdmin",
    "JobAdmin",
    "ProgramAdmin",
    "ProjectAdmin",
    "RunAdmin",
    "SupervisorAdmin",
]
