"""Runs the checks in their order from the beginning, with all answers there are so far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from runs.creation.checks.question import Question
from runs.creation.checks.registry import Check, run_checks
from runs.creation.draft import RunDraft
from runs.creation.made_from import ready_run
from runs.creation.states import Kind, State
from runs.creation.transitions import HOLD, Overtaken, Told, move, stay
from runs.creation.wishes import RunWish, read_wish
from runs.lifecycle.services import check_configuration
from runs.models import CreationSession, Run
from runs.models.session import new_session_id

PHASE = "running_checks"
Finding = dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """The draft with all answers put in, up to the first check that asks; what was remarked."""

    draft: RunDraft
    asks: Check | None
    question: Question | None
    findings: list[Finding]


def check(session: CreationSession) -> None:
    if session.kind == Kind.PROJECT:
        move(session, State.RECORD_WRITE)
        return
    found = run_all(session, partial(tell_progress, session))
    told = new_warnings(session, found.findings)
    if found.asks and found.question:
        ask(session, found.asks, found.question, told, found.findings)
    elif found.draft.reuse:
        reuse(session, found, told)
    else:
        check_configuration(found.draft.document, found.draft.program)
        move(session, State.RECORD_WRITE, before=told, findings=found.findings)


def run_all(
    session: CreationSession, before_each: Callable[[int, int, str], None] | None = None
) -> Checked:
    """Raises what a check finds that no answer can mend. Where a run that was made before is
    preferred, no later check is asked."""
    draft = wanted_draft(session)
    checks = run_checks()
    findings: list[Finding] = []
    for number, each in enumerate(checks, start=1):
        if before_each:
            before_each(number, len(checks), each.label)
        answer = session.answers.get(each.name, {})
        if answer:
            draft = each.apply(draft, answer)
        if question := each.look(draft, answer):
            return Checked(draft, each, question, findings)
        findings += [finding(each.name, remark) for remark in each.remarks(draft)]
        if draft.reuse:
            break
    return Checked(draft, None, None, findings)


def wanted_draft(session: CreationSession) -> RunDraft:
    wish = read_wish(session.kind, session.inputs)
    assert isinstance(wish, RunWish)
    return ready_run(session, wish)


def answered_draft(session: CreationSession, until: str = "") -> RunDraft:
    """With all answers put in, up to and with those to the check `until`; nobody asks."""
    draft = wanted_draft(session)
    for each in run_checks():
        if answer := session.answers.get(each.name):
            draft = each.apply(draft, answer)
        if each.name == until:
            break
    return draft


def tell_progress(session: CreationSession, number: int, total: int, label: str) -> None:
    """And hold the session for the length of one more check. Raises Overtaken."""
    told = Told("progress", {"phase": PHASE, "current": number, "total": total, "label": label})
    if not stay(session, events=[told], driven_until=timezone.now() + HOLD):
        raise Overtaken


def finding(code: str, message: str) -> Finding:
    return {"phase": PHASE, "code": code, "message": message}


def new_warnings(session: CreationSession, findings: list[Finding]) -> list[Told]:
    """Each is told once, however often the checks run."""
    return [Told("warning", each) for each in findings if each not in session.findings]


def ask(
    session: CreationSession,
    asks: Check,
    question: Question,
    told: list[Told],
    findings: list[Finding],
) -> None:
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
        findings=findings,
    )


def expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.FUSIONWEB_SESSION_HOURS)


def reuse(session: CreationSession, found: Checked, told: list[Told]) -> None:
    """Done with a run that is there already: nothing is written."""
    run_id = found.draft.reuse
    result = {
        "run_id": run_id,
        "path": str(Run.objects.select_related("project").get(pk=run_id).directory),
        "reused": True,
        "findings": found.findings,
    }
    move(
        session,
        State.DONE,
        before=told,
        events=[Told("done", {"result": result})],
        actor=session.owner,
        result=result,
        findings=found.findings,
    )
