"""All that will be moved into place is written into the session's own directory."""

from pathlib import Path

from runs.creation.made_from import ready_project, ready_run
from runs.creation.readme import project_readme, run_readme
from runs.creation.rendering import render_files
from runs.creation.staging import adopt, fresh, write
from runs.creation.states import Kind, State
from runs.creation.transitions import move
from runs.creation.wishes import ProjectWish, RunWish, read_wish
from runs.models import CreationSession

README = "README.md"


def render(session: CreationSession) -> None:
    wish = read_wish(session.kind, session.inputs)
    place = fresh(session)
    if session.kind == Kind.PROJECT:
        assert isinstance(wish, ProjectWish)
        render_project(session, wish, place)
    else:
        assert isinstance(wish, RunWish)
        write(place / README, run_readme(ready_run(session, wish)).encode())
    move(session, State.CHECK_PASS, within=lambda: adopt(session, place))


def render_project(session: CreationSession, wish: ProjectWish, place: Path) -> None:
    """A README of the template's own goes before ours."""
    ready = ready_project(session.owner, wish)
    render_files(ready.template, ready.values, place)
    if not (place / README).exists():
        text = project_readme(wish, ready.template.readme, ready.values)
        write(place / README, text.encode())
