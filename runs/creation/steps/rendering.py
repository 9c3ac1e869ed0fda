"""All that will be moved into place is written into the session's own directory."""

from runs.creation.made_from import ready_project, ready_run
from runs.creation.project_templates import render_files
from runs.creation.readme import project_readme, run_readme
from runs.creation.staging import begin, write
from runs.creation.states import Kind, State
from runs.creation.transitions import move
from runs.creation.wishes import ProjectWish, RunWish, read_wish
from runs.models import CreationSession

README = "README.md"


def render(session: CreationSession) -> None:
    wish = read_wish(session.kind, session.inputs)
    place = begin(session)
    if session.kind == Kind.PROJECT:
        assert isinstance(wish, ProjectWish)
        ready = ready_project(session.owner, wish)
        render_files(ready.template, ready.values, place)
        write(place / README, project_readme(wish, ready.template.readme, ready.values).encode())
    else:
        assert isinstance(wish, RunWish)
        draft = ready_run(session, wish)
        write(place / README, run_readme(draft).encode())
    move(session, State.CHECK_PASS)
