"""The first steps: whether what was asked for can be made at all."""

from runs.creation.made_from import ready_project, ready_run
from runs.creation.staging import reserve
from runs.creation.states import Kind, State
from runs.creation.transitions import move
from runs.creation.wishes import ProjectWish, RunWish, read_wish
from runs.models import CreationSession


def begin(session: CreationSession) -> None:
    move(session, State.VALIDATING)


def validate(session: CreationSession) -> None:
    """Raises InvalidInput, NotFound or Conflict; the same as creating it refuses at once."""
    wish = read_wish(session.kind, session.inputs)
    check_wish(session, wish)
    root, staging = reserve(session)
    move(session, State.RENDERING, root=root, staging=staging)


def check_wish(session: CreationSession, wish: ProjectWish | RunWish) -> None:
    if session.kind == Kind.PROJECT:
        assert isinstance(wish, ProjectWish)
        ready_project(session.owner, wish)
    else:
        assert isinstance(wish, RunWish)
        ready_run(session, wish)
