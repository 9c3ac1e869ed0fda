"""What has a directory with a log, progress and artifacts: a run, or a job found on disk."""

from pathlib import Path

from runs.contract.layout import LOG
from runs.files.regular import Confined
from runs.models import Job, Run

Executed = Run | Job


def confined(executed: Executed, relative: str) -> Confined:
    """A file of its directory, which belongs to whoever runs it: no symlink leads out of it."""
    root = Path(executed.root) if isinstance(executed, Run) else executed.root.directory
    return Confined(root, executed.directory, relative)


def log_of(executed: Executed) -> Confined:
    return confined(executed, LOG)
