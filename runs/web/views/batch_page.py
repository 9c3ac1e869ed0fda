"""The page of one batch: its header and one tab, whole or as htmx asks for them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import may_act_on
from runs.analysis.selectors import BatchCounts, counts_of, eta_seconds, sentence
from runs.lifecycle.selectors import queue_state
from runs.models import Batch
from runs.web.batch_words import counts_words, kind_words
from runs.web.tabs import batch_configuration, batch_results, batch_runs

from .loading import get_batch
from .run_page import wants_fragment

TABS: dict[str, Callable[[HttpRequest, Batch], dict[str, Any]]] = {
    "results": batch_results.context,
    "runs": batch_runs.context,
    "configuration": batch_configuration.context,
}


@require_safe
@never_cache
def batch_page(request: HttpRequest, batch_id: str) -> HttpResponse:
    """`tab` names the tab; htmx gets the tab alone."""
    batch = get_batch(request, batch_id)
    tab = request.GET.get("tab", "results")
    tab = tab if tab in TABS else "results"
    context = {"tab": tab, "tabs": list(TABS), **header_context(request, batch)}
    context |= TABS[tab](request, batch)
    fragment = wants_fragment(request)
    return render(request, "batch/_tab.html" if fragment else "batch/page.html", context)


@require_safe
@never_cache
def header(request: HttpRequest, batch_id: str) -> HttpResponse:
    """The header alone, for a page that is open while its runs go on."""
    batch = get_batch(request, batch_id)
    return render(request, "batch/_header.html", header_context(request, batch))


def header_context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    counts = counts_of(batch)
    return {
        "batch": batch,
        "kind": kind_words(batch),
        "counts": counts,
        "counts_words": counts_words(counts),
        "may_retry": may_retry(batch, counts),
        "eta_seconds": eta_seconds(batch, counts),
        "sentence": sentence(batch, counts, queue_state()),
        "may_act": may_act_on(request.user, batch),
    }


def may_retry(batch: Batch, counts: BatchCounts) -> bool:
    """Others may still run; not while it is being cancelled."""
    is_cancelling = not batch.is_final and batch.cancel_requested_at is not None
    return bool(counts.unsuccessful) and not is_cancelling
