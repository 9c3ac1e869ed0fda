"""One rename and one transaction: the directory and its rows appear together."""

from pathlib import Path
from typing import Any

from runs.creation.draft import RunDraft
from runs.creation.holding import hold
from runs.creation.made_from import place_of, slug_of, template_of
from runs.creation.readme import run_readme
from runs.creation.staging import adopt, fresh, move_into_place, take_back, write
from runs.creation.states import Kind, State
from runs.creation.steps.checking import answered_draft
from runs.creation.steps.rendering import README
from runs.creation.transitions import move
from runs.creation.wishes import ProjectWish, read_wish
from runs.lifecycle.digest import remember_digest
from runs.lifecycle.projects import insert_project
from runs.lifecycle.services import (
    FrozenConfiguration,
    RunRequest,
    build_run,
    check_configuration,
    insert_new,
    write_configuration,
)
from runs.models import CreationSession, Run


def write_records(session: CreationSession) -> None:
    """Raises PlaceTaken where somebody else has made the same meanwhile."""
    if session.kind == Kind.PROJECT:
        write_project(session)
    else:
        write_run(session)


def write_project(session: CreationSession) -> None:
    wish = read_wish(session.kind, session.inputs)
    assert isinstance(wish, ProjectWish)
    target, slug = place_of(session), slug_of(wish)

    def record() -> None:
        take_back(session, target)
        insert_project(
            slug,
            manager=session.owner,
            title=wish.title,
            description=wish.objective,
            template=template_of(wish.template).name,
        )
        move_into_place(session, target)

    result = {"project": slug, "path": str(target), "findings": session.findings}
    move(session, State.POST_VALIDATE, within=record, actor=session.owner,
         target=slug, result=result)  # fmt: skip


def write_run(session: CreationSession) -> None:
    draft = answered_draft(session)
    check_configuration(draft.document, draft.program)
    run = build_run(owner=session.owner, request=request_of(draft), run_id=session.target)
    run.root = session.root
    hold(run, session)
    place = fresh(session)
    write_files(place, run, draft)

    def record() -> None:
        take_back(session, run.directory)
        adopt(session, place)
        insert_new(run, session.owner)
        remember_digest(run, draft.text)
        move_into_place(session, run.directory)

    result = {"run_id": run.pk, "path": str(run.directory), "findings": session.findings}
    move(session, State.POST_VALIDATE, within=record, actor=session.owner, result=result)


def write_files(place: Path, run: Run, draft: RunDraft) -> None:
    frozen = FrozenConfiguration(draft.base, draft.text, draft.program.config_format)
    write_configuration(place, run, frozen)
    write(place / README, run_readme(draft).encode())
    for path, content in draft.files.items():
        write(place / path, content)


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
        "purpose": Run.Purpose.TEST if wish.run_kind == "test" else None,
    }
    return RunRequest(**values)
