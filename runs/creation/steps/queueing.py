"""What was made is looked at once more, then a run is let into the queue."""

from pathlib import Path

from runs.contract.status import Status
from runs.creation.staging import discard
from runs.creation.states import Kind, State
from runs.creation.steps.rendering import README
from runs.creation.steps.writing import holder
from runs.creation.transitions import Told, move
from runs.errors import PassingFault
from runs.events import ring_bell
from runs.lifecycle.services import check_configuration_of
from runs.lifecycle.transitions import transition
from runs.models import CreationSession, Run


def validate_made(session: CreationSession) -> None:
    """Raises PassingFault where what was written is not there, or not as it was written."""
    if session.kind == Kind.PROJECT:
        check_place(Path(session.root) / session.target)
        finish(session)
        return
    run = Run.objects.select_related("project", "program").get(pk=session.target)
    try:
        check_place(run.directory)
        check_configuration_of(run)
    except (PassingFault, OSError) as error:
        withdraw(session, run, f"failed: {error}")
        raise
    move(session, State.RUN_QUEUED)


def check_place(place: Path) -> None:
    if not (place / README).is_file():
        raise PassingFault(f"{place.name} was written, but is not on disk any more.")


def withdraw(session: CreationSession, run: Run, why: str) -> None:
    """A run whose session ended without it must not wait in the queue."""
    transition(
        run, to=Status.FAILED, sources={Status.PENDING}, reason=f"its creation session {why}"
    )


def withdraw_held(session: CreationSession) -> None:
    """For a session that is cancelled after its records were written. Part of a transaction."""
    for run in Run.objects.filter(pk=session.target or None, claimed_by=holder(session)):
        withdraw(session, run, "was cancelled")


def release_run(session: CreationSession) -> None:
    """From here on the supervisor may claim it."""
    finish(session, release=True)
    ring_bell()


def finish(session: CreationSession, release: bool = False) -> None:
    def let_go() -> None:
        if release:
            held = Run.objects.filter(pk=session.target, claimed_by=holder(session))
            held.update(claimed_by="", claimed_until=None)

    done = [Told("done", {"result": session.result})]
    if move(session, State.DONE, events=done, within=let_go, actor=session.owner):
        discard(session)
