"""The list of batches."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import visible
from runs.lists.batch_filter import BatchFilter
from runs.lists.owned_filter import with_own
from runs.lists.paging import moment, text
from runs.models import Batch
from runs.web.batch_rows import load_batch_rows
from runs.web.context import frame_state
from runs.web.listing import Listing, list_context, list_response, narrowing, words

from .run_list import filter_context

BATCHES = Listing(
    url_name="batch_list",
    folder="batch_list",
    noun="Batches",
    columns=(moment("created_at"), text("name")),
    default_order="-created_at",
)


@require_safe
@never_cache
def batch_list(request: HttpRequest) -> HttpResponse:
    queue = frame_state(request).queue
    filters = batch_filter(request)
    context = list_context(request, BATCHES, filtered(filters))
    context |= {
        "filters": filters,
        "rows": load_batch_rows(context["page"].keys, request.user, queue),
        "is_narrowed": bool(narrowing(request.GET, frozenset({"owner"}))),
    }
    return list_response(request, BATCHES, context, form_context)


@require_safe
@never_cache
def batch_rows(request: HttpRequest) -> HttpResponse:
    """The rows `ids` as they are now, and which of the batches `new` belong in the list."""
    queue = frame_state(request).queue
    batches = filtered(batch_filter(request))
    new = words(request.GET.get("new", ""))
    context = {
        "listing": BATCHES,
        "rows": load_batch_rows(words(request.GET.get("ids", "")), request.user, queue),
        "new": list(batches.filter(pk__in=new).values_list("pk", flat=True)) if new else [],
    }
    return render(request, "list/_rows.html", context)


def batch_filter(request: HttpRequest) -> BatchFilter:
    data = with_own(request.GET, request.user.get_username())
    batches = visible(request.user, Batch.objects.order_by())
    return BatchFilter(data, queryset=batches, request=request)


def filtered(filters: BatchFilter) -> QuerySet[Batch]:
    return filters.qs if filters.is_valid() else Batch.objects.none()


def form_context(request: HttpRequest) -> dict[str, Any]:
    return {**filter_context(request), "kinds": Batch.Kind.choices}
