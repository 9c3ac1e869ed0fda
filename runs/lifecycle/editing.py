"""Change what was asked for: name and priority while a run waits, notes and tags at any time."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from runs.access import require_act_on
from runs.contract.layout import check_name
from runs.contract.status import Status
from runs.errors import Conflict, RunAlreadyStarted, RunNotFound
from runs.models import Run

from .places import STAGING, set_aside
from .services import check_priority, check_words
from .transitions import announce

# The name is part of the directory that a supervisor hands to the program.
WAITING_ONLY = {"name", "priority"}


@dataclass(frozen=True)
class Edit:
    """What is None stays as it is."""

    name: str | None = None
    notes: str | None = None
    tags: Sequence[str] | None = None
    priority: int | None = None


def edit_run(*, actor: User, run: Run, edit: Edit) -> Run:
    """The run as it is then; where nothing differs, nothing is told.

    Raises NotAllowed, InvalidInput, RunNotFound, RunAlreadyStarted.
    """
    require_act_on(actor, run)
    check_edit(actor, edit)
    with transaction.atomic():
        run = locked(run)
        before, changed = run.directory, changes_of(run, edit)
        if not changed:
            return run
        if WAITING_ONLY & changed.keys():
            require_waiting(run)
        write(run, changed)
        announce(run, "edited", actor)
        if "name" in changed:
            move_directory(run, before)
    return run


def check_edit(actor: User, edit: Edit) -> None:
    if edit.name is not None:
        check_name(edit.name, "name")
    check_words(edit.notes or "", edit.tags or ())
    if edit.priority is not None:
        check_priority(actor, edit.priority)


def locked(run: Run) -> Run:
    """The row as it is now; no supervisor claims it before this transaction ends."""
    found = Run.objects.select_related("project", "program", "owner")
    now = found.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if now is None:
        raise RunNotFound
    return now


def changes_of(run: Run, edit: Edit) -> dict[str, Any]:
    wanted = {name: value for name, value in asdict(edit).items() if value is not None}
    return {name: value for name, value in wanted.items() if value != getattr(run, name)}


def require_waiting(run: Run) -> None:
    if run.status != Status.PENDING or run.claimed_by:
        raise RunAlreadyStarted(
            "Name and priority can be changed only while a run waits; this one has begun."
        )


def write(run: Run, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(run, name, value)
    run.search_text = run.facts_for_search()
    run.save(update_fields=[*changed, "search_text"])


def move_directory(run: Run, before: Path) -> None:
    """A copy stands in the new place before the commit, the old one goes after it: a process
    killed in between leaves one too many, which the row does not name, and never none."""
    root = Path(run.root)
    staging = root / STAGING / f"{run.pk}.{os.urandom(4).hex()}"
    try:
        shutil.copytree(before, staging)
        set_aside(run.directory, root)
        run.directory.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(run.directory)
    except FileNotFoundError as error:
        raise Conflict("The directory of this run is no longer on disk.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    transaction.on_commit(partial(set_aside, before, root), robust=True)
