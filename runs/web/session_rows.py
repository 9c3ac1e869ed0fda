"""Creation sessions as lists show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from runs.creation.states import FINAL, State
from runs.models import CreationSession
from runs.web.wizard.road import STEPS

STEP_TITLES = {(kind, step.name): step.title for kind in STEPS for step in STEPS[kind]}


@dataclass(frozen=True)
class SessionRow:
    """`sentence` says how far it is, or why it ended."""

    session: CreationSession
    title: str
    place: str
    sentence: str


def half_finished() -> QuerySet[CreationSession]:
    """Drafts, and what is under way or asks; whoever was touched last comes first."""
    sessions = CreationSession.objects.select_related("owner").exclude(state__in=FINAL)
    return sessions.order_by("-touched_at", "-pk")


def session_rows(sessions: Iterable[CreationSession]) -> list[SessionRow]:
    return [
        SessionRow(session, title_of(session), place_in_words(session), sentence_of(session))
        for session in sessions
    ]


def title_of(session: CreationSession) -> str:
    """What it makes is called, as far as anybody has said."""
    name = "label" if session.kind == CreationSession.Kind.RUN else "title"
    given = str(session.inputs.get(name) or "").strip()
    return given[:200] or f"{session.kind} without a name yet"


def place_in_words(session: CreationSession) -> str:
    if session.kind == CreationSession.Kind.PROJECT:
        return "project"
    project = str(session.inputs.get("project") or "")[:100]
    return f"run in {project}" if project else "run"


def sentence_of(session: CreationSession) -> str:
    if session.is_draft:
        title = STEP_TITLES.get((session.kind, session.step))
        return f"left at {title}" if title else "just begun"
    if session.state == State.INPUT_REQUIRED and session.pending_input:
        return str(session.pending_input["reason"])
    if session.state == State.ABORTED:
        return str((session.error or {}).get("message", "cancelled"))
    if session.state == State.FAILED:
        return str((session.error or {}).get("message", ""))
    return "" if session.state == State.DONE else session.get_state_display()
