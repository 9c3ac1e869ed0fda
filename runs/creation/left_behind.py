"""Files of sessions that ended without success, kept for staff to go on with or to remove."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runs.access import require_staff
from runs.errors import Conflict, SessionStillOpen
from runs.models import CreationSession

from .engine import drive
from .services import new_session
from .staging import ID, SESSIONS, discard, own_place, reserve
from .states import FINAL, State
from .steps.validating import check_wish
from .transitions import Told, tell
from .wishes import read_wish

# What belongs to no session, and may be about to: its row is committed a moment later.
STRAY_SECONDS = 3600


@dataclass(frozen=True)
class Left:
    """A session that ended without success, and what is in its staging directory."""

    session: CreationSession
    files: int
    size_bytes: int


def left_behind() -> list[Left]:
    """The newest first."""
    ended = CreationSession.objects.filter(
        state__in=[State.FAILED, State.ABORTED], discard_files=False
    ).exclude(staging="")
    found = ended.select_related("owner").order_by("-ended_at", "-pk")
    return [measured(session) for session in found if own_place(session)]


def measured(session: CreationSession) -> Left:
    files = size_bytes = 0
    for directory, _, names in os.walk(session.staging):
        for name in names:
            files += 1
            size_bytes += size_of(Path(directory) / name)
    return Left(session, files, size_bytes)


def size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def resume_left(*, actor: Any, session: CreationSession) -> CreationSession:
    """A new session of the same owner with the same inputs and answers, which takes over the
    files and is driven as far as it goes.

    Raises NotAllowed but for staff, SessionStillOpen, Conflict where somebody was quicker, and
    what makes its wish impossible now; then nothing has changed.
    """
    require_left(actor, session)
    heir = new_session(session.owner, session.kind, session.inputs)
    check_wish(heir, read_wish(heir.kind, heir.inputs))
    heir.answers, heir.root = session.answers, session.root
    heir.root, heir.staging = reserve(heir)
    heir.confirmed_at = timezone.now()
    with transaction.atomic():
        heir.save(force_insert=True)
        take_files(session, heir)
        tell(heir, Told("created", {"kind": heir.kind, "resumes": session.pk}), actor)
    return drive(heir.pk)


def take_files(session: CreationSession, heir: CreationSession) -> None:
    """Part of a transaction. Raises Conflict."""
    mine = CreationSession.objects.filter(pk=session.pk, revision=session.revision)
    if not mine.update(staging="", revision=F("revision") + 1):
        raise Conflict("These files were taken or removed meanwhile.")
    Path(session.staging).rename(heir.staging)


def remove_left(*, actor: Any, session: CreationSession) -> int:
    """Remove the files; how many there were. Raises NotAllowed, SessionStillOpen, Conflict."""
    require_left(actor, session)
    with transaction.atomic():
        mine = CreationSession.objects.filter(pk=session.pk, revision=session.revision)
        if not mine.update(discard_files=True, revision=F("revision") + 1):
            raise Conflict("These files were taken or removed meanwhile.")
        tell(session, Told("removed"), actor)
    return discard(session)


def require_left(actor: Any, session: CreationSession) -> None:
    require_staff(actor, "Only staff may do that with what sessions have left behind.")
    if State(session.state) not in FINAL:
        raise SessionStillOpen("This session has not ended yet.")
    if session.discard_files is not False or own_place(session) is None:
        raise Conflict("This session has left no files behind.")


def remove_strays(seconds_now: float) -> int:
    """For the supervisor: staging directories of no session, and of those that want theirs no
    more; how many. `seconds_now` is the time since the epoch."""
    return sum(remove_stray(place, seconds_now) for place in staging_directories())


def staging_directories() -> Iterator[Path]:
    for root in settings.FUSIONWEB_STATUS_DIRS:
        parent = Path(root) / SESSIONS
        if parent.is_dir() and not parent.is_symlink():
            yield from (each for each in sorted(parent.iterdir()) if ID.fullmatch(each.name))


def remove_stray(place: Path, seconds_now: float) -> bool:
    session = CreationSession.objects.filter(pk=place.name).first()
    if session is None:
        session = CreationSession(pk=place.name, state=State.DONE)
        try:
            is_young = seconds_now - place.lstat().st_mtime < STRAY_SECONDS
        except FileNotFoundError:
            return False
        if is_young:
            return False
    is_wanted = session.state != State.DONE and session.discard_files is not True
    if is_wanted and session.staging == str(place):
        return False
    if is_wanted and State(session.state) not in FINAL:
        # reserved, but not written into its row yet
        return False
    session.staging = str(place)
    discard(session)
    return not place.exists()
