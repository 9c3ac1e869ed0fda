"""The page of one run: its header and one tab, whole or as htmx asks for them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import may_act_on
from runs.contract.status import Status
from runs.lifecycle.selectors import queue_state, sentence
from runs.models import Run
from runs.web.batch_words import part_of
from runs.web.live_progress import progress_of
from runs.web.places import place_of
from runs.web.receipt import readable_receipt
from runs.web.tabs import artifacts, configuration, log, overview, progress
from runs.web.views.loading import get_run

TABS: dict[str, Callable[[HttpRequest, Run], dict[str, Any]]] = {
    "overview": overview.context,
    "log": log.context,
    "progress": progress.context,
    "artifacts": artifacts.context,
    "configuration": configuration.context,
}
# A part of a tab that its script asks for again as the run goes on.
PARTS = {"figures": "run/_figures.html"}


@require_safe
@never_cache
def run_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """`tab` names the tab; htmx gets the tab alone, a script one `part` of it."""
    run = get_run(request, run_id)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    context = {"run": run, "subject": run, "place": place_of(run), "tab": tab}
    context |= TABS[tab](request, run)
    part = PARTS.get(request.GET.get("part", ""))
    if part:
        return render(request, part, context)
    context |= {"tabs": list(TABS), "artifact_count": artifacts.artifact_count(run)}
    if wants_fragment(request):
        return render(request, "run/_tab.html", context)
    return render(request, "run/page.html", {**context, **header_context(request, run)})


@require_safe
@never_cache
def header(request: HttpRequest, run_id: str) -> HttpResponse:
    """The header alone, for a page that is open while the run goes on."""
    run = get_run(request, run_id)
    return render(request, "run/_header.html", header_context(request, run))


def wants_fragment(request: HttpRequest) -> bool:
    """Going back in history asks as htmx does, but for the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def header_context(request: HttpRequest, run: Run) -> dict[str, Any]:
    state = progress_of(run)
    return {
        "run": run,
        "sentence": sentence(run, queue_state()),
        "may_act": may_act_on(request.user, run),
        "is_running": run.status == Status.RUNNING,
        "progress": state,
        "percent": None if state["fraction"] is None else round(100 * state["fraction"], 1),
        "ticks": progress.ticks(state),
        "receipt": readable_receipt(run),
        "job": getattr(run, "job", None),
        "part_of": part_of(run),
    }
