"""Find what an address names; the access rule is in the loader's name."""

from django.http import HttpRequest

from runs.access import require_act_on
from runs.checkpoints.selectors import find_checkpoint
from runs.discovery.selectors import find_job
from runs.errors import RunNotFound
from runs.models import Checkpoint, Job, Run

SHOWN_WITH = ("project", "program", "owner", "origin", "cancel_requested_by", "job")


def get_run(request: HttpRequest, run_id: str) -> Run:
    """Any member sees every run. Raises NotFound."""
    run = Run.objects.select_related(*SHOWN_WITH).filter(pk=run_id).first()
    if run is None:
        raise RunNotFound("There is no such run. It may have been deleted.")
    return run


def get_run_to_act_on(request: HttpRequest, run_id: str) -> Run:
    """Its owner and staff act on a run. Raises NotFound, NotAllowed."""
    run = get_run(request, run_id)
    require_act_on(request.user, run)
    return run


def get_checkpoint(
    request: HttpRequest, project: str, group: str, name: str, suffix: str
) -> Checkpoint:
    """Any member sees every checkpoint; `?root=` chooses among equals. Raises NotFound."""
    return find_checkpoint(project, group, name, suffix, root_asked(request.GET.get("root", "")))


def get_job(request: HttpRequest, project: str, group: str, name: str, run_id: str) -> Job:
    """Any member sees every job; `?root=` chooses among equals. Raises NotFound."""
    return find_job(project, group, name, run_id, root_asked(request.GET.get("root", "")))


def get_executed(request: HttpRequest, **key: str) -> Run | Job:
    """What has a log: a run by its id, a job by its key. Raises NotFound."""
    return get_job(request, **key) if "project" in key else get_run(request, **key)


def root_asked(written: str) -> int | None:
    """A root's number; whatever else stands there asks for none."""
    is_number = written.isascii() and written.isdigit() and len(written) < 19
    return int(written) if is_number else None
