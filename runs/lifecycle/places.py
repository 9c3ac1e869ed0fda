"""Where on disk runs, checkpoints, templates and the trash are."""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

from django.conf import settings

from runs.configuration.templates import Catalogue
from runs.errors import DiskSpaceInsufficient
from runs.models import Run

TRASH = ".trash"
STAGING = ".staging"
SIMULATOR = Path(__file__).resolve().parent.parent / "simulator"
# Where `fusion-sim` is not on the path, the bundled simulator takes its place.
BUNDLED_COMMANDS = {"fusion-sim": [sys.executable, str(SIMULATOR)]}


def status_root() -> Path:
    """The root that takes the directories of new runs."""
    return Path(settings.FUSIONWEB_STATUS_DIRS[0])


def checkpoint_directory(run: Run) -> Path:
    """Where runs of one name save, with `latest` beside their checkpoints."""
    root = Path(settings.FUSIONWEB_CHECKPOINT_DIRS[0])
    return root / run.project.slug / run.group / run.name


def own_checkpoints(run: Run) -> Path:
    """What only this run saved: the bundled simulator's suffixes begin with the run's id."""
    return checkpoint_directory(run) / run.pk


def project_at(path: Path) -> str | None:
    """The slug of the project whose directory holds a path, below any root; None outside."""
    real = path.resolve()
    for folder in (*settings.FUSIONWEB_STATUS_DIRS, *settings.FUSIONWEB_CHECKPOINT_DIRS):
        root = Path(folder).resolve()
        if real != root and real.is_relative_to(root):
            return real.relative_to(root).parts[0]
    return None


def set_aside(path: Path, root: Path) -> None:
    """Take half-made directories out of the way; the supervisor removes them. Missing is fine."""
    target = root / STAGING / f"{path.name}.{os.urandom(4).hex()}"
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.rename(target)
    except FileNotFoundError:
        return
    remove_empty_parents(path.parent, root)


def remove_empty_parents(directory: Path, root: Path) -> None:
    while directory != root and directory.is_relative_to(root):
        try:
            directory.rmdir()
        except OSError:
            return
        directory = directory.parent


@cache
def catalogue() -> Catalogue:
    """One catalogue a process: it keeps its listing and notices changes on disk."""
    return Catalogue(list(settings.FUSIONWEB_TEMPLATES))


def free_bytes() -> int:
    root = status_root()
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


def require_disk_space(more_bytes: int = 0) -> None:
    """Raises DiskSpaceInsufficient, saying how much there is and how much is needed.

    `more_bytes` is what is about to be written.
    """
    free, needed = free_bytes(), settings.FUSIONWEB_MIN_FREE_BYTES + more_bytes
    if free < needed:
        raise DiskSpaceInsufficient(
            f"Only {free / 1e6:,.0f} MB are free where runs are kept; "
            f"{needed / 1e6:,.0f} MB are needed to begin. Delete runs you no longer need."
        )
