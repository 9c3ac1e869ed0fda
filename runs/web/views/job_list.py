"""The list of jobs: all that was found on disk, whoever started it."""

from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import manages_any, visible
from runs.lists.job_filter import STATUSES, JobFilter
from runs.lists.paging import moment, text, whole
from runs.models import Job, Project, Root
from runs.web.context import frame_state
from runs.web.job_rows import load_job_rows
from runs.web.listing import Listing, list_context, list_response, narrowing, words

JOBS = Listing(
    url_name="job_list",
    folder="job_list",
    noun="Jobs",
    columns=(moment("listed_at"), text("name"), whole("size_bytes")),
    default_order="-listed_at",
    sparse=frozenset({"size_bytes"}),
)
FOLDED_FILTERS = ("group", "name", "host", "owner", "since", "until", "fault")
# What may be chosen from a menu; more would be typed into the search anyway.
MOST_CHOICES = 200
CHOICES_SECONDS = 30


@require_safe
@never_cache
def job_list(request: HttpRequest) -> HttpResponse:
    # asked before the rows are read: see frame_state
    frame_state(request)
    filters = job_filter(request)
    context = list_context(request, JOBS, filtered(filters))
    context |= {
        "filters": filters,
        "rows": load_job_rows(context["page"].keys, request.user),
        "may_pick": manages_any(request.user),
        "is_narrowed": bool(narrowing(request.GET)),
        "folded": sum(bool(request.GET.get(name)) for name in FOLDED_FILTERS),
    }
    if not context["rows"]:
        context["roots"] = Root.objects.filter(kind=Root.Kind.STATUS)
    return list_response(request, JOBS, context, form_context)


@require_safe
@never_cache
def job_rows(request: HttpRequest) -> HttpResponse:
    """The rows `ids` as they are now, and which of the jobs `new` belong in the list asked for."""
    jobs = filtered(job_filter(request))
    new = [key for key in words(request.GET.get("new", "")) if key.isdecimal()]
    found = jobs.filter(pk__in=new).values_list("pk", flat=True) if new else []
    context = {
        "listing": JOBS,
        "rows": load_job_rows(words(request.GET.get("ids", "")), request.user),
        "may_pick": manages_any(request.user),
        "new": [str(key) for key in found],
    }
    return render(request, "list/_rows.html", context)


@require_safe
def job_name(request: HttpRequest, project: str, group: str, name: str) -> HttpResponse:
    """All runs of one job name are a filter of the list."""
    query = urlencode({"project": project, "group": group, "name": name})
    return redirect(f"{reverse('job_list')}?{query}")


def job_filter(request: HttpRequest) -> JobFilter:
    return JobFilter(request.GET, queryset=visible(request.user, Job.objects.order_by()))


def filtered(filters: JobFilter) -> QuerySet[Job]:
    return filters.qs if filters.is_valid() else Job.objects.none()


def form_context(request: HttpRequest) -> dict[str, Any]:
    """What may be chosen. Groups are offered once a project is."""
    project = request.GET.get("project", "")
    jobs = visible(request.user, Job.objects.all())
    groups = choices("group", jobs.filter(project=project)) if project else []
    projects = visible(request.user, Project.objects.all())
    return {
        "statuses": STATUSES,
        "projects": list(projects.values_list("slug", flat=True)),
        "chips": choices("chip", jobs.exclude(chip="")),
        "groups": groups,
    }


def choices(column: str, jobs: QuerySet[Job]) -> list[str]:
    """Every value the column has, in order, one look into its index for each."""
    key = f"choices-{hash((column, str(jobs.query)))}"
    found: list[str] | None = cache.get(key)
    if found is None:
        found = []
        values = jobs.order_by(column).values_list(column, flat=True)
        value = values.first()
        while value is not None and len(found) < MOST_CHOICES:
            found.append(value)
            value = values.filter(**{f"{column}__gt": value}).first()
        cache.set(key, found, CHOICES_SECONDS)
    return found
