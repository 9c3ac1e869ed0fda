"""The one place where a session's state is written.

A move is one transaction: an update under the condition of the state and the revision it comes
from, and the events that tell of it. Whoever loses a race changes nothing and hears False.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runs.events import record_event
from runs.models import CreationSession

from .states import FINAL, PHASES, State, may_go

TOPIC = "sessions"
# A driver that says nothing for so long is dead, and the next one goes on.
HOLD = timedelta(seconds=20)


@dataclass(frozen=True)
class Told:
    """An event of a session: `kind` as in its frames (`phase`, `warning`, …), what it carries."""

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)


class Overtaken(Exception):
    """Another driver, or a cancellation, was quicker: whoever hears this stops."""


def subject_of(session: CreationSession) -> str:
    return f"session:{session.pk}"


def tell(session: CreationSession, told: Told, actor: User | None = None) -> None:
    """Part of a transaction."""
    record_event(
        topic=TOPIC,
        kind=f"session.{told.kind}",
        subject=subject_of(session),
        payload={"id": session.pk, "owner_id": session.owner_id, **told.payload},
        actor=actor,
    )


def move(
    session: CreationSession,
    to: str,
    *,
    before: Sequence[Told] = (),
    events: Sequence[Told] = (),
    actor: User | None = None,
    within: Callable[[], None] | None = None,
    **fields: Any,
) -> bool:
    """Move to `to` if nobody has moved it since it was read; False if somebody has.

    `within` does what belongs to the move, inside its transaction and after its update, so that
    only one driver ever does it; what it raises undoes all. Told of are what happened `before`
    in the old phase, then the new phase, then `events`.
    """
    if not may_go(session.kind, session.state, to):
        raise ValueError(f"no way from {session.state} to {to}")
    now = timezone.now()
    values = {"state": to, "touched_at": now, "driven_until": None, "attempts": 0, **fields}
    if State(to) in FINAL:
        values |= {"ended_at": now, "pending_input": None}
    with transaction.atomic():
        if not update(session, values):
            return False
        for told in before:
            tell(session, told, actor)
        if PHASES[State(to)] and State(to) not in FINAL:
            tell(session, Told("phase", {"phase": PHASES[State(to)]}), actor)
        for told in events:
            tell(session, told, actor)
        if within:
            within()
    take_over(session, values)
    return True


def stay(
    session: CreationSession,
    *,
    events: Sequence[Told] = (),
    actor: User | None = None,
    **fields: Any,
) -> bool:
    """Write `fields` and tell of `events` without leaving the state; False as `move` does."""
    values = {"touched_at": timezone.now(), **fields}
    with transaction.atomic():
        if not update(session, values):
            return False
        for told in events:
            tell(session, told, actor)
    take_over(session, values)
    return True


def update(session: CreationSession, values: dict[str, Any]) -> bool:
    found = CreationSession.objects.filter(
        pk=session.pk, state=session.state, revision=session.revision
    )
    return bool(found.update(revision=F("revision") + 1, **values))


def take_over(session: CreationSession, values: dict[str, Any]) -> None:
    """Into the object, once they are in the table: what was rolled back must not be in it."""
    session.revision += 1
    for name, value in values.items():
        setattr(session, name, value)
