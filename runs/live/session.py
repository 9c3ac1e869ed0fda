"""A creation session as it is followed: how it is, what led there, then what comes, to its end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.utils import timezone

from runs.creation.selectors import answer_of
from runs.creation.services import find_session
from runs.creation.staging import is_left
from runs.creation.states import FINAL, State
from runs.creation.transitions import TOPIC, subject_of
from runs.errors import SessionNotFound
from runs.models import CreationSession, Event

from .feed import feed
from .pieces import SharedText
from .shared_event import SharedEvent, session_frame
from .sight import InSight
from .subject import fresh

LAST_KINDS = frozenset(f"session.{state}" for state in FINAL)
# Others are for the audit, and for pages that show all sessions.
KINDS = LAST_KINDS | {
    f"session.{kind}"
    for kind in ("phase", "progress", "input_required", "input_accepted", "warning")
}


@dataclass(frozen=True)
class Seen:
    """`frames` are the snapshot and what follows it at once; `seq` the last event they hold."""

    seq: int
    is_final: bool
    frames: list[SharedText]


@database_sync_to_async
def find_session_to_follow(user: Any, session_id: str) -> CreationSession:
    """Raises SessionNotFound, also where it is somebody else's; NotAllowed."""
    return find_session(fresh(user), session_id)


async def follow_session(
    session: CreationSession, since: int | None, shown: InSight
) -> AsyncIterator[SharedText]:
    """A snapshot, the events after `since` where that is given, and those that come, in their
    order; ends with the one that says how it ended, which is also told to who comes later.

    Its listener has to be rung by the feed already. Raises NotFound once it is out of sight.
    """
    shown.require()
    seen = await look(session.pk, since)
    for frame in seen.frames:
        yield frame
    seq, ended = seen.seq, seen.is_final
    while not ended:
        reached, events = await feed().events_after(seq, [TOPIC])
        shown.require()
        for event in told_of(session, events):
            yield event.session_frame
            ended = ended or event.kind in LAST_KINDS
        if reached == seq:
            await shown.bell.wait()
        seq = reached


def told_of(session: CreationSession, events: list[SharedEvent]) -> list[SharedEvent]:
    subject = subject_of(session)
    return [event for event in events if event.subject == subject and event.kind in KINDS]


@database_sync_to_async
def look(session_id: str, since: int | None) -> Seen:
    """Raises SessionNotFound."""
    seq, session = state_at(session_id)
    frames = [snapshot_frame(session, seq)]
    missed = [] if since is None else missed_events(session, since, seq)
    frames += [event.session_frame for event in missed]
    is_final = State(session.state) in FINAL
    if is_final and not any(event.kind in LAST_KINDS for event in missed):
        frames.append(last_frame(session, seq))
    return Seen(seq, is_final, frames)


def state_at(session_id: str) -> tuple[int, CreationSession]:
    """The session with the number of its last event: read again where one came in between, so
    that nothing is told twice and nothing is missed."""
    while True:
        seq = last_seq(session_id)
        session = CreationSession.objects.filter(pk=session_id).first()
        if session is None:
            raise SessionNotFound("There is no such session.")
        if last_seq(session_id) == seq:
            return seq, session


def last_seq(session_id: str) -> int:
    events = Event.objects.filter(subject=f"session:{session_id}").order_by("-seq")
    return events.values_list("seq", flat=True).first() or 0


def missed_events(session: CreationSession, since: int, upto: int) -> list[SharedEvent]:
    found = Event.objects.filter(subject=subject_of(session), seq__gt=since, seq__lte=upto)
    return told_of(session, [SharedEvent(event) for event in found.order_by("seq")])


def snapshot_frame(session: CreationSession, seq: int) -> SharedText:
    now = timezone.now().isoformat()
    return session_frame(seq, session.pk, "snapshot", now, {"session": answer_of(session)})


def last_frame(session: CreationSession, seq: int) -> SharedText:
    """How it ended; made again from the session where the event is no longer kept."""
    kind = f"session.{session.state}"
    event = Event.objects.filter(subject=subject_of(session), kind=kind).order_by("seq").last()
    if event:
        return SharedEvent(event).session_frame
    ended_at = session.ended_at or session.touched_at
    return session_frame(seq, session.pk, session.state, ended_at.isoformat(), ending_of(session))


def ending_of(session: CreationSession) -> dict[str, Any]:
    if session.state == State.DONE:
        return {"result": session.result}
    if session.state == State.FAILED:
        return {"phase": session.failed_phase or None, "error": session.error}
    return {
        "reason": (session.error or {}).get("code", "cancelled"),
        "discard_files": bool(session.discard_files),
        "removed": bool(session.discard_files) and not is_left(session),
    }
