"""Where a session writes until all of it is moved into place in one rename.

A session has one directory, `<status root>/.sessions/<id>`, hidden from discovery and on the
same file system as its target. Nothing but that directory is ever removed here.
"""

import errno
import os
import shutil
from pathlib import Path

from runs.errors import PlaceTaken
from runs.lifecycle.places import status_root
from runs.models import CreationSession

SESSIONS = ".sessions"
# What will be moved, and beside it what only the session needs.
MADE = "made"
UPLOADS = "uploads"
# Hidden in what was made: which session has made it.
MARK = ".session"


def reserve(session: CreationSession) -> tuple[str, str]:
    """The root and the directory below it where it will write; nothing is made yet."""
    root = status_root()
    return str(root), str(root / SESSIONS / session.pk)


def made(session: CreationSession) -> Path:
    """The directory that will become the run's or the project's."""
    return Path(session.staging) / MADE


def uploads(session: CreationSession) -> Path:
    return Path(session.staging) / UPLOADS


def begin(session: CreationSession) -> Path:
    """An empty `made`, whatever a driver that was killed has left in it."""
    place = made(session)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: the driver may be killed at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    temporary.write_bytes(content)
    temporary.rename(path)


def move_into_place(session: CreationSession, target: Path) -> None:
    """One rename, onto nothing. Raises PlaceTaken where something is there already.

    Should two be equally quick, the rename itself refuses a directory with anything in it.
    """
    if os.path.lexists(target):
        raise PlaceTaken(f"There is something at {target.name} already.")
    target.parent.mkdir(parents=True, exist_ok=True)
    (made(session) / MARK).write_text(session.pk)
    try:
        made(session).rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        raise PlaceTaken(f"There is something at {target.name} already.") from error


def take_back(session: CreationSession, target: Path) -> None:
    """A driver that was killed between the rename and its commit left the directory in place
    and nothing in the table: it is made ready to be moved once more."""
    mark = target / MARK
    if not made(session).exists() and mark.is_file() and mark.read_text() == session.pk:
        target.rename(made(session))


def is_left(session: CreationSession) -> bool:
    return bool(session.staging) and Path(session.staging).is_dir()


def discard(session: CreationSession) -> int:
    """Remove the staging directory and nothing else; how many files went.

    The path is the one that the session's id leads to, whatever its row says.
    """
    if not session.staging:
        return 0
    place = Path(session.root) / SESSIONS / session.pk
    if place != Path(session.staging) or place.is_symlink():
        return 0
    files = sum(len(names) for _, _, names in os.walk(place))
    shutil.rmtree(place, ignore_errors=True)
    return files
