"""What the database holds, one noun a file."""

from .event import Event
from .job import Job
from .program import Program
from .project import Project
from .run import Run
from .supervisor import Supervisor

__all__ = ["Event", "Job", "Program", "Project", "Run", "Supervisor"]
