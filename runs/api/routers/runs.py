"""Runs: launch, list, look at, edit, cancel, delete, retry, clone, resume."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Body, Query, Router, Status

from runs.accounts.limits import require_rate
from runs.api.authentication import needs
from runs.api.idempotency import IdempotencyKey, id_for
from runs.api.paging import page_answer
from runs.api.run_answers import run_items, whole_run
from runs.api.run_requests import run_changes, run_request, runs_asked
from runs.api.schemas.base import ErrorAnswer, PageOf
from runs.api.schemas.run import (
    CancelIn,
    CloneIn,
    ResumeIn,
    RunEdit,
    RunIn,
    RunItem,
    RunOut,
    RunQuery,
)
from runs.checkpoints import resuming
from runs.errors import RunAlreadyCreated
from runs.health.setup import require_setup
from runs.lifecycle import editing, services
from runs.lifecycle.projects import create_run_in_project
from runs.lifecycle.repeats import is_made_from
from runs.lists.paging import moment, text
from runs.models import Run
from runs.models.token import Scope

from .loading import load_run, load_run_to_act_on

router = Router(tags=["runs"])
COLUMNS = (moment("created_at"), moment("ended_at"), text("name"))
MADE: dict[Any, Any] = {201: RunOut, frozenset({404, 409, 429, 503, 507}): ErrorAnswer}


@router.get("", response=PageOf[RunItem], auth=needs(Scope.READ), summary="List runs")
def list_runs(request: HttpRequest, query: Query[RunQuery]) -> dict[str, Any]:
    """Everybody's that you may see; without a configuration, which a run alone has."""
    runs = runs_asked(request, query)
    return page_answer(runs, COLUMNS, query.order, query, run_items)


@router.post("", response={200: RunOut, **MADE}, auth=needs(Scope.RUN), summary="Launch a run")
def create_run(
    request: HttpRequest, response: HttpResponse, body: RunIn, idempotency_key: IdempotencyKey
) -> Any:
    """It waits for its turn. 200 where the same key has made it before."""
    require_setup(with_text=body.config is not None)
    require_rate(request.user)
    wanted = run_request(request, body)
    run_id = id_for(request, idempotency_key, "runs")
    try:
        run = create_run_in_project(owner=user_of(request), request=wanted, run_id=run_id)
    except RunAlreadyCreated:
        run = load_run(request, run_id)
        if not is_made_from(run, wanted):
            raise
        return Status(200, whole_run(run))
    return made(response, run)


def user_of(request: HttpRequest) -> Any:
    return request.user


def made(response: HttpResponse, run: Run) -> Status[dict[str, Any]]:
    response["Location"] = reverse("api:get_run", args=[run.pk])
    return Status(201, whole_run(run))


@router.get("/{run_id}", response=RunOut, auth=needs(Scope.READ), summary="All of a run")
def get_run(request: HttpRequest, run_id: str) -> dict[str, Any]:
    return whole_run(load_run(request, run_id))


@router.patch(
    "/{run_id}",
    response={200: RunOut, 409: ErrorAnswer},
    auth=needs(Scope.RUN),
    summary="Change name, notes, tags or priority",
)
def edit_run(request: HttpRequest, run_id: str, body: RunEdit) -> dict[str, Any]:
    """Name and priority only while the run waits: the name is its directory's."""
    run = load_run_to_act_on(request, run_id)
    edit = editing.Edit(**body.model_dump())
    editing.edit_run(actor=user_of(request), run=run, edit=edit)
    return whole_run(load_run(request, run_id))


@router.post(
    "/{run_id}/cancel",
    response={202: RunOut, 409: ErrorAnswer},
    auth=needs(Scope.RUN),
    summary="Cancel a run",
)
def cancel_run(
    request: HttpRequest, run_id: str, body: Annotated[CancelIn | None, Body()] = None
) -> Any:
    """One that waits is cancelled at once; one that runs gets SIGTERM, and later SIGKILL."""
    run = load_run_to_act_on(request, run_id)
    grace = body.grace_seconds if body else None
    services.cancel_run(actor=user_of(request), run=run, grace_seconds=grace)
    return Status(202, whole_run(load_run(request, run_id)))


@router.delete(
    "/{run_id}",
    response={202: RunOut, 204: None, 409: ErrorAnswer},
    auth=needs(Scope.RUN),
    summary="Cancel a run, or delete one that has ended",
)
def delete_run(request: HttpRequest, run_id: str) -> Any:
    """An ended run goes into the trash with its files and checkpoints (204); any other is
    cancelled and stays (202)."""
    run = load_run_to_act_on(request, run_id)
    if run.can_delete:
        services.delete_run(actor=user_of(request), run=run)
        return Status(204, None)
    services.cancel_run(actor=user_of(request), run=run)
    return Status(202, whole_run(load_run(request, run_id)))


@router.post("/{run_id}/retry", response=MADE, auth=needs(Scope.RUN), summary="Retry a run")
def retry_run(request: HttpRequest, response: HttpResponse, run_id: str) -> Any:
    """The same once more, for the same owner, after it has ended."""
    require_setup(with_text=True)
    require_rate(request.user)
    run = load_run_to_act_on(request, run_id)
    return made(response, services.retry_run(actor=user_of(request), run=run))


@router.post("/{run_id}/clone", response=MADE, auth=needs(Scope.RUN), summary="Clone a run")
def clone_run(
    request: HttpRequest,
    response: HttpResponse,
    run_id: str,
    body: Annotated[CloneIn | None, Body()] = None,
) -> Any:
    """A run of your own like any you see, with changes."""
    require_setup(with_text=True)
    require_rate(request.user)
    run, changes = load_run(request, run_id), run_changes(request, body)
    return made(response, services.clone_run(actor=user_of(request), run=run, **changes))


@router.post("/{run_id}/resume", response=MADE, auth=needs(Scope.RUN), summary="Resume a run")
def resume_run(
    request: HttpRequest,
    response: HttpResponse,
    run_id: str,
    body: Annotated[ResumeIn | None, Body()] = None,
) -> Any:
    """A run of your own that goes on from a checkpoint of any you see."""
    require_setup(with_text=True)
    require_rate(request.user)
    run, changes = load_run(request, run_id), run_changes(request, body)
    suffix = (body.checkpoint if body else None) or ""
    resumed = resuming.resume_run(actor=user_of(request), run=run, suffix=suffix, **changes)
    return made(response, resumed)
