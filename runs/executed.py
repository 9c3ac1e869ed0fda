"""What has a directory with a log, progress and artifacts: a run, or a job found on disk."""

from pathlib import Path

from runs.contract.layout import LOG
from runs.errors import ArtifactNotFound
from runs.files.artifacts import resolve_inside
from runs.files.regular import Confined
from runs.models import Job, Run

Executed = Run | Job


def confined(executed: Executed, relative: str) -> Confined:
    """A file of its directory, which belongs to whoever runs it: no symlink leads out of it."""
    return Confined(root_of(executed), executed.directory, relative)


def log_of(executed: Executed) -> Confined:
    return confined(executed, LOG)


def root_of(executed: Executed) -> Path:
    return Path(executed.root) if isinstance(executed, Run) else executed.root.directory


def home_of(executed: Executed) -> Path:
    """Its real directory. Raises ArtifactNotFound where it is gone, or a symlink is in its place:
    it is somebody else's then."""
    root = root_of(executed)
    home = root.resolve() / executed.directory.relative_to(root)
    if not home.is_dir() or home.resolve() != home:
        raise ArtifactNotFound("Its directory is no longer on disk.")
    return home


def artifact_of(executed: Executed, relative: str) -> Confined:
    """A file below its directory by its path there, decoded once. Raises ArtifactNotFound,
    PathOutside."""
    file = resolve_inside(home_of(executed), relative)
    # It may be swapped for a symlink between being looked for and being opened.
    return confined(executed, str(file))
