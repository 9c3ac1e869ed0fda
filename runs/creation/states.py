"""The state machine of a creation session, as tables; nothing else says where one may go."""

from runs.models import CreationSession

State = CreationSession.State
Kind = CreationSession.Kind

FINAL = frozenset({State.DONE, State.FAILED, State.ABORTED})
# Where a driver has something to do; in the others a person has, or nobody.
DRIVEN = frozenset(
    {
        State.PENDING,
        State.VALIDATING,
        State.RENDERING,
        State.CHECK_PASS,
        State.RECORD_WRITE,
        State.POST_VALIDATE,
        State.RUN_QUEUED,
    }
)

# Beside these, every state that is not final may go to `failed` and `aborted`.
FORWARD: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.VALIDATING}),
    State.VALIDATING: frozenset({State.RENDERING}),
    State.RENDERING: frozenset({State.CHECK_PASS}),
    # to `done` where the person prefers a run that was made before
    State.CHECK_PASS: frozenset({State.INPUT_REQUIRED, State.RECORD_WRITE, State.DONE}),
    State.INPUT_REQUIRED: frozenset({State.CHECK_PASS}),
    State.RECORD_WRITE: frozenset({State.POST_VALIDATE}),
    State.POST_VALIDATE: frozenset({State.RUN_QUEUED, State.DONE}),
    State.RUN_QUEUED: frozenset({State.DONE}),
}

# A project asks nothing and waits in no queue.
RUNS_ALONE = frozenset({State.INPUT_REQUIRED, State.RUN_QUEUED})

# As the outside sees them; null where a session has not begun or has ended without success.
PHASES: dict[State, str | None] = {
    State.PENDING: None,
    State.VALIDATING: "validating_inputs",
    State.RENDERING: "rendering_template",
    State.CHECK_PASS: "running_checks",
    State.INPUT_REQUIRED: "input_required",
    State.RECORD_WRITE: "writing_records",
    State.POST_VALIDATE: "validating_post_creation",
    State.RUN_QUEUED: "queueing_run",
    State.DONE: "done",
    State.FAILED: None,
    State.ABORTED: None,
}


def may_go(kind: str, source: str, to: str) -> bool:
    """Whether a session of that kind may move so: a run asks and is queued, a project is not."""
    if State(source) in FINAL:
        return False
    if to in (State.FAILED, State.ABORTED):
        return True
    if State(to) not in FORWARD[State(source)]:
        return False
    if kind == Kind.PROJECT:
        return to not in RUNS_ALONE and (source, to) != (State.CHECK_PASS, State.DONE)
    return (source, to) != (State.POST_VALIDATE, State.DONE)


def next_action(state: str) -> str:
    if state == State.INPUT_REQUIRED:
        return "awaiting_input"
    return "view_result" if State(state) in FINAL else "none"
