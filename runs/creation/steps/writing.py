"""One rename and one transaction: the directory and its rows appear together."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from runs.creation.draft import RunDraft
from runs.creation.made_from import ready_project, slug_of
from runs.creation.readme import run_readme
from runs.creation.staging import made, move_into_place, take_back, write
from runs.creation.states import Kind, State
from runs.creation.steps.checking import run_all
from runs.creation.steps.rendering import README
from runs.creation.transitions import move
from runs.creation.wishes import ProjectWish, read_wish
from runs.lifecycle.projects import insert_project
from runs.lifecycle.services import (
    FrozenConfiguration,
    RunRequest,
    build_run,
    insert_new,
    write_configuration,
)
from runs.models import CreationSession, Run

# The supervisor leaves a held run alone; should nobody release it, it goes on after this.
HOLD = timedelta(minutes=5)


def holder(session: CreationSession) -> str:
    return f"session:{session.pk}"


def write_records(session: CreationSession) -> None:
    """Raises PlaceTaken where somebody else has made the same meanwhile."""
    if session.kind == Kind.PROJECT:
        write_project(session)
    else:
        write_run(session)


def write_project(session: CreationSession) -> None:
    wish = read_wish(session.kind, session.inputs)
    assert isinstance(wish, ProjectWish)
    target = Path(session.root) / slug_of(wish)
    take_back(session, target)
    ready = ready_project(session.owner, wish)

    def record() -> None:
        insert_project(
            ready.slug,
            manager=session.owner,
            title=wish.title,
            description=wish.objective,
            template=ready.template.name,
        )
        move_into_place(session, target)

    result = {"project": ready.slug, "path": str(target), "findings": session.findings}
    move(session, State.POST_VALIDATE, within=record, actor=session.owner,
         target=ready.slug, result=result)  # fmt: skip


def write_run(session: CreationSession) -> None:
    draft = run_all(session).draft
    run = build_run(owner=session.owner, request=request_of(draft), run_id=session.target)
    run.purpose = Run.Purpose.TEST if draft.wish.run_kind == "test" else None
    run.claimed_by, run.claimed_until = holder(session), timezone.now() + HOLD
    take_back(session, run.directory)
    place = made(session)
    write_configuration(place, run, frozen(draft))
    write(place / README, run_readme(draft).encode())
    for path, content in draft.files.items():
        write(place / path, content)

    def record() -> None:
        insert_new(run, session.owner)
        move_into_place(session, run.directory)

    result = {"run_id": run.pk, "path": str(run.directory), "findings": session.findings}
    move(session, State.POST_VALIDATE, within=record, actor=session.owner, result=result)


def frozen(draft: RunDraft) -> FrozenConfiguration:
    return FrozenConfiguration(draft.base, draft.text, draft.program.config_format)


def request_of(draft: RunDraft) -> RunRequest:
    wish = draft.wish
    values: dict[str, Any] = {
        "program": draft.program,
        "project": draft.project,
        "name": wish.label,
        "template": wish.template,
        "overrides": draft.overrides,
        "seed": draft.seed,
        "notes": wish.objective,
    }
    return RunRequest(**values)
