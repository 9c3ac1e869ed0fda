"""What people order of creation sessions: begin, draft, confirm, answer, cancel."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from runs.access import may_see
from runs.contract.status import Status
from runs.errors import (
    Conflict,
    FusionwebError,
    InputInvalid,
    InputRequestStale,
    InvalidInput,
    SessionAlreadyCompleted,
    SessionNotAwaitingInput,
    SessionNotFound,
)
from runs.models import CreationSession
from runs.models.run import new_run_id

from .checks.question import Upload, question_from_json, read_answer
from .checks.registry import Check, run_checks
from .engine import drive, undo
from .staging import discard, is_left, uploads, write
from .states import FINAL, Kind, State
from .steps.checking import answered_draft
from .steps.validating import check_wish
from .transitions import Told, move, stay, tell
from .wishes import check_keepable, read_wish

MOST_OPEN = 50
MOST_EXPIRED_A_ROUND = 100


def find_session(user: Any, session_id: str) -> CreationSession:
    """One's own, or any for staff. Raises SessionNotFound."""
    session = CreationSession.objects.select_related("owner").filter(pk=session_id[:13]).first()
    if session is None or not may_see(user, session):
        raise SessionNotFound("There is no such session.")
    return session


def create_session(*, owner: Any, kind: str, inputs: dict[str, Any]) -> CreationSession:
    """Begun and driven as far as it goes. Invalid wishes raise, and there is no session."""
    session = new_session(owner, kind, inputs)
    check_wish(session, read_wish(kind, inputs))
    session.confirmed_at = timezone.now()
    save_new(session)
    return drive(session.pk)


def begin_draft(*, owner: Any, kind: str, inputs: dict[str, Any], step: str) -> CreationSession:
    """A form that somebody fills in; nothing is checked yet but that it can be kept."""
    session = new_session(owner, kind, inputs)
    session.step = step
    save_new(session)
    return session


def new_session(owner: Any, kind: str, inputs: dict[str, Any]) -> CreationSession:
    if kind not in Kind.values:
        raise InvalidInput(f"A session is of the kind {' or '.join(Kind.values)}.", "kind")
    check_keepable(inputs)
    target = new_run_id() if kind == Kind.RUN else ""
    return CreationSession(
        owner=owner, kind=kind, inputs=inputs, target=target, touched_at=timezone.now()
    )


def save_new(session: CreationSession) -> None:
    waiting = CreationSession.objects.filter(owner=session.owner).exclude(state__in=FINAL)
    if waiting.count() >= MOST_OPEN:
        raise InvalidInput(f"You have {MOST_OPEN} sessions under way. End one of them first.")
    with transaction.atomic():
        session.save(force_insert=True)
        tell(session, Told("created", {"kind": session.kind}), session.owner)


def save_draft(
    *, session: CreationSession, inputs: dict[str, Any], step: str, overwrite: bool = True
) -> None:
    """What was typed so far; of two who type at once, the later one counts.

    Raises SessionAlreadyCompleted once it is confirmed or has ended, and without `overwrite`
    Conflict where the session is not as it was read any more.
    """
    check_keepable(inputs)
    while True:
        require_open(session)
        if session.confirmed_at:
            raise SessionAlreadyCompleted("This session was confirmed already.")
        if stay(session, inputs=inputs, step=step):
            return
        if not overwrite:
            raise Conflict("Something newer has been kept meanwhile.")
        session.refresh_from_db()


def confirm_session(*, actor: Any, session: CreationSession) -> CreationSession:
    """Begin to make it; what cannot be made raises, and the draft stays a draft."""
    session = reread(session)
    while session.confirmed_at is None:
        require_open(session)
        check_draft(session)
        confirmed = Told("confirmed", {"kind": session.kind})
        stay(session, events=[confirmed], actor=actor, confirmed_at=timezone.now())
        # where that was lost, it was saved once more, confirmed or cancelled meanwhile
        session = reread(session)
    require_open(session)
    return drive(session.pk)


def check_draft(session: CreationSession) -> None:
    """Raises what keeps it from being made, be it that it was made a moment ago."""
    try:
        check_wish(session, read_wish(session.kind, session.inputs))
    except FusionwebError:
        if reread(session).confirmed_at is None:
            raise


def reread(session: CreationSession) -> CreationSession:
    return CreationSession.objects.select_related("owner").get(pk=session.pk)


def require_open(session: CreationSession) -> None:
    if State(session.state) in FINAL:
        raise SessionAlreadyCompleted(f"This session has ended: {session.state}.")


def resume_session(
    *, actor: Any, session: CreationSession, request_id: str, extra_inputs: Mapping[str, Any]
) -> CreationSession:
    """Answer what is asked, and drive on.

    Raises SessionAlreadyCompleted, SessionNotAwaitingInput, InputRequestStale, InputInvalid.
    """
    require_open(session)
    pending = session.pending_input
    if session.state != State.INPUT_REQUIRED or pending is None:
        raise SessionNotAwaitingInput("Nothing is asked at the moment.")
    if request_id != pending["request_id"]:
        raise InputRequestStale("Another question is asked by now. Look at it again.")
    answers = answered(session, pending, extra_inputs)
    accepted = Told("input_accepted", {"request_id": request_id})
    if not move(
        session, State.CHECK_PASS, events=[accepted], actor=actor,
        answers=answers, pending_input=None,
    ):  # fmt: skip
        raise InputRequestStale("This question has been answered meanwhile.")
    return drive(session.pk)


def answered(
    session: CreationSession, pending: dict[str, Any], extra_inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """All answers with this one added, by check and field. Raises InputInvalid."""
    check = check_named(pending["check"])
    question = question_from_json(pending)
    given = read_answer(question, extra_inputs)
    draft = answered_draft(session, until=check.name)
    kept = keep_uploads(session, check.name, check.accept(draft, given))
    answer = {**session.answers.get(check.name, {}), **kept}
    try:
        check.apply(draft, answer)
    except InvalidInput as error:
        raise InputInvalid(error.message, question.fields[0].id) from error
    return {**session.answers, check.name: answer}


def check_named(name: str) -> Check:
    for check in run_checks():
        if check.name == name:
            return check
    raise SessionNotAwaitingInput("The check that asked is no longer installed.")


def keep_uploads(session: CreationSession, check: str, answer: dict[str, Any]) -> dict[str, Any]:
    """A file goes into the staging directory; the answer names it there. Of two who answer at
    once, neither overwrites the other's."""
    kept = dict(answer)
    for field, value in answer.items():
        if isinstance(value, Upload):
            name = f"{check}-{os.urandom(8).hex()}"
            write(uploads(session) / name, value.content)
            kept[field] = {"file": name, "name": Path(value.name).name[:200]}
    return kept


def cancel_session(*, actor: Any, session: CreationSession, discard_files: bool) -> CreationSession:
    """Abort it. With `discard_files` its staging directory goes, and nothing else, ever.

    Raises SessionAlreadyCompleted; asked again until it meets no driver in the middle of a step.
    """
    while True:
        require_open(session)
        if abort(session, actor, "cancelled", discard_files):
            return session
        session = reread(session)


def abort(session: CreationSession, actor: Any, reason: str, discard_files: bool) -> bool:
    told = {
        "reason": reason,
        "discard_files": discard_files,
        "removed": discard_files and is_left(session),
    }
    expired = reason == "session_expired"
    why = "expired" if expired else "was cancelled"
    aborted = move(
        session,
        State.ABORTED,
        events=[Told("aborted", told)],
        actor=actor,
        within=lambda: undo(session, Status.CANCELLED, why),
        discard_files=discard_files,
        error=expired_error() if expired else None,
    )
    if aborted and discard_files:
        discard(session)
    return aborted


def expired_error() -> dict[str, Any]:
    hours = settings.FUSIONWEB_SESSION_HOURS
    return {
        "code": "session_expired",
        "message": f"Nobody touched this session for {hours} hours.",
        "trace_id": "",
    }


def expire_sessions() -> int:
    """For the supervisor: end what nobody has touched for FUSIONWEB_SESSION_HOURS; how many."""
    before = timezone.now() - timedelta(hours=settings.FUSIONWEB_SESSION_HOURS)
    old = CreationSession.objects.exclude(state__in=FINAL).filter(touched_at__lt=before)
    found = old.order_by("touched_at")[:MOST_EXPIRED_A_ROUND]
    return sum(abort(session, None, "session_expired", False) for session in found)
