"""The list of runs. Filters, sorting and page stand in the address."""

from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.errors import InvalidInput
from runs.models import Program, Project, Run
from runs.web.context import frame_state
from runs.web.filters import EVERYBODY, RunFilter, with_own_runs
from runs.web.paging import Column, Page, moment, page_of, text
from runs.web.run_rows import load_rows

COLUMNS = {"created_at": moment("created_at"), "ended_at": moment("ended_at"), "name": text("name")}
DEFAULT_ORDER = "-created_at"
CURSORS = ("after", "before")
FOLDED_FILTERS = ("group", "tag", "since", "until")
MOST_IDS = 200
COUNT_SECONDS = 60


@require_safe
@never_cache
def run_list(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx the list alone with its address without empty parts."""
    queue = frame_state(request).queue
    filters = run_filter(request)
    runs = filters.qs if filters.is_valid() else Run.objects.none()
    order = read_order(request)
    page, total = read_page(request, runs, order)
    context = {
        "filters": filters,
        "rows": load_rows(page.keys, request.user, queue),
        "page": page,
        "total": total,
        "order": order,
        "is_narrowed": bool(narrowing(request.GET)),
        "address": request.get_full_path(),
        "chosen_statuses": request.GET.getlist("status"),
        "folded": sum(bool(request.GET.get(name)) for name in FOLDED_FILTERS),
    }
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "run_list/page.html", {**context, **filter_context(request)})
    response = render(request, "run_list/_list.html", context)
    response["HX-Push-Url"] = clean_address(request.GET)
    return response


@require_safe
@never_cache
def run_rows(request: HttpRequest) -> HttpResponse:
    """The rows `ids` as they are now, and which of the runs `new` belong in the list asked for."""
    queue = frame_state(request).queue
    filters = run_filter(request)
    runs = filters.qs if filters.is_valid() else Run.objects.none()
    new = words(request.GET.get("new", ""))
    context = {
        "rows": load_rows(words(request.GET.get("ids", "")), request.user, queue),
        "new": list(runs.filter(pk__in=new).values_list("pk", flat=True)) if new else [],
    }
    return render(request, "run_list/_rows.html", context)


def words(listed: str) -> list[str]:
    return [word for word in listed.split(",") if word][:MOST_IDS]


def run_filter(request: HttpRequest) -> RunFilter:
    data = with_own_runs(request.GET, request.user.get_username())
    return RunFilter(data, queryset=Run.objects.order_by())


def read_order(request: HttpRequest) -> str:
    """Raises InvalidInput for a column that the list cannot be sorted by."""
    order = request.GET.get("order") or DEFAULT_ORDER
    if order.removeprefix("-") not in COLUMNS:
        raise InvalidInput("Runs can be sorted by created_at, ended_at and name.", "order")
    return order


def read_page(request: HttpRequest, runs: QuerySet[Run], order: str) -> tuple[Page, int]:
    """One page and the number of all. Sorted by their end, only ended runs have a place.

    Where one page holds all, they are not counted: a search that finds little reads every
    run, and would read them twice.
    """
    column: Column = COLUMNS[order.removeprefix("-")]
    if column.name == "ended_at":
        runs = runs.filter(ended_at__isnull=False)
    after, before = (request.GET.get(name, "") for name in CURSORS)
    page = page_of(runs, column, descending=order.startswith("-"), after=after, before=before)
    alone = not (after or before or page.older)
    return page, len(page.keys) if alone else count_of(request, runs)


def count_of(request: HttpRequest, runs: QuerySet[Run]) -> int:
    """The number of runs; counted again only after an event, since nothing else changes it."""
    seq = frame_state(request).events_since
    key = "runs-counted-" + sha256(f"{seq} {runs.query}".encode()).hexdigest()
    counted = cache.get(key)
    if counted is None:
        counted = runs.count()
        cache.set(key, counted, COUNT_SECONDS)
    return int(counted)


def filter_context(request: HttpRequest) -> dict[str, Any]:
    """What only the form of filters needs: what may be chosen, and which owner is.

    Plain words instead of form widgets, which take a template for every option.
    """
    own = request.user.get_username()
    others = get_user_model().objects.exclude(username=own).order_by("username")
    return {
        "owners": list(others.values_list("username", flat=True)),
        "projects": list(Project.objects.values_list("slug", flat=True)),
        "programs": list(Program.objects.values_list("slug", flat=True)),
        "owner": "" if request.GET.get("owner") == own else request.GET.get("owner", ""),
        "everybody": EVERYBODY,
    }


def narrowing(query: QueryDict) -> list[str]:
    """The filters set, beside the owner; an empty list then says "none match", not "none yet"."""
    ignored = {*CURSORS, "order", "owner"}
    return [name for name, values in query.lists() if name not in ignored and any(values)]


def clean_address(query: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if filled := [value for value in values if value]:
            kept.setlist(name, filled)
    return reverse("run_list") + (f"?{kept.urlencode()}" if kept else "")
