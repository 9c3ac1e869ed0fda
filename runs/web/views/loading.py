"""Find the run an address names; the access rule is in the loader's name."""

from django.http import HttpRequest

from runs.access import require_act_on
from runs.errors import NotFound
from runs.models import Run

SHOWN_WITH = ("project", "program", "owner", "origin", "cancel_requested_by", "job")


def get_run(request: HttpRequest, run_id: str) -> Run:
    """Any member sees every run. Raises NotFound."""
    run = Run.objects.select_related(*SHOWN_WITH).filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such run. It may have been deleted.")
    return run


def get_run_to_act_on(request: HttpRequest, run_id: str) -> Run:
    """Its owner and staff act on a run. Raises NotFound, NotAllowed."""
    run = get_run(request, run_id)
    require_act_on(request.user, run)
    return run
