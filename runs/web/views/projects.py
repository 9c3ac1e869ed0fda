"""All projects with what is in them, and the page of one."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs.access import may_manage, visible
from runs.discovery.selectors import job_counts
from runs.discovery.totals import CheckpointTotal, checkpoint_totals
from runs.lists.job_filter import SHOWN
from runs.models import Checkpoint, Job, Project, Run
from runs.web.context import frame_state
from runs.web.job_rows import load_job_rows
from runs.web.run_rows import load_rows
from runs.web.views.loading import get_project

JOBS_SHOWN = 10
RUNS_SHOWN = 5
CHECKPOINTS_SHOWN = 5
NO_CHECKPOINTS = CheckpointTotal()


@dataclass(frozen=True)
class Part:
    """A project, or a group of one: its jobs by status, in the order statuses are shown.

    `address` is the list of its jobs; more of a query can follow.
    """

    name: str
    address: str
    statuses: list[tuple[str, int]]
    jobs: int
    groups: int = 0
    runs: int = 0
    checkpoints: CheckpointTotal = NO_CHECKPOINTS
    newest_at: datetime | None = None
    is_open: bool = True
    managers: tuple[str, ...] = ()


@require_safe
@never_cache
def project_list(request: HttpRequest) -> HttpResponse:
    """The page; for its own script the part of it that changes."""
    part = bool(request.htmx)  # type: ignore[attr-defined]
    name = "project_list/_parts.html" if part else "project_list/page.html"
    return render(request, name, {"projects": all_projects(request.user)})


def all_projects(user: Any) -> list[Part]:
    counts, totals = job_counts(user), checkpoint_totals(user)
    by_project = counts.by_project()
    groups = Counter(project for project, _ in {place[:2] for place in counts.by_place})
    runs = dict(Run.objects.order_by().values_list("project__slug").annotate(Count("pk")))
    managers = managers_by_project()
    # one look into the index for each, where MAX would read it all
    newest = Job.objects.filter(project=OuterRef("slug")).order_by("-listed_at")
    seen = visible(user, Project.objects.all())
    dated = seen.annotate(newest_at=Subquery(newest.values("listed_at")[:1]))
    jobs = reverse("job_list")
    return [
        Part(
            name=slug,
            address=f"{jobs}?{urlencode({'project': slug})}",
            statuses=in_order(by_project.get(slug, Counter())),
            jobs=by_project.get(slug, Counter()).total(),
            groups=groups[slug],
            runs=runs.get(slug, 0),
            checkpoints=totals.get(slug, NO_CHECKPOINTS),
            newest_at=newest_at,
            is_open=is_open,
            managers=tuple(managers.get(slug, ())),
        )
        for slug, newest_at, is_open in dated.values_list("slug", "newest_at", "is_open")
    ]


def managers_by_project() -> dict[str, list[str]]:
    """Usernames by slug, in the order of the alphabet."""
    found: dict[str, list[str]] = {}
    pairs = Project.managers.through.objects.order_by("user__username")
    for slug, username in pairs.values_list("project__slug", "user__username"):
        found.setdefault(slug, []).append(username)
    return found


def in_order(statuses: Counter[str]) -> list[tuple[str, int]]:
    return [(status, statuses[status]) for status in SHOWN if statuses[status]]


@require_safe
@never_cache
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Raises NotFound."""
    found = get_project(request, slug)
    counts = job_counts(request.user)
    address = f"{reverse('job_list')}?{urlencode({'project': slug})}"
    groups = [
        Part(name, f"{address}&{urlencode({'group': name})}", in_order(statuses), statuses.total())
        for name, statuses in counts.groups(slug).items()
    ]
    whole = counts.statuses(slug)
    newest = Job.objects.filter(project=slug).order_by("-listed_at", "-pk")
    runs = Run.objects.filter(project=found).order_by("-created_at", "-pk")
    checkpoints = Checkpoint.objects.filter(project=slug, gone_at=None).order_by("-saved_at", "-pk")
    context = {
        "project": found,
        "whole": Part(slug, address, in_order(whole), whole.total()),
        "total": checkpoint_totals(request.user).get(slug, NO_CHECKPOINTS),
        "groups": groups,
        "jobs": load_job_rows(newest.values_list("pk", flat=True)[:JOBS_SHOWN], request.user),
        "runs": load_rows(
            runs.values_list("pk", flat=True)[:RUNS_SHOWN], request.user, frame_state(request).queue
        ),
        "checkpoints": checkpoints.select_related("root")[:CHECKPOINTS_SHOWN],
        "managers": list(found.managers.order_by("username").values_list("username", flat=True)),
        "member_count": found.members.count(),
        "may_manage": may_manage(request.user, found),
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "project/_parts.html" if part else "project/page.html", context)
