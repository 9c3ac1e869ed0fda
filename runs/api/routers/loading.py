"""Find what an address names, for who asks; the access rule is in the loader's name."""

from django.http import HttpRequest

from runs.access import require_act_on, require_see, visible
from runs.discovery.selectors import find_job
from runs.errors import (
    BatchNotFound,
    JobNotFound,
    ProgramNotFound,
    ProjectNotFound,
    RunNotFound,
)
from runs.models import Batch, Job, Program, Project, Run

SHOWN_WITH = ("project", "program", "owner", "origin", "cancel_requested_by", "job")


def load_run(request: HttpRequest, run_id: str) -> Run:
    """Raises RunNotFound, also where the person may not see it."""
    runs = visible(request.user, Run.objects.select_related(*SHOWN_WITH))
    run = runs.filter(pk=run_id).first()
    if run is None:
        raise RunNotFound("There is no such run. It may have been deleted.")
    return run


def load_run_to_act_on(request: HttpRequest, run_id: str) -> Run:
    """For its owner, the managers of its project and staff. Raises RunNotFound, NotAllowed."""
    run = load_run(request, run_id)
    require_act_on(request.user, run)
    return run


def load_batch(request: HttpRequest, batch_id: str) -> Batch:
    """Raises BatchNotFound, also where the person may not see it."""
    batches = visible(request.user, Batch.objects.select_related("project", "program", "owner"))
    batch = batches.filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    return batch


def load_batch_to_act_on(request: HttpRequest, batch_id: str) -> Batch:
    """For its owner, the managers of its project and staff. Raises BatchNotFound, NotAllowed."""
    batch = load_batch(request, batch_id)
    require_act_on(request.user, batch)
    return batch


def load_job(
    request: HttpRequest,
    project: str,
    group: str,
    name: str,
    run_id: str,
    root_id: int | None = None,
) -> Job:
    """`root_id` chooses among equals under several roots. Raises JobNotFound."""
    job = find_job(project, group, name, run_id, root_id)
    require_see(request.user, job, JobNotFound)
    return job


def load_project(request: HttpRequest, slug: str) -> Project:
    """Raises ProjectNotFound, also where the person may not see it."""
    project = visible(request.user, Project.objects.all()).filter(slug=slug).first()
    if project is None:
        raise ProjectNotFound("There is no such project.")
    return project


def load_program(slug: str) -> Program:
    """Raises ProgramNotFound; programs are everybody's."""
    program = Program.objects.filter(slug=slug).first()
    if program is None:
        raise ProgramNotFound("There is no such program.")
    return program
