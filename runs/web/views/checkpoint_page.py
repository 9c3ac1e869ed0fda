"""The page of one checkpoint: its header and one tab, its files, and what is done to it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from runs.checkpoints.files import directory_of
from runs.checkpoints.resume import plan_resume
from runs.checkpoints.review import may_review, may_undo, review_mark
from runs.checkpoints.selectors import latest_of_name
from runs.files.artifacts import resolve_inside
from runs.http.downloads import file_response
from runs.models import Checkpoint
from runs.web.tabs import checkpoint as tabs
from runs.web.views.checkpoint_actions import act
from runs.web.views.loading import get_checkpoint
from runs.web.views.run_page import wants_fragment

TABS: dict[str, Callable[[HttpRequest, Checkpoint], dict[str, Any]]] = {
    "overview": tabs.overview,
    "configuration": tabs.configuration_tab,
    "diff": tabs.diff,
    "files": tabs.files,
    "history": tabs.history,
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkpoint(
    request: HttpRequest, project: str, group: str, name: str, suffix: str
) -> HttpResponse | StreamingHttpResponse:
    """`tab` names the tab and `file` a file to download; what is posted is an `action`.

    All on one address: a suffix may hold any word, so that none is left for another one.
    """
    found = get_checkpoint(request, project, group, name, suffix)
    if request.method == "POST":
        return act(request, found)
    if path := request.GET.get("file"):
        file = resolve_inside(directory_of(found), path)
        return file_response(request, file, path.rpartition("/")[2])
    return page(request, found)


def page(request: HttpRequest, found: Checkpoint) -> HttpResponse:
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    if request.GET.get("part") == "header":
        return render(request, "checkpoint/_header.html", header_context(request, found))
    context = {
        "checkpoint": found,
        "tab": tab,
        "tabs": list(TABS),
        "kept": tabs.kept(request),
        **TABS[tab](request, found),
    }
    if wants_fragment(request):
        return render(request, "checkpoint/_tab.html", context)
    return render(request, "checkpoint/page.html", context | header_context(request, found))


def header_context(request: HttpRequest, found: Checkpoint) -> dict[str, Any]:
    return {
        "checkpoint": found,
        "latest": None if found.latest else latest_of_name(found),
        "may_review": may_review(request.user),
        "undo": may_undo(request.user, found),
        "mark": review_mark(found),
        "no_resume": plan_resume(found, request.user).refusal,
    }
