"""Find what an address names; the access rule is in the loader's name."""

from django.http import HttpRequest

from runs.access import require_act_on, require_see, visible
from runs.checkpoints.selectors import checkpoint_by_id, find_checkpoint
from runs.discovery.selectors import find_job
from runs.errors import (
    BatchNotFound,
    CheckpointNotFound,
    JobNotFound,
    ProjectNotFound,
    RunNotFound,
)
from runs.models import Batch, Checkpoint, Job, Project, Run

SHOWN_WITH = ("project", "program", "owner", "origin", "cancel_requested_by", "job")


def get_run(request: HttpRequest, run_id: str) -> Run:
    """Of a project the person sees. Raises RunNotFound."""
    runs = visible(request.user, Run.objects.select_related(*SHOWN_WITH))
    run = runs.filter(pk=run_id).first()
    if run is None:
        raise RunNotFound
    return run


def get_run_to_act_on(request: HttpRequest, run_id: str) -> Run:
    """Its owner, managers of its project, staff. Raises RunNotFound, NotAllowed."""
    run = get_run(request, run_id)
    require_act_on(request.user, run)
    return run


def get_batch(request: HttpRequest, batch_id: str) -> Batch:
    """Of a project the person sees. Raises BatchNotFound."""
    batches = visible(request.user, Batch.objects.select_related("project", "program", "owner"))
    batch = batches.filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    return batch


def get_batch_to_act_on(request: HttpRequest, batch_id: str) -> Batch:
    """Its owner, managers of its project, staff. Raises BatchNotFound, NotAllowed."""
    batch = get_batch(request, batch_id)
    require_act_on(request.user, batch)
    return batch


def get_checkpoint(
    request: HttpRequest, project: str, group: str, name: str, suffix: str
) -> Checkpoint:
    """Of a project the person sees; `?root=` chooses among equals. Raises CheckpointNotFound."""
    root = root_asked(request.GET.get("root", ""))
    found = find_checkpoint(project, group, name, suffix, root)
    require_see(request.user, found, CheckpointNotFound)
    return found


def checkpoint_of(request: HttpRequest, pk: int | str) -> Checkpoint:
    """By its primary key. Raises CheckpointNotFound."""
    found = checkpoint_by_id(pk)
    require_see(request.user, found, CheckpointNotFound)
    return found


def get_job(request: HttpRequest, project: str, group: str, name: str, run_id: str) -> Job:
    """Of a project the person sees; `?root=` chooses among equals. Raises JobNotFound."""
    job = find_job(project, group, name, run_id, root_asked(request.GET.get("root", "")))
    require_see(request.user, job, JobNotFound)
    return job


def get_project(request: HttpRequest, slug: str) -> Project:
    """Raises ProjectNotFound."""
    project = visible(request.user, Project.objects.all()).filter(slug=slug).first()
    if project is None:
        raise ProjectNotFound
    return project


def get_executed(request: HttpRequest, **key: str) -> Run | Job:
    """What has a log: a run by its id, a job by its key. Raises NotFound."""
    return get_job(request, **key) if "project" in key else get_run(request, **key)


def root_asked(written: str) -> int | None:
    """A root's number; whatever else stands there asks for none."""
    is_number = written.isascii() and written.isdigit() and len(written) < 19
    return int(written) if is_number else None
