"""Drives a session on, a step at a time, until it has to ask or has ended.

Whoever drives (the request that confirmed it, or the supervisor after a restart) holds it for a
moment; should both drive it, one finds that it has moved. Each step may be done again from its
beginning: what it writes goes into the staging directory, what it records goes with its move.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from runs.asking import asker
from runs.contract.status import Status
from runs.errors import ConfigurationInvalid, FusionwebError, PassingFault
from runs.models import CreationSession

from .holding import withdraw
from .made_from import place_of
from .staging import discard, take_back
from .states import DRIVEN, FINAL, PHASES, State
from .steps import checking, queueing, rendering, validating, writing
from .transitions import HOLD, Overtaken, Told, move

logger = logging.getLogger(__name__)

# A step that so many drivers have not survived would kill the next one, too.
MOST_ATTEMPTS = 5
MOST_A_ROUND = 20

# Each moves the session on, or finds that somebody else has.
STEPS: dict[State, Callable[[CreationSession], None]] = {
    State.PENDING: validating.begin,
    State.VALIDATING: validating.validate,
    State.RENDERING: rendering.render,
    State.CHECK_PASS: checking.check,
    State.RECORD_WRITE: writing.write_records,
    State.POST_VALIDATE: queueing.validate_made,
    State.RUN_QUEUED: queueing.release_run,
}


def drive(session_id: str) -> CreationSession:
    """On until it asks, has ended, or is held by another; the session as it is then."""
    while (session := take(session_id)) is not None:
        step_once(session)
    session = CreationSession.objects.select_related("owner").get(pk=session_id)
    if is_over_with(session):
        # a step that was overtaken by the end may have written once more
        discard(session)
    return session


def take(session_id: str) -> CreationSession | None:
    """Hold a confirmed session for one step; None where there is nothing to do, or it is held.

    The revision rises with it, so that whoever held it before can no longer move it.
    """
    now = timezone.now()
    free = Q(driven_until=None) | Q(driven_until__lt=now)
    mine = CreationSession.objects.filter(
        free, pk=session_id, state__in=DRIVEN, confirmed_at__isnull=False
    )
    taken = {"revision": F("revision") + 1, "attempts": F("attempts") + 1}
    if not mine.update(driven_until=now + HOLD, **taken):
        return None
    return CreationSession.objects.select_related("owner").get(pk=session_id)


def step_once(session: CreationSession) -> None:
    state = State(session.state)
    try:
        require_hope(session)
        STEPS[state](session)
    except Overtaken:
        return
    except FusionwebError as error:
        fail(session, error)
    except Exception:
        # a fault of ours must end this session with its phase, not stop its driver
        logger.exception("session %s failed in %s", session.pk, state)
        fail(session, FusionwebError("Something went wrong on our side."))


def require_hope(session: CreationSession) -> None:
    """Raises PassingFault for what has outlived too many of its drivers."""
    if session.attempts > MOST_ATTEMPTS:
        raise PassingFault(f"This step was begun {MOST_ATTEMPTS} times and never came to an end.")


def fail(session: CreationSession, error: FusionwebError) -> bool:
    """`failed` with the error's shape and the phase it happened in; files stay for staff."""
    phase = PHASES[State(session.state)] or ""
    shape = error_shape(error)
    return move(
        session,
        State.FAILED,
        events=[Told("failed", {"phase": phase or None, "error": shape})],
        within=lambda: undo(session, Status.FAILED, f"failed: {error.message}"),
        error=shape,
        failed_phase=phase,
        discard_files=False,
    )


def undo(session: CreationSession, to: Status, why: str) -> None:
    """What must not outlast a session that ends without success. Part of its last move."""
    if session.state == State.RECORD_WRITE:
        take_back(session, place_of(session))
    withdraw(session, to, why)


def error_shape(error: FusionwebError) -> dict[str, Any]:
    """As the API says errors; kept with the session, so that it is the same ever after."""
    shape: dict[str, Any] = {"code": error.code, "message": error.message}
    if field := getattr(error, "field", None):
        shape["field"] = field
    if isinstance(error, ConfigurationInvalid):
        shape["details"] = [
            {"path": problem.path, "message": problem.message, "line": problem.line}
            for problem in error.problems
        ]
    return {**shape, "trace_id": asker().trace_id}


def drive_abandoned() -> int:
    """For the supervisor: go on with what nobody drives; how many were touched."""
    now = timezone.now()
    waiting = CreationSession.objects.filter(
        Q(driven_until__lt=now) | Q(driven_until=None, touched_at__lt=now - HOLD),
        state__in=DRIVEN,
        confirmed_at__isnull=False,
    )
    ids = list(waiting.order_by("touched_at").values_list("pk", flat=True)[:MOST_A_ROUND])
    for session_id in ids:
        drive(session_id)
    return len(ids)


def is_over_with(session: CreationSession) -> bool:
    """Nobody will want its files again."""
    return session.state == State.DONE or (
        State(session.state) in FINAL and session.discard_files is True
    )
