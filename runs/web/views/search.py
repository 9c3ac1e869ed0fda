"""One search over runs, batches, jobs and checkpoints: the newest few of each, and the way on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import visible
from runs.lists.batch_filter import BatchFilter
from runs.lists.owned_filter import EVERYBODY
from runs.models import Batch, Checkpoint, Job, Run
from runs.search import search
from runs.web.batch_rows import load_batch_rows
from runs.web.context import frame_state
from runs.web.job_rows import load_job_rows
from runs.web.run_rows import load_rows

SHOWN = 10
LONGEST = 200


@require_safe
@never_cache
def search_page(request: HttpRequest) -> HttpResponse:
    """`q` is looked for in names, ids, hosts, tags and notes; empty finds nothing."""
    query = request.GET.get("q", "").strip()[:LONGEST]
    found = hits(request, query) if query else {}
    return render(request, "search/page.html", {"query": query, **found})


def hits(request: HttpRequest, query: str) -> dict[str, object]:
    user = request.user
    own_jobs = visible(user, Job.objects.filter(ordered_run=None))
    there = visible(user, Checkpoint.objects.filter(gone_at=None))
    runs = search(visible(user, Run.objects.all()), query).order_by("-created_at", "-pk")
    jobs = search(own_jobs, query).order_by("-listed_at", "-pk")
    saved = search(there, query).order_by("-saved_at", "-pk")
    run_ids = runs.values_list("pk", flat=True)[:SHOWN]
    asked = {"owner": EVERYBODY, "search": query}
    batches = BatchFilter(asked, queryset=visible(user, Batch.objects.all())).qs
    batch_ids = batches.order_by("-created_at", "-pk").values_list("pk", flat=True)[:SHOWN]
    return {
        "batches": load_batch_rows(batch_ids, user, frame_state(request).queue),
        "runs": load_rows(run_ids, user, frame_state(request).queue),
        "jobs": load_job_rows(jobs.values_list("pk", flat=True)[:SHOWN], user),
        "checkpoints": list(saved.select_related("root")[:SHOWN]),
    }
