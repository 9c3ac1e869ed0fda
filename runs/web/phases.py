"""The phases of a creation session as its page lists them."""

from dataclasses import dataclass

from runs.creation.states import FINAL, PHASES, Kind, State
from runs.creation.transitions import subject_of
from runs.models import CreationSession, Event

WORDS = {
    "validating_inputs": "Look at what was asked for",
    "rendering_template": "Write the directory",
    "running_checks": "Run the checks",
    "writing_records": "Move it into place",
    "validating_post_creation": "Look at what was made",
    "queueing_run": "Queue the run",
}


@dataclass(frozen=True)
class PhaseRow:
    """`look` is that of a status; `detail` says how far it is, in words."""

    words: str
    look: str
    detail: str = ""


def phase_rows(session: CreationSession) -> list[PhaseRow]:
    """None for a session that is done or was aborted: where it was does not matter any more."""
    if State(session.state) in FINAL and session.state != State.FAILED:
        return []
    names = [name for name in WORDS if name != "queueing_run" or session.kind == Kind.RUN]
    here = phase_now(session)
    at = names.index(here) if here in names else -1
    return [
        PhaseRow(
            WORDS[name], look_of(session, number - at), detail_of(session) if number == at else ""
        )
        for number, name in enumerate(names)
    ]


def phase_now(session: CreationSession) -> str:
    """To ask is a part of the checks."""
    phase = session.failed_phase or PHASES[State(session.state)] or ""
    return "running_checks" if phase == "input_required" else phase


def look_of(session: CreationSession, distance: int) -> str:
    """`distance` in phases from where it is: below 0 is over with."""
    if distance:
        return "completed" if distance < 0 else "pending"
    if session.state == State.FAILED:
        return "failed"
    return "lost" if session.state == State.INPUT_REQUIRED else "running"


def detail_of(session: CreationSession) -> str:
    if session.state == State.INPUT_REQUIRED:
        return "waits for an answer"
    if session.state != State.CHECK_PASS:
        return ""
    told = Event.objects.filter(subject=subject_of(session), kind="session.progress")
    last = told.order_by("-seq").values_list("payload", flat=True).first()
    return f"{last['current']} of {last['total']}: {last['label']}" if last else ""
