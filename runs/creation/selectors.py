"""How a session is, in the one shape that page, API and socket share."""

from typing import Any

from runs.models import CreationSession

from .states import FINAL, PHASES, State, next_action


def answer_of(session: CreationSession) -> dict[str, Any]:
    """`result` says of one that failed or was aborted what it had made already; else null."""
    return {
        "session_id": session.pk,
        "kind": session.kind,
        "state": session.state,
        "current_phase": PHASES[State(session.state)],
        "next_action": next_action(session.state),
        "pending_input": session.pending_input,
        "error": session.error,
        "result": session.result if State(session.state) in FINAL else None,
    }
