"""What a script asks for of batches, as the services and filters take it."""

from datetime import time
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja.errors import ValidationError
from pydantic import ValidationError as Unfit

from runs.access import visible
from runs.analysis.export import GONE
from runs.analysis.requests import Arm, BatchRequest
from runs.contract.status import ACTIVE, FINAL
from runs.errors import InvalidInput
from runs.lists.batch_filter import BatchFilter
from runs.lists.owned_filter import EVERYBODY
from runs.models import Batch, Iteration

from .filtering import filtered, having
from .run_requests import moment_of, new_run_request
from .schemas.batch import (
    KINDS,
    Asked,
    BatchIn,
    BatchQuery,
    CompareIn,
    IterationQuery,
    SideIn,
    SweepIn,
)

NARROWING = ("kind", "project", "program", "group", "search")


def read_batch(body: BatchIn) -> Asked:
    """Raises ValidationError with every fault, InvalidInput for a kind that there is not."""
    kind = body.root.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidInput("A batch is a repeat, a compare or a sweep.", "kind")
    try:
        return KINDS[kind].model_validate(body.root)
    except Unfit as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = [{**fault, "loc": ("body", "body", *fault["loc"])} for fault in faults]
        raise ValidationError(told) from error


def batch_request(body: Asked) -> BatchRequest:
    """Raises ProgramNotFound."""
    return BatchRequest(
        kind=body.kind,
        run=new_run_request(body.program, body.project, body),
        num_iterations=body.num_iterations,
        base_seed=body.base_seed,
        metrics=body.metrics,
        max_running=body.max_running,
        **own_fields(body),
    )


def own_fields(body: Asked) -> dict[str, Any]:
    if isinstance(body, CompareIn):
        return {"points": [arm_of(body.a), arm_of(body.b)]}
    if isinstance(body, SweepIn):
        names = ("parameter", "values", "parameter_2", "values_2")
        return {name: getattr(body, name) for name in names}
    return {}


def arm_of(side: SideIn) -> Arm:
    return Arm(side.label, side.overrides)


def batches_asked(request: HttpRequest, query: BatchQuery) -> QuerySet[Batch]:
    """Raises InvalidInput for a filter that means nothing."""
    data = {
        "owner": [query.owner or EVERYBODY],
        "status": words_of(query.status),
        **{name: [getattr(query, name)] for name in NARROWING},
    }
    batches = filtered(BatchFilter, data, visible(request.user, Batch.objects.order_by()), request)
    if query.since:
        batches = batches.filter(created_at__gte=moment_of(query.since, time.min, "since"))
    if query.until:
        batches = batches.filter(created_at__lte=moment_of(query.until, time.max, "until"))
    return having(batches, query.order, {"ended_at"})


def iterations_asked(batch: Batch, query: IterationQuery) -> QuerySet[Iteration]:
    """Raises InvalidInput for a status that no run has."""
    found = Iteration.objects.filter(batch=batch)
    if statuses := words_of(query.status):
        found = found.filter(of_status(statuses))
    return found if query.point is None else found.filter(point=query.point)


def of_status(statuses: list[str]) -> Q:
    for word in statuses:
        if word != GONE and word not in ACTIVE | FINAL:
            raise InvalidInput(f"There is no status {word[:100]}.", "status")
    gone = Q(run=None) if GONE in statuses else Q()
    return Q(run__status__in=statuses) | gone


def words_of(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
