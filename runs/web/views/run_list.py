"""The list of runs."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import visible
from runs.lists.owned_filter import EVERYBODY, with_own
from runs.lists.paging import moment, text
from runs.lists.run_filter import RunFilter
from runs.models import Program, Project, Run
from runs.web.context import frame_state
from runs.web.listing import Listing, list_context, list_response, narrowing, words
from runs.web.run_rows import load_rows

RUNS = Listing(
    url_name="run_list",
    folder="run_list",
    noun="Runs",
    columns=(moment("created_at"), moment("ended_at"), text("name")),
    default_order="-created_at",
    sparse=frozenset({"ended_at"}),
)
FOLDED_FILTERS = ("purpose", "group", "batch", "tag", "since", "until")


@require_safe
@never_cache
def run_list(request: HttpRequest) -> HttpResponse:
    queue = frame_state(request).queue
    filters = run_filter(request)
    context = list_context(request, RUNS, filtered(filters))
    context |= {
        "filters": filters,
        "rows": load_rows(context["page"].keys, request.user, queue),
        "is_narrowed": bool(narrowing(request.GET, frozenset({"owner"}))),
        "folded": sum(bool(request.GET.get(name)) for name in FOLDED_FILTERS),
    }
    return list_response(request, RUNS, context, filter_context)


@require_safe
@never_cache
def run_rows(request: HttpRequest) -> HttpResponse:
    """The rows `ids` as they are now, and which of the runs `new` belong in the list asked for."""
    queue = frame_state(request).queue
    runs = filtered(run_filter(request))
    new = words(request.GET.get("new", ""))
    context = {
        "listing": RUNS,
        "rows": load_rows(words(request.GET.get("ids", "")), request.user, queue),
        "new": list(runs.filter(pk__in=new).values_list("pk", flat=True)) if new else [],
    }
    return render(request, "list/_rows.html", context)


def run_filter(request: HttpRequest) -> RunFilter:
    data = with_own(request.GET, request.user.get_username())
    runs = visible(request.user, Run.objects.order_by())
    return RunFilter(data, queryset=runs, request=request)


def filtered(filters: RunFilter) -> QuerySet[Run]:
    return filters.qs if filters.is_valid() else Run.objects.none()


def filter_context(request: HttpRequest) -> dict[str, Any]:
    """What only the form of filters needs: what may be chosen, and which owner is.

    Plain words instead of form widgets, which take a template for every option.
    """
    own = request.user.get_username()
    projects = visible(request.user, Project.objects.all())
    others = get_user_model().objects.exclude(username=own).order_by("username")
    return {
        "owners": list(others.values_list("username", flat=True)),
        "projects": list(projects.values_list("slug", flat=True)),
        "programs": list(Program.objects.values_list("slug", flat=True)),
        "owner": "" if request.GET.get("owner") == own else request.GET.get("owner", ""),
        "everybody": EVERYBODY,
    }
