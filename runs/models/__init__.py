"""What the database holds, one noun a file."""

from .alert import Alert
from .batch import Batch, BatchMetric, Iteration
from .checkpoint import Checkpoint
from .delivery import Delivery
from .digest import RunDigest
from .event import Event
from .job import Job
from .program import Program
from .project import Project
from .retention import Retention
from .review import Review
from .root import Root
from .run import Run
from .session import CreationSession
from .supervisor import Supervisor
from .token import Token
from .trash import Trash
from .turn import Turn

__all__ = [
    "Alert",
    "Batch",
    "BatchMetric",
    "Checkpoint",
    "CreationSession",
    "Delivery",
    "Event",
    "Iteration",
    "Job",
    "Program",
    "Project",
    "Retention",
    "Review",
    "Root",
    "Run",
    "RunDigest",
    "Supervisor",
    "Token",
    "Trash",
    "Turn",
]
