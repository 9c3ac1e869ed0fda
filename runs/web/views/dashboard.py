"""What runs, what waits, what just ended, disk and supervisor, of the whole lab."""

import shutil
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import visible
from runs.contract.status import Status
from runs.health.setup import setup_state
from runs.lifecycle.places import status_root
from runs.lifecycle.selectors import QueueState
from runs.lifecycle.waiting import first_in_line
from runs.models import Batch, Run, Supervisor
from runs.web.batch_rows import load_batch_rows
from runs.web.cluster import cluster
from runs.web.context import frame_state
from runs.web.run_rows import load_rows
from runs.web.session_rows import half_finished, session_rows

RUNNING_SHOWN = 20
WAITING_SHOWN = 10
# So many of others' runs that one may not see may come before those.
LOOKED_AHEAD = 100
ENDED_SHOWN = 10
SUPERVISORS_SHOWN = 3
SESSIONS_SHOWN = 5
BATCHES_SHOWN = 5


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page; for its own script the parts of it that change."""
    queue = frame_state(request).queue
    runs = visible(request.user, Run.objects.all())
    lists = {"running": running(runs), "waiting": waiting(runs, queue), "ended": ended(runs)}
    ids = [pk for listed in lists.values() for pk in listed]
    rows = {row.run.pk: row for row in load_rows(ids, request.user, queue)}
    context: dict[str, Any] = {
        name: [rows[pk] for pk in listed if pk in rows] for name, listed in lists.items()
    }
    context |= {"queue": queue, "disk": disk(), "supervisors": supervisors()}
    context["setup"] = setup_state()
    context["cluster"] = cluster(request.user)
    context["batches"] = load_batch_rows(batches_under_way(request), request.user, queue)
    mine = half_finished().filter(owner=request.user.pk)[:SESSIONS_SHOWN]
    context["half_finished"] = session_rows(mine)
    part = bool(request.htmx)  # type: ignore[attr-defined]
    name = "dashboard/_parts.html" if part else "dashboard/page.html"
    return render(request, name, context)


def running(runs: QuerySet[Run]) -> list[str]:
    """Primary keys, as of the others."""
    found = runs.filter(status=Status.RUNNING).order_by("-created_at", "-pk")
    return list(found.values_list("pk", flat=True)[:RUNNING_SHOWN])


def waiting(runs: QuerySet[Run], queue: QueueState) -> list[str]:
    """In the order in which they will start, as far as that is told; the rest as they came."""
    found = runs.filter(status=Status.PENDING).order_by("created_at", "pk")
    pending = found.values_list("pk", flat=True)
    starting = pending.filter(claimed_by__gt="")[:WAITING_SHOWN]
    line = first_in_line(LOOKED_AHEAD, queue.slots)
    seen = set(pending.filter(pk__in=line))
    shown: list[str] = [*starting, *(pk for pk in line if pk in seen)][:WAITING_SHOWN]
    if len(shown) < WAITING_SHOWN:
        shown += pending.exclude(pk__in=shown)[: WAITING_SHOWN - len(shown)]
    return shown


def ended(runs: QuerySet[Run]) -> list[str]:
    found = runs.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")
    return list(found.values_list("pk", flat=True)[:ENDED_SHOWN])


def batches_under_way(request: HttpRequest) -> list[str]:
    found = visible(request.user, Batch.objects.filter(status__in=[Status.PENDING, Status.RUNNING]))
    keys = found.order_by("-created_at", "-pk").values_list("pk", flat=True)
    return list(keys[:BATCHES_SHOWN])


def supervisors() -> list[Supervisor]:
    return list(Supervisor.objects.all()[:SUPERVISORS_SHOWN])


def disk() -> dict[str, Any]:
    """Bytes and the fraction in use, of the file system that holds the runs."""
    root = status_root()
    root.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(root)
    return {"free": usage.free, "total": usage.total, "used": 1 - usage.free / usage.total}
