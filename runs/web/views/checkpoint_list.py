"""The list of checkpoints."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import visible
from runs.checkpoints.review import may_review
from runs.checkpoints.selectors import Summary, summary
from runs.lists.checkpoint_filter import CheckpointFilter
from runs.lists.counting import figure_of
from runs.lists.paging import Column, moment, text, whole
from runs.models import Checkpoint, Project
from runs.web.checkpoint_rows import load_checkpoint_rows
from runs.web.context import frame_state
from runs.web.listing import (
    Listing,
    list_context,
    list_response,
    narrowing,
    read_order,
    words,
)
from runs.web.templatetags.show import size

CHECKPOINTS = Listing(
    url_name="checkpoint_list",
    folder="checkpoint_list",
    noun="Checkpoints",
    columns=(
        moment("saved_at"),
        text("name"),
        whole("size_bytes"),
        whole("steps"),
        Column("score", repr, float),
    ),
    default_order="-saved_at",
    sparse=frozenset({"size_bytes", "steps", "score"}),
)
BESIDE = {
    "size_bytes": " that are measured",
    "steps": " that tell their steps",
    "score": " that tell a score",
}
DIGITS = 18
FOLDED_FILTERS = ("group", "job_name", "complete", "latest", "gone", "fault", "since", "until")


@require_safe
@never_cache
def checkpoint_list(request: HttpRequest) -> HttpResponse:
    frame_state(request)
    filters = checkpoint_filter(request)
    found = filtered(filters)
    context = list_context(request, CHECKPOINTS, found)
    sorted_by = read_order(request, CHECKPOINTS).removeprefix("-")
    context |= {
        "filters": filters,
        "rows": load_checkpoint_rows(context["page"].keys, request.user),
        "is_narrowed": bool(narrowing(request.GET)),
        "folded": sum(bool(request.GET.get(name)) for name in FOLDED_FILTERS),
        "may_review": may_review(request.user),
    }
    if context["rows"]:
        context["beside"] = in_all(summary_of(request, with_value(found, sorted_by)), sorted_by)
    return list_response(request, CHECKPOINTS, context, form_context)


@require_safe
@never_cache
def checkpoint_rows(request: HttpRequest) -> HttpResponse:
    """The rows `ids` as they are now, and which of `new` belong in the list asked for."""
    frame_state(request)
    new = numbers(request.GET.get("new", ""))
    belonging = filtered(checkpoint_filter(request)).filter(pk__in=new)
    context = {
        "listing": CHECKPOINTS,
        "rows": load_checkpoint_rows(numbers(request.GET.get("ids", "")), request.user),
        "new": [str(pk) for pk in belonging.values_list("pk", flat=True)] if new else [],
    }
    return render(request, "list/_rows.html", context)


@require_safe
def checkpoint_name(request: HttpRequest, project: str, group: str, name: str) -> HttpResponse:
    """All of one job name are a filter of the list."""
    query = urlencode({"project": project, "group": group, "job_name": name})
    return redirect(f"{reverse('checkpoint_list')}?{query}")


def numbers(listed: str) -> list[int]:
    """The primary keys among the words; a longer number than these is none."""
    return [
        int(word)
        for word in words(listed)
        if word.isascii() and word.isdigit() and len(word) <= DIGITS
    ]


def checkpoint_filter(request: HttpRequest) -> CheckpointFilter:
    """What is gone from disk is left out until it is asked for."""
    data = request.GET.copy()
    data["gone"] = data.get("gone") or "0"
    return CheckpointFilter(data, queryset=visible(request.user, Checkpoint.objects.order_by()))


def filtered(filters: CheckpointFilter) -> QuerySet[Checkpoint]:
    return filters.qs if filters.is_valid() else Checkpoint.objects.none()


def with_value(found: QuerySet[Checkpoint], column: str) -> QuerySet[Checkpoint]:
    if column not in CHECKPOINTS.sparse:
        return found
    return found.filter(**{f"{column}__isnull": False})


def summary_of(request: HttpRequest, found: QuerySet[Checkpoint]) -> Summary:
    """Number and bytes of all that is listed."""
    return figure_of(found, frame_state(request).events_since, "added-up", lambda: summary(found))


def in_all(added: Summary, sorted_by: str) -> str:
    """What stands beside the number: which have a place in this order, and their bytes."""
    missing = f", {added.unmeasured:,} not measured yet" if added.unmeasured else ""
    return f"{BESIDE.get(sorted_by, '')} · {size(added.size_bytes)}{missing}"


def form_context(request: HttpRequest) -> dict[str, Any]:
    """What only the form of filters needs."""
    projects = visible(request.user, Project.objects.all())
    return {
        "projects": list(projects.values_list("slug", flat=True)),
        "decisions": Checkpoint.Decision.values,
    }
