"""Checkpoints: look for them, read what stands beside them, review and delete them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Router

from runs.access import require_see, require_staff, visible
from runs.api.authentication import needs
from runs.api.filtering import asked, filtered, having, rows_in_order
from runs.api.paging import Paging, PagingQuery, page_answer
from runs.api.responses import answers
from runs.api.schemas.base import PageOf
from runs.api.schemas.checkpoint import (
    WORDS,
    CheckpointDetail,
    CheckpointFilters,
    CheckpointKey,
    CheckpointOrderAsked,
    CheckpointOut,
    DeletedNameOut,
    NameOut,
    ReviewIn,
    SummaryOut,
    TextOut,
    checkpoint_detail,
    checkpoint_out,
    summary_out,
    text_out,
)
from runs.api.schemas.deleted import DeletedOut, deleted_out
from runs.api.schemas.job import NameKey, RootAsked
from runs.api.words import unmarked
from runs.checkpoints.files import TextFile, configuration, job_spec
from runs.checkpoints.review import review_checkpoint
from runs.checkpoints.selectors import find_checkpoint, summary
from runs.cleanup.deletion import delete_checkpoint as delete_one
from runs.cleanup.names import delete_checkpoints
from runs.errors import ArtifactNotFound, CheckpointNotFound
from runs.events import latest_seq
from runs.http import converters  # noqa: F401  (addresses below use its `suffix`)
from runs.lists.checkpoint_filter import CheckpointFilter
from runs.lists.counting import figure_of
from runs.lists.paging import Column, moment, text, whole
from runs.models import Checkpoint
from runs.models.token import Scope

router = Router(tags=["checkpoints"], auth=needs(Scope.READ))
COLUMNS = (
    moment("saved_at"),
    text("name"),
    whole("size_bytes"),
    whole("steps"),
    Column("score", repr, float),
)
SPARSE = ("size_bytes", "steps", "score")
NAME = "/{project}/{group}/{name}"
ONE = f"{NAME}/{{suffix:suffix}}"
LATEST = "latest"
ONLY_STAFF = "Only staff may delete checkpoints."


@router.get("", response=answers(PageOf[CheckpointOut]))
def list_checkpoints(
    request: HttpRequest,
    filters: Query[CheckpointFilters],
    sorting: Query[CheckpointOrderAsked],
    paging: PagingQuery,
) -> dict[str, Any]:
    """All that are on disk, the newest first; sorted by size, steps or score those that have it."""
    return checkpoints_page(narrowed(request, filters), sorting.order, paging)


@router.get("/summary", response=answers(SummaryOut))
def sum_checkpoints(request: HttpRequest, filters: Query[CheckpointFilters]) -> SummaryOut:
    """Number and bytes of what the list would show with the same filters."""
    found = narrowed(request, filters)
    return summary_out(figure_of(found, latest_seq(), "added-up", lambda: summary(found)))


@router.get(NAME, response=answers(NameOut, 404))
def list_checkpoints_of_name(
    request: HttpRequest,
    key: Path[NameKey],
    sorting: Query[CheckpointOrderAsked],
    chosen: Query[RootAsked],
    paging: PagingQuery,
) -> dict[str, Any]:
    """The checkpoints of one job name, and which of them is the latest."""
    found = of_name(request, key, chosen)
    latest = latest_of(found)
    page = checkpoints_page(found, sorting.order, paging)
    return {**page, "latest": checkpoint_out(latest) if latest else None}


@router.delete(
    NAME,
    response=answers(DeletedNameOut, 404, 409, 507),
    auth=needs(Scope.ADMIN),
)
def delete_checkpoints_of_name(
    request: HttpRequest, key: Path[NameKey], chosen: Query[RootAsked]
) -> DeletedNameOut:
    """All checkpoints of one job name into the trash; pinned ones stay. For staff.

    At most 500 at once: where some are `left`, ask again, as long as something was deleted.
    """
    found = of_name(request, key, chosen)
    require_staff(request.user, ONLY_STAFF)
    done = delete_checkpoints(actor=request.user, checkpoints=found)
    deleted = [deleted_out(each) for each in done.deleted]
    return DeletedNameOut(deleted=deleted, kept=done.kept, left=done.left)


@router.get(f"{NAME}/{LATEST}", response=answers(CheckpointDetail, 404))
def read_latest_checkpoint(
    request: HttpRequest, key: Path[NameKey], chosen: Query[RootAsked]
) -> CheckpointDetail:
    """The one that the file `latest` names, else the newest complete one."""
    return checkpoint_detail(load_latest(request, key, chosen))


@router.get(f"{ONE}/config", response=answers(TextOut, 404))
def read_checkpoint_config(
    request: HttpRequest, key: Path[CheckpointKey], chosen: Query[RootAsked]
) -> TextOut:
    """Its configuration as it stands beside the payload: config.yaml before config.json."""
    found = configuration(load_checkpoint(request, key, chosen))
    return text_answer(found, "This checkpoint has no configuration.")


@router.get(f"{ONE}/job-spec", response=answers(TextOut, 404))
def read_checkpoint_job_spec(
    request: HttpRequest, key: Path[CheckpointKey], chosen: Query[RootAsked]
) -> TextOut:
    """Its job.json: which job saved it."""
    found = job_spec(load_checkpoint(request, key, chosen))
    return text_answer(found, "This checkpoint has no job.json.")


def text_answer(found: TextFile | None, otherwise: str) -> TextOut:
    if found is None:
        raise ArtifactNotFound(otherwise)
    return text_out(found)


@router.post(f"{ONE}/review", response=answers(CheckpointDetail, 404, 409),
             auth=needs(Scope.REVIEW))  # fmt: skip
def review(
    request: HttpRequest, key: Path[CheckpointKey], chosen: Query[RootAsked], body: ReviewIn
) -> CheckpointDetail:
    """Staff decide; an approved checkpoint is pinned, and nothing deletes it."""
    checkpoint = load_named(request, key, chosen)
    review_checkpoint(
        actor=request.user,  # type: ignore[arg-type]
        checkpoint=checkpoint,
        decision=body.decision,
        note=body.note,
        unpin=body.unpin,
        seen=body.seen,
    )
    return checkpoint_detail(checkpoint)


@router.get(ONE, response=answers(CheckpointDetail, 404))
def read_checkpoint(
    request: HttpRequest, key: Path[CheckpointKey], chosen: Query[RootAsked]
) -> CheckpointDetail:
    """One checkpoint with all its metrics."""
    return checkpoint_detail(load_checkpoint(request, key, chosen))


@router.delete(ONE, response=answers(DeletedOut, 404, 409, 507), auth=needs(Scope.ADMIN))
def delete_checkpoint(
    request: HttpRequest, key: Path[CheckpointKey], chosen: Query[RootAsked]
) -> DeletedOut:
    """One checkpoint, with what lies below it, into the trash. For staff; a pinned one stays."""
    checkpoint = load_named(request, key, chosen)
    return deleted_out(delete_one(actor=request.user, checkpoint=checkpoint))


def narrowed(request: HttpRequest, filters: CheckpointFilters) -> QuerySet[Checkpoint]:
    data = asked(filters)
    data["gone"] = ["1" if filters.gone else "0"]
    if filters.complete is not None:
        data["complete"] = ["yes" if filters.complete else "no"]
    found = visible(request.user, Checkpoint.objects.order_by())
    return filtered(CheckpointFilter, data, found)


def checkpoints_page(found: QuerySet[Checkpoint], order: str, paging: Paging) -> dict[str, Any]:
    return page_answer(having(found, order, SPARSE), COLUMNS, order, paging, load_checkpoints)


def load_checkpoints(keys: list[Any]) -> list[CheckpointOut]:
    shown = Checkpoint.objects.select_related("root", "reviewed_by")
    rows = rows_in_order(shown.defer("search_text", "metrics", "config_name"), keys)
    return [checkpoint_out(checkpoint) for checkpoint in rows]


def of_name(request: HttpRequest, key: NameKey, chosen: RootAsked) -> QuerySet[Checkpoint]:
    """Those on disk. Raises CheckpointNotFound where there is none that may be seen."""
    place = {"project": key.project, "group": key.group, "name": key.name}
    found = visible(request.user, Checkpoint.objects.order_by()).filter(**place, gone_at=None)
    if chosen.root is not None:
        found = found.filter(root=chosen.root)
    if not found.exists():
        raise CheckpointNotFound
    return found


def latest_of(found: QuerySet[Checkpoint]) -> Checkpoint | None:
    """Of several roots, the one of the first."""
    latest = found.exclude(latest=Checkpoint.Latest.NO).select_related("root", "reviewed_by")
    return latest.order_by("root__position", "root", "-saved_at", "-pk").first()


def load_latest(request: HttpRequest, key: NameKey, chosen: RootAsked) -> Checkpoint:
    found = latest_of(of_name(request, key, chosen))
    if found is None:
        raise CheckpointNotFound("No checkpoint of this name is complete.")
    return found


def load_checkpoint(request: HttpRequest, key: CheckpointKey, chosen: RootAsked) -> Checkpoint:
    """Raises CheckpointNotFound."""
    if key.suffix == LATEST:
        return load_latest(request, key, chosen)
    return load_named(request, key, chosen)


def load_named(request: HttpRequest, key: CheckpointKey, chosen: RootAsked) -> Checkpoint:
    """Without `latest`: what is changed is called by its name. Raises CheckpointNotFound."""
    suffix = unmarked(key.suffix, WORDS)
    found = find_checkpoint(key.project, key.group, key.name, suffix, chosen.root)
    require_see(request.user, found, CheckpointNotFound)
    return found
