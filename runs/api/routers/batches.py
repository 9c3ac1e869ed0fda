"""Batches: make, list, look at, cancel, retry, delete; their iterations, values and results."""

from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from ninja import Body, Query, Router, Status

from runs.accounts.limits import require_batch_rate, require_rate
from runs.analysis import services
from runs.analysis.checking import warnings_of
from runs.analysis.export import names_to_export, result_json, values_csv, values_json
from runs.analysis.repeats import is_made_from
from runs.analysis.requests import BatchRequest
from runs.api.authentication import needs
from runs.api.batch_answers import batch_items, iteration_items, whole_batch
from runs.api.batch_requests import batch_request, batches_asked, iterations_asked, read_batch
from runs.api.idempotency import IdempotencyKey, id_for
from runs.api.paging import page_answer
from runs.api.responses import ALWAYS, answers, streams
from runs.api.schemas.base import ErrorAnswer, PageOf
from runs.api.schemas.batch import (
    BatchIn,
    BatchItem,
    BatchMade,
    BatchOut,
    BatchQuery,
    IterationOut,
    IterationQuery,
    MetricsAsked,
    ValuesAsked,
    ValuesOut,
    WholeResult,
)
from runs.api.schemas.run import CancelIn
from runs.errors import BatchAlreadyCreated
from runs.health.setup import require_setup
from runs.http.downloads import as_attachment
from runs.lists.paging import moment, text, whole
from runs.models import Batch
from runs.models.token import Scope

from .loading import load_batch, load_batch_to_act_on

router = Router(tags=["batches"])
COLUMNS = (moment("created_at"), moment("ended_at"), text("name"))
IN_ORDER = (whole("number"),)
REFUSALS = frozenset((*ALWAYS, 404, 409, 507))
MADE: dict[Any, Any] = {200: BatchMade, 201: BatchMade, REFUSALS: ErrorAnswer}
ORDERED: dict[Any, Any] = {202: BatchOut, 409: ErrorAnswer}


@router.get("", response=PageOf[BatchItem], auth=needs(Scope.READ), summary="List batches")
def list_batches(request: HttpRequest, query: Query[BatchQuery]) -> dict[str, Any]:
    """Everybody's that you may see; without points and results, which a batch alone has."""
    batches = batches_asked(request, query)
    return page_answer(batches, COLUMNS, query.order, query, batch_items)


@router.post("", response=MADE, auth=needs(Scope.RUN), summary="Make many runs at once")
def create_batch(
    request: HttpRequest, response: HttpResponse, body: BatchIn, idempotency_key: IdempotencyKey
) -> Any:
    """They wait for their turns. 200 where the same key has made it before."""
    asked = read_batch(body)
    require_setup(with_text=asked.config is not None)
    require_batch_rate(request.user)
    wanted = batch_request(asked)
    batch_id = id_for(request, idempotency_key, "batches")
    try:
        batch = services.create_batch_in_project(
            owner=user_of(request), request=wanted, batch_id=batch_id
        )
    except BatchAlreadyCreated:
        batch = load_batch(request, batch_id)
        if not is_made_from(batch, wanted):
            raise
        return Status(200, with_warnings(batch, wanted))
    response["Location"] = reverse("api:get_batch", args=[batch.pk])
    return Status(201, with_warnings(load_batch(request, batch.pk), wanted))


def with_warnings(batch: Batch, wanted: BatchRequest) -> dict[str, Any]:
    return {**whole_batch(batch), "warnings": warnings_of(wanted)}


def user_of(request: HttpRequest) -> Any:
    return request.user


@router.get(
    "/{batch_id}", response=answers(BatchOut, 404), auth=needs(Scope.READ), summary="All of a batch"
)
def get_batch(request: HttpRequest, batch_id: str, asked: Query[MetricsAsked]) -> dict[str, Any]:
    """Its result may be partial while it runs; raw values are at `values`."""
    return whole_batch(load_batch(request, batch_id), asked.metric)


@router.post(
    "/{batch_id}/cancel", response=ORDERED, auth=needs(Scope.RUN), summary="Cancel a batch"
)
def cancel_batch(
    request: HttpRequest, batch_id: str, body: Annotated[CancelIn | None, Body()] = None
) -> Any:
    """What waits is cancelled at once; what runs gets SIGTERM, and later SIGKILL."""
    batch = load_batch_to_act_on(request, batch_id)
    grace = body.grace_seconds if body else None
    services.cancel_batch(actor=user_of(request), batch=batch, grace_seconds=grace)
    return Status(202, whole_batch(load_batch(request, batch_id)))


@router.post(
    "/{batch_id}/retry",
    response={200: BatchOut, REFUSALS: ErrorAnswer},
    auth=needs(Scope.RUN),
    summary="Retry what failed of a batch",
)
def retry_batch(request: HttpRequest, batch_id: str) -> dict[str, Any]:
    """New runs in the place of those that did not complete, on the same seeds."""
    require_setup(with_text=True)
    require_rate(request.user)
    batch = load_batch_to_act_on(request, batch_id)
    services.retry_failed(actor=user_of(request), batch=batch)
    return whole_batch(load_batch(request, batch_id))


@router.delete(
    "/{batch_id}",
    response={204: None, **ORDERED},
    auth=needs(Scope.RUN),
    summary="Cancel a batch, or delete one that has ended",
)
def delete_batch(request: HttpRequest, batch_id: str) -> Any:
    """An ended batch is deleted, its runs go into the trash with their files (204); any other is
    cancelled and stays (202)."""
    batch = load_batch_to_act_on(request, batch_id)
    if batch.can_delete:
        services.delete_batch(actor=user_of(request), batch=batch)
        return Status(204, None)
    services.cancel_batch(actor=user_of(request), batch=batch)
    return Status(202, whole_batch(load_batch(request, batch_id)))


@router.get(
    "/{batch_id}/runs",
    response=answers(PageOf[IterationOut], 404),
    auth=needs(Scope.READ),
    summary="Its iterations, with what each measured",
)
def batch_runs(request: HttpRequest, batch_id: str, query: Query[IterationQuery]) -> dict[str, Any]:
    """By number; those of equal number have the same seed."""
    batch = load_batch(request, batch_id)
    found = iterations_asked(batch, query).order_by()
    return page_answer(found, IN_ORDER, "number", query, partial(iteration_items, batch))


@router.get(
    "/{batch_id}/values",
    response=answers(ValuesOut, 404),
    auth=needs(Scope.READ),
    openapi_extra=streams("text/csv"),
    summary="Its raw values",
)
def batch_values(
    request: HttpRequest, batch_id: str, asked: Query[ValuesAsked]
) -> StreamingHttpResponse:
    """All of them, streamed, one row an iteration and load: as JSON, or as CSV for a table."""
    batch = load_batch(request, batch_id)
    metrics = names_to_export(batch, asked.metric)
    if asked.format == "csv":
        return download(batch, "values.csv", values_csv(batch, metrics), "text/csv; charset=utf-8")
    return download(batch, "values.json", values_json(batch, metrics), "application/json")


@router.get(
    "/{batch_id}/result",
    response=answers(WholeResult, 404),
    auth=needs(Scope.READ),
    summary="Its whole result",
)
def batch_result(request: HttpRequest, batch_id: str) -> StreamingHttpResponse:
    """What was asked for, all statistics and the values they are of, streamed."""
    batch = load_batch(request, batch_id)
    return download(batch, "result.json", result_json(batch), "application/json")


def download(batch: Batch, name: str, pieces: Any, media_type: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=media_type)
    return as_attachment(response, f"{batch.name}-{batch.pk}-{name}")
