"""Jobs: all that was found on disk, whoever started it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router

from runs.access import visible
from runs.api.authentication import needs
from runs.api.filtering import asked, filtered, having, rows_in_order
from runs.api.paging import Paging, PagingQuery, page_answer
from runs.api.responses import answers
from runs.api.routers.loading import load_job
from runs.api.schemas.base import PageOf
from runs.api.schemas.deleted import DeletedOut, deleted_out
from runs.api.schemas.job import (
    JobFilters,
    JobKey,
    JobOrderAsked,
    JobOut,
    NameKey,
    Recent,
    RootAsked,
    job_out,
)
from runs.cleanup.deletion import delete_job as delete_found_job
from runs.discovery.selectors import running_jobs
from runs.errors import JobNotFound
from runs.lists.job_filter import JobFilter
from runs.lists.paging import moment, text, whole
from runs.models import Job
from runs.models.token import Scope

router = Router(tags=["jobs"], auth=needs(Scope.READ))
COLUMNS = (moment("listed_at"), text("name"), whole("size_bytes"))
SPARSE = ("size_bytes",)
JOBS = answers(PageOf[JobOut])


@router.get("", response=JOBS)
def list_jobs(
    request: HttpRequest, filters: Query[JobFilters], paging: PagingQuery
) -> dict[str, Any]:
    """All jobs that may be seen, the newest first."""
    found = filtered(JobFilter, asked(filters, ["status"]), Job.objects.order_by())
    return jobs_page(request, found, filters.order, paging)


@router.get("/running", response=JOBS)
def list_running_jobs(
    request: HttpRequest, sorting: Query[JobOrderAsked], paging: PagingQuery
) -> dict[str, Any]:
    """Those that run and are heard of; silent ones are `status=stale`."""
    return jobs_page(request, running_jobs().order_by(), sorting.order, paging)


@router.get("/recent", response=JOBS)
def list_recent_jobs(
    request: HttpRequest, recent: Query[Recent], paging: PagingQuery
) -> dict[str, Any]:
    """Those that began in the last `hours`."""
    # whole minutes: what was counted a moment ago need not be counted again
    since = (timezone.now() - recent.span).replace(second=0, microsecond=0)
    found = Job.objects.order_by().filter(listed_at__gte=since)
    return jobs_page(request, found, recent.order, paging)


@router.get("/{project}/{group}/{name}", response=answers(PageOf[JobOut], 404))
def list_jobs_of_name(
    request: HttpRequest,
    key: Path[NameKey],
    sorting: Query[JobOrderAsked],
    chosen: Query[RootAsked],
    paging: PagingQuery,
) -> dict[str, Any]:
    """The runs of one job name."""
    found = Job.objects.order_by().filter(**key.model_dump())
    if chosen.root is not None:
        found = found.filter(root=chosen.root)
    if not visible(request.user, found).exists():
        raise JobNotFound
    return jobs_page(request, found, sorting.order, paging)


@router.get("/{project}/{group}/{name}/{run_id}", response=answers(JobOut, 404))
def read_job(request: HttpRequest, key: Path[JobKey], chosen: Query[RootAsked]) -> JobOut:
    return job_out(load_job(request, **key.model_dump(), root_id=chosen.root))


@router.delete(
    "/{project}/{group}/{name}/{run_id}",
    response=answers(DeletedOut, 404, 409, 507),
    auth=needs(Scope.RUN),
)
def delete_job(request: HttpRequest, key: Path[JobKey], chosen: Query[RootAsked]) -> DeletedOut:
    """Into the trash: for staff and the managers of its project.

    A job that runs, or that a run ordered, is not deleted (409): cancel or delete the run.
    """
    job = load_job(request, **key.model_dump(), root_id=chosen.root)
    return deleted_out(delete_found_job(actor=request.user, job=job))


def jobs_page(
    request: HttpRequest, found: QuerySet[Job], order: str, paging: Paging
) -> dict[str, Any]:
    rows = having(visible(request.user, found), order, SPARSE)
    return page_answer(rows, COLUMNS, order, paging, load_jobs)


def load_jobs(keys: list[Any]) -> list[JobOut]:
    shown = Job.objects.defer("search_text", "inode", "file_mtime_ns", "file_size")
    return [job_out(job) for job in rows_in_order(shown, keys)]
