"""Go on from a checkpoint of a run, as a new run."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from runs.access import require_see
from runs.errors import CheckpointNotFound, Conflict, InvalidInput
from runs.lifecycle.services import create_run, request_like
from runs.models import Checkpoint, Program, Run

from .resume import refusal_of_program, resume_path
from .selectors import find_checkpoint


def resume_run(*, actor: User, run: Run, suffix: str = "", **changes: Any) -> Run:
    """A run of `actor` like this one, from the checkpoint `suffix` of its name, or from the
    newest complete one that it saved itself.

    Anybody may who sees the run. Raises CheckpointNotFound, Conflict, and what `create_run` does.
    """
    if refusal := refusal_of_program(run.program):
        raise Conflict(refusal)
    path = resume_path(find_named(run, suffix) if suffix else find_newest(run))
    return create_run(
        owner=actor,
        request=request_like(run, resume_from=path, **changes),
        origin=run,
        origin_kind=Run.Origin.RESUME,
    )


def find_named(run: Run, suffix: str) -> Checkpoint:
    found = Checkpoint.objects.filter(
        project=run.project.slug, group=run.group, name=run.name, suffix=suffix
    )
    checkpoint = found.select_related("root").order_by("root__position", "root_id").first()
    if checkpoint is None:
        raise CheckpointNotFound(
            f"{run.project.slug}/{run.group}/{run.name} has no checkpoint {suffix[:200]}."
        )
    return checkpoint


def find_newest(run: Run) -> Checkpoint:
    """Told by its job.json, or by a suffix that begins with the run's id."""
    own = Q(made_by_id=run.pk) | Q(suffix=run.pk) | Q(suffix__startswith=f"{run.pk}/")
    found = Checkpoint.objects.filter(
        own,
        project=run.project.slug,
        group=run.group,
        name=run.name,
        complete=True,
        gone_at__isnull=True,
    )
    checkpoint = found.select_related("root").order_by("-saved_at", "-pk").first()
    if checkpoint is None:
        raise CheckpointNotFound("This run has saved no complete checkpoint yet.")
    return checkpoint


def directory_to_resume(user: Any, key: str, program: Program) -> str:
    """The directory of the checkpoint project/group/name/suffix, which the person must see.

    Raises InvalidInput, CheckpointNotFound, Conflict where the program cannot go on from it.
    """
    parts = key.split("/", 3)
    if len(parts) != 4 or not all(parts):
        raise InvalidInput("Name a checkpoint as project/group/name/suffix.", "resume_from")
    project, group, name, suffix = parts
    checkpoint = find_checkpoint(project, group, name, suffix)
    require_see(user, checkpoint, CheckpointNotFound)
    if refusal := refusal_of_program(program):
        raise Conflict(refusal)
    return resume_path(checkpoint)
