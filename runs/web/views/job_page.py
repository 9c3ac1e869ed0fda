"""The page of one job: its header and one tab, whole or as htmx asks for them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import require_see
from runs.discovery.selectors import STALE, find_job, shown_status
from runs.errors import JobNotFound
from runs.files.artifacts import resolve_inside
from runs.files.regular import Confined
from runs.http.downloads import file_response
from runs.models import Job
from runs.web.job_rows import may_delete
from runs.web.places import place_of
from runs.web.tabs import job as tabs
from runs.web.tabs import log, progress
from runs.web.views.loading import get_job
from runs.web.views.run_page import PARTS, wants_fragment

TABS: dict[str, Callable[[HttpRequest, Job], dict[str, Any]]] = {
    "overview": tabs.overview,
    "log": log.context,
    "progress": progress.context,
    "artifacts": tabs.artifacts,
    "configuration": tabs.configuration,
}


@require_safe
@never_cache
def job_page(request: HttpRequest, **key: str) -> HttpResponse:
    """`tab` names the tab; htmx gets the tab alone, a script one `part` of it."""
    job = get_job(request, **key)
    shown = [name for name in TABS if name != "progress" or tabs.has_progress(job)]
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in shown else "overview"
    context = {"job": job, "subject": job, "place": place_of(job), "tab": tab, "tabs": shown}
    context |= TABS[tab](request, job)
    part = PARTS.get(request.GET.get("part", ""))
    if part and tab == "progress":
        return render(request, part, context)
    if wants_fragment(request):
        return render(request, "job/_tab.html", context)
    return render(request, "job/page.html", {**context, **header_context(request, job)})


@require_safe
@never_cache
def header(request: HttpRequest, **key: str) -> HttpResponse:
    """The header alone, for a page that is open while the job goes on."""
    job = get_job(request, **key)
    context = {"place": place_of(job), **header_context(request, job)}
    return render(request, "job/_header.html", context)


def header_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    status = shown_status(job)
    return {
        "job": job,
        "may_delete": may_delete(request.user, job, status),
        "status": status,
        "is_stale": status == STALE,
        "hosts": job.hosts.split() or [job.host],
    }


@require_safe
def artifact(
    request: HttpRequest, project: str, group: str, name: str, run_id: str, root_id: int, path: str
) -> StreamingHttpResponse:
    """One file of the job's directory, with Range. Raises NotFound, PathOutside."""
    job = find_job(project, group, name, run_id, root_id)
    require_see(request.user, job, JobNotFound)
    file = resolve_inside(job.directory, path)
    top = job.root.directory.resolve()
    # It may have been swapped for a symlink since it was looked at.
    source = Confined(top, top.joinpath(*job.path.parts), str(file))
    return file_response(request, source, path.rpartition("/")[2])
