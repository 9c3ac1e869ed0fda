"""The admin site: staff register programs and clean up. One noun a file."""

from .alert import AlertAdmin
from .attempt import AttemptAdmin
from .batch import BatchAdmin
from .checkpoint import CheckpointAdmin
from .event import EventAdmin
from .job import JobAdmin
from .people import PeopleAdmin, PersonAdmin
from .program import ProgramAdmin
from .project import ProjectAdmin
from .retention import RetentionAdmin
from .root import RootAdmin
from .run import RunAdmin
from .supervisor import SupervisorAdmin
from .token import TokenAdmin
from .trash import TrashAdmin

__all__ = [
    "AlertAdmin",
    "AttemptAdmin",
    "BatchAdmin",
    "CheckpointAdmin",
    "EventAdmin",
    "JobAdmin",
    "PeopleAdmin",
    "PersonAdmin",
    "ProgramAdmin",
    "ProjectAdmin",
    "RetentionAdmin",
    "RootAdmin",
    "RunAdmin",
    "SupervisorAdmin",
    "TokenAdmin",
    "TrashAdmin",
]
