"""What was made is looked at once more, then a run is let into the queue."""

from pathlib import Path

from runs.creation.holding import let_go
from runs.creation.made_from import place_of
from runs.creation.staging import discard, remove_mark
from runs.creation.states import Kind, State
from runs.creation.steps.rendering import README
from runs.creation.transitions import Told, move
from runs.errors import PassingFault
from runs.events import ring_bell
from runs.lifecycle.services import check_configuration_of
from runs.models import CreationSession, Run


def validate_made(session: CreationSession) -> None:
    """Raises PassingFault where what was written is not there, ConfigurationInvalid where it is
    not as it was written."""
    check_place(place_of(session))
    if session.kind == Kind.PROJECT:
        finish(session)
        return
    run = Run.objects.select_related("project", "program").get(pk=session.target)
    check_configuration_of(run)
    move(session, State.RUN_QUEUED)


def check_place(place: Path) -> None:
    if not (place / README).is_file():
        raise PassingFault(f"{place.name} was written, but is not on disk any more.")


def release_run(session: CreationSession) -> None:
    """From here on the supervisor may claim it."""
    finish(session, release=True)
    ring_bell()


def finish(session: CreationSession, release: bool = False) -> None:
    done = move(
        session,
        State.DONE,
        events=[Told("done", {"result": session.result})],
        within=(lambda: let_go(session)) if release else None,
        actor=session.owner,
    )
    if done:
        remove_mark(place_of(session))
        discard(session)
