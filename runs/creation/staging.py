"""Where a session writes until all of it is moved into place in one rename.

A session has one directory, `<status root>/.sessions/<id>`, hidden from discovery and on the
same file system as its target. Nothing but that directory is ever removed here. Each driver
writes into a folder of its own inside, which becomes `made` together with its move: one that was
overtaken, however slow, spoils nothing.
"""

import errno
import os
import re
import shutil
from pathlib import Path

from django.conf import settings

from runs.errors import PlaceTaken
from runs.lifecycle.places import status_root
from runs.models import CreationSession

SESSIONS = ".sessions"
# What will be moved, and beside it what only the session needs.
MADE = "made"
FRESH = "fresh."
UPLOADS = "uploads"
# Hidden in what was made: which session has made it.
MARK = ".session"
ID = re.compile(r"[0-9a-f]{12}")


def reserve(session: CreationSession) -> tuple[str, str]:
    """The root and the directory below it where it will write; nothing is made yet."""
    root = Path(session.root or status_root())
    return str(root), str(root / SESSIONS / session.pk)


def made(session: CreationSession) -> Path:
    """The directory that will become the run's or the project's."""
    return Path(session.staging) / MADE


def uploads(session: CreationSession) -> Path:
    return Path(session.staging) / UPLOADS


def fresh(session: CreationSession) -> Path:
    """An empty folder for this driver alone."""
    place = Path(session.staging) / f"{FRESH}{os.urandom(4).hex()}"
    place.mkdir(parents=True)
    return place


def adopt(session: CreationSession, place: Path) -> None:
    """A `fresh` folder becomes `made`, instead of what there was. Part of a move."""
    shutil.rmtree(made(session), ignore_errors=True)
    place.rename(made(session))
    for other in Path(session.staging).glob(f"{FRESH}*"):
        shutil.rmtree(other, ignore_errors=True)


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: the driver may be killed at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    temporary.write_bytes(content)
    temporary.rename(path)


def move_into_place(session: CreationSession, target: Path) -> None:
    """One rename, onto nothing. Part of a move. Raises PlaceTaken where something is there.

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
    """Part of a move out of `record_write`, where no row of it is in the table.

    A driver that was killed, or could not commit, between its rename and its commit has left the
    directory in place: it becomes `made` once more.
    """
    mark = target / MARK
    if target.is_symlink() or not mark.is_file() or mark.read_text() != session.pk:
        return
    place = made(session)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    target.rename(place)


def remove_mark(target: Path) -> None:
    (target / MARK).unlink(missing_ok=True)


def own_place(session: CreationSession) -> Path | None:
    """The staging directory, if it is the one that the session's id leads to.

    Whatever stands in its row: below a root of ours, named by an id, and no link anywhere.
    """
    roots = [Path(root) for root in settings.FUSIONWEB_STATUS_DIRS]
    place = Path(session.staging)
    parent = place.parent
    if not ID.fullmatch(session.pk) or place.name != session.pk or parent.name != SESSIONS:
        return None
    if parent.parent not in roots or parent.is_symlink() or place.is_symlink():
        return None
    return place if place.is_dir() else None


def is_left(session: CreationSession) -> bool:
    return own_place(session) is not None


def discard(session: CreationSession) -> int:
    """Remove the staging directory and nothing else, links in it unfollowed; how many files."""
    place = own_place(session)
    if place is None:
        return 0
    files = sum(len(names) for _, _, names in os.walk(place))
    shutil.rmtree(place, ignore_errors=True)
    return files
