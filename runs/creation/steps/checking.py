"""Runs the checks in their order from the beginning, with all answers there are so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from runs.creation.checks.question import Question
from runs.creation.checks.registry import Check, run_checks
from runs.creation.draft import RunDraft
from runs.creation.made_from import ready_run
from runs.creation.states import Kind, State
from runs.creation.transitions import Told, move
from runs.creation.wishes import RunWish, read_wish
from runs.lifecycle.services import check_configuration
from runs.models import CreationSession
from runs.models.session import new_session_id

PHASE = "running_checks"


@dataclass(frozen=True)
class Checked:
    """The draft with all answers put in, up to the first check that asks."""

    draft: RunDraft
    asks: Check | None
    question: Question | None
    told: list[Told]


def check(session: CreationSession) -> None:
    if session.kind == Kind.PROJECT:
        move(session, State.RECORD_WRITE)
        return
    found = run_all(session)
    if found.asks and found.question:
        ask(session, found.asks, found.question, found.told)
        return
    check_configuration(found.draft.document, found.draft.program)
    findings = [told.payload for told in found.told if told.kind == "warning"]
    move(session, State.RECORD_WRITE, before=found.told, findings=findings)


def run_all(session: CreationSession) -> Checked:
    """Raises ConfigurationInvalid and what else a check finds that no answer can mend."""
    wish = read_wish(session.kind, session.inputs)
    assert isinstance(wish, RunWish)
    draft = ready_run(session, wish)
    checks = run_checks()
    told: list[Told] = []
    for number, each in enumerate(checks, start=1):
        told.append(progress(number, len(checks), each.label))
        answer = session.answers.get(each.name, {})
        if answer:
            draft = each.apply(draft, answer)
        if question := each.look(draft, answer):
            return Checked(draft, each, question, told)
        told += [warning(each.name, remark) for remark in each.remarks(draft)]
    return Checked(draft, None, None, told)


def progress(number: int, total: int, label: str) -> Told:
    return Told("progress", {"phase": PHASE, "current": number, "total": total, "label": label})


def warning(code: str, message: str) -> Told:
    return Told("warning", {"phase": PHASE, "code": code, "message": message})


def ask(session: CreationSession, asks: Check, question: Question, told: list[Told]) -> None:
    pending: dict[str, Any] = {
        "request_id": new_session_id(),
        "check": asks.name,
        **question.to_json(),
        "expires_at": expiry().isoformat(),
    }
    move(
        session,
        State.INPUT_REQUIRED,
        before=told,
        events=[Told("input_required", pending)],
        pending_input=pending,
    )


def expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.FUSIONWEB_SESSION_HOURS)
