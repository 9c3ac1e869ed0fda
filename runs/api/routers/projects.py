"""Projects, with what is in them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from ninja import Path, Router

from runs.access import may_manage, visible
from runs.api.authentication import needs
from runs.api.filtering import rows_in_order
from runs.api.paging import PagingQuery, page_answer
from runs.api.responses import answers
from runs.api.routers.loading import load_project
from runs.api.schemas.base import PageOf
from runs.api.schemas.project import (
    GroupOut,
    ProjectDetail,
    ProjectKey,
    ProjectOut,
    checkpoints_out,
    plain,
)
from runs.discovery.selectors import job_counts
from runs.discovery.totals import CheckpointTotal, checkpoint_totals
from runs.lists.paging import text
from runs.lists.run_counts import run_counts
from runs.models import Job, Project
from runs.models.token import Scope

router = Router(tags=["projects"], auth=needs(Scope.READ))
COLUMNS = (text("slug"),)
NO_CHECKPOINTS = CheckpointTotal()


@router.get("", response=answers(PageOf[ProjectOut]))
def list_projects(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    """Those that may be seen, by name."""
    projects = visible(request.user, Project.objects.order_by())
    return page_answer(
        projects,
        COLUMNS,
        "slug",
        paging,
        lambda keys: described(request.user, rows_in_order(dated(projects), keys)),
    )


@router.get("/{slug}", response=answers(ProjectDetail, 404))
def read_project(request: HttpRequest, key: Path[ProjectKey]) -> ProjectDetail:
    """A project, and its groups with their jobs by status."""
    pk = load_project(request, key.slug).pk
    project = described(request.user, dated(Project.objects.filter(pk=pk)))[0]
    groups = job_counts(request.user).groups(key.slug)
    return ProjectDetail(
        project=project,
        groups=[GroupOut(name=name, jobs=plain(counts)) for name, counts in groups.items()],
    )


def dated(projects: QuerySet[Project]) -> QuerySet[Any]:
    # one look into the index for each, where MAX would read it all
    newest = Job.objects.filter(project=OuterRef("slug")).order_by("-listed_at")
    with_date = projects.annotate(newest_at=Subquery(newest.values("listed_at")[:1]))
    return with_date.prefetch_related("managers")


def described(user: Any, projects: Iterable[Any]) -> list[ProjectOut]:
    """Of rows of `dated`."""
    jobs, runs, totals = job_counts(user), run_counts(user), checkpoint_totals(user)
    by_project = jobs.by_project()
    groups: dict[str, set[str]] = {}
    for project, group, _ in jobs.by_place:
        groups.setdefault(project, set()).add(group)
    return [
        ProjectOut(
            slug=project.slug,
            title=project.title,
            description=project.description,
            is_open=project.is_open,
            managers=sorted(manager.get_username() for manager in project.managers.all()),
            may_manage=may_manage(user, project),
            groups=sorted(groups.get(project.slug, ())),
            jobs=plain(by_project.get(project.slug, Counter())),
            runs=plain(runs.get(project.pk, Counter())),
            checkpoints=checkpoints_out(totals.get(project.slug, NO_CHECKPOINTS)),
            newest_job_at=project.newest_at,
            created_at=project.created_at,
        )
        for project in projects
    ]
