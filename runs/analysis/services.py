"""What people order of batches: create, cancel, retry what failed, delete.

The services check before they create, so that nothing is ever half there.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from runs.access import require_act_on
from runs.cleanup.deletion import Size, discard_runs, run_size
from runs.cleanup.trash import Deleted
from runs.contract.status import ACTIVE, DELETABLE, FINAL, STOPPABLE, Status
from runs.errors import (
    BatchAlreadyCreated,
    BatchAlreadyFinished,
    BatchNotFound,
    BatchStillActive,
    Conflict,
)
from runs.lifecycle.places import require_disk_space
from runs.lifecycle.projects import project_of_slug
from runs.lifecycle.services import check_program
from runs.lifecycle.transitions import announce_all
from runs.models import Batch, Iteration, Run
from runs.models.run import new_run_id

from .checking import Checked, check_batch, require_space_for
from .making import MADE_AT_ONCE, Wanted, next_wanted, prepared
from .requests import BatchRequest, parameters_of
from .transitions import announce, conclude, reopen

logger = logging.getLogger(__name__)

CANCELLED_BEFORE = "cancelled before it started"
# One transaction, one entry of the trash.
DELETED_AT_ONCE = 100
NOTHING_LEFT_OVER: dict[str, Any] = {"signalled": [], "still_alive": [], "all_gone": True}


def create_batch(
    *, owner: User, request: BatchRequest, actor: User | None = None, batch_id: str = ""
) -> Batch:
    """Queue all of its runs, the first 1,000 at once. Raises InvalidInput, NotFound or
    DiskSpaceInsufficient, creating nothing.

    A `batch_id` given twice makes one batch: the second time raises BatchAlreadyCreated.
    """
    return create(owner, request, actor or owner, batch_id, new_project=False)


def create_batch_in_project(
    *, owner: User, request: BatchRequest, actor: User | None = None, batch_id: str = ""
) -> Batch:
    """The same in the project of that slug, made where missing; both or neither."""
    return create(owner, request, actor or owner, batch_id, new_project=True)


def create(
    owner: User, request: BatchRequest, actor: User, batch_id: str, *, new_project: bool
) -> Batch:
    checked = check_batch(owner, request)
    require_space_for(checked, request.num_iterations)
    batch = new_batch(owner, request, checked, batch_id)
    wanted = next_wanted(batch, MADE_AT_ONCE)
    # the files are written before the transaction: nobody else can write while it lasts
    with prepared(batch, wanted) as chunk, transaction.atomic():
        if new_project:
            batch.project = project_of_slug(request.run.project.slug, owner, actor)
        batch.made = len(wanted)
        insert(batch)
        announce(batch, "created", actor)
        chunk.insert()
    return batch


def new_batch(owner: User, request: BatchRequest, checked: Checked, batch_id: str) -> Batch:
    """The row as it would be, not saved yet."""
    run = request.run
    return Batch(
        pk=batch_id or new_run_id(),
        kind=request.kind,
        project=run.project,
        group=run.group,
        name=run.name,
        program=run.program,
        template=run.template,
        owner=owner,
        config_text=checked.text,
        overrides=run.overrides,
        points=[point.to_json() for point in checked.points],
        parameters=parameters_of(request),
        metrics=list(request.metrics),
        num_iterations=request.num_iterations,
        base_seed=request.base_seed,
        priority=run.priority,
        max_running=request.max_running,
        resources=run.resources or run.program.resources,
        tags=list(run.tags),
        notes=run.notes,
    )


def insert(batch: Batch) -> None:
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError as error:
        if not Batch.objects.filter(pk=batch.pk).exists():
            raise
        raise BatchAlreadyCreated("This batch has been created already.") from error


def cancel_batch(*, actor: User, batch: Batch, grace_seconds: float | None = None) -> None:
    """Cancel what waits at once, order the supervisor to stop what runs; no more runs are made.

    Where nothing runs it has ended with that. Asking twice is fine.
    Raises BatchAlreadyFinished, NotAllowed, BatchNotFound.
    """
    require_act_on(actor, batch)
    grace = settings.FUSIONWEB_GRACE_SECONDS if grace_seconds is None else grace_seconds
    with transaction.atomic():
        locked(batch)
        if batch.is_final:
            raise BatchAlreadyFinished(f"This batch has already ended: {batch.status}.")
        order_end(batch, actor)
        cancelled = cancel_waiting(batch, actor)
        stopping = order_stops(batch, actor, grace)
        if cancelled:
            Batch.objects.filter(pk=batch.pk).update(revision=batch.revision + 1)
        batch.refresh_from_db(fields=["revision", "cancel_requested_at", "cancel_requested_by"])
        announce(batch, "cancel_requested", actor)
        if not stopping:
            conclude(batch, to=Status.CANCELLED, reason=cancelled_reason(batch))


def locked(batch: Batch) -> None:
    """The row as it is now; nobody changes it before this transaction ends."""
    fresh = Batch.objects.select_for_update(of=("self",)).filter(pk=batch.pk)
    if not fresh.exists():
        raise BatchNotFound
    batch.refresh_from_db(from_queryset=fresh.select_related("project", "program", "owner"))


def order_end(batch: Batch, actor: User) -> None:
    Batch.objects.filter(pk=batch.pk, cancel_requested_at=None).update(
        cancel_requested_at=timezone.now(), cancel_requested_by=actor.pk
    )


def cancel_waiting(batch: Batch, actor: User) -> int:
    """What no supervisor has claimed ends in one update; how many these were."""
    now = timezone.now()
    waiting = Run.objects.filter(batch=batch, status=Status.PENDING, claimed_by="")
    number = waiting.update(
        status=Status.CANCELLED,
        reason=CANCELLED_BEFORE,
        verified_at=now,
        ended_at=now,
        cancel_requested_at=now,
        cancel_requested_by=actor.pk,
        cancel_receipt=NOTHING_LEFT_OVER,
    )
    if number:
        ended = Run.objects.filter(batch=batch, status=Status.CANCELLED, cancel_requested_at=now)
        announce_all(in_order(ended), "cancelled")
        logger.info("batch %s: %s waiting runs cancelled", batch.pk, number)
    return number


def order_stops(batch: Batch, actor: User, grace: float) -> int:
    """How many still run, each of which has been told to end."""
    now = timezone.now()
    running = Run.objects.filter(batch=batch, status__in=STOPPABLE)
    number = running.update(
        cancel_requested_at=now, cancel_requested_by=actor.pk, cancel_grace_seconds=grace
    )
    if number:
        announce_all(in_order(running), "cancel_requested")
    return number


def in_order(runs: Any) -> list[Run]:
    few = ("id", "name", "status", "reason", "owner", "batch", "project__slug")
    return list(runs.select_related("project").only(*few).order_by("created_at", "pk"))


def cancelled_reason(batch: Batch) -> str:
    done = Run.objects.filter(batch=batch, status=Status.COMPLETED).count()
    return f"{done:,} of {batch.total:,} completed before it was cancelled"


def retry_failed(*, actor: User, batch: Batch) -> int:
    """New runs in the place of those that did not complete, at most 1,000 at a time; how many.

    Others may still run; of a batch that was cancelled, what was never made is made as well.
    Raises Conflict where there is nothing to retry or it is being cancelled, NotAllowed,
    BatchNotFound, InvalidInput, DiskSpaceInsufficient.
    """
    require_act_on(actor, batch)
    check_program(batch.program)
    require_disk_space()
    found = retryable(batch)
    refuse_retry(batch, found)
    with prepared(batch, [wanted for _, wanted in found]) as chunk, transaction.atomic():
        locked(batch)
        refuse_retry(batch, found)
        refuse_changed(found)
        Run.objects.filter(pk__in=[each.replaces for _, each in found]).update(batch=None)
        reopen(batch, actor)
        chunk.insert()
        announce(batch, "retried", actor)
    return len(found)


def retryable(batch: Batch) -> list[tuple[Iteration, Wanted]]:
    """Iterations whose run ended without completing, or was deleted before it was measured."""
    unfinished = Q(run__status__in=FINAL - {Status.COMPLETED})
    deleted = Q(run=None, metrics__isnull=True)
    rows = Iteration.objects.filter(unfinished | deleted, batch=batch).order_by("number", "point")
    return [(row, wanted_again(row)) for row in rows[:MADE_AT_ONCE]]


def wanted_again(row: Iteration) -> Wanted:
    salt = "" if row.run_id else new_run_id()
    return Wanted(row.point, row.number, row.run_id or "", salt)


def refuse_retry(batch: Batch, found: list[tuple[Iteration, Wanted]]) -> None:
    if batch.status in ACTIVE and batch.cancel_requested_at:
        raise Conflict("This batch is being cancelled. Retry once it has ended.")
    if not found and not (batch.is_final and batch.made < batch.total):
        raise Conflict("There is nothing to retry: no run of this batch has failed.")


def refuse_changed(found: list[tuple[Iteration, Wanted]]) -> None:
    """Two who ask at once must not make two runs for one iteration."""
    keys = [row.pk for row, _ in found]
    now = dict(Iteration.objects.filter(pk__in=keys).values_list("pk", "run_id"))
    if any(now.get(row.pk) != row.run_id for row, _ in found):
        raise Conflict("Somebody else has just retried this batch. Look again.")


def batch_size(batch: Batch) -> Size:
    """Files and bytes of its runs, their checkpoints included, measured on disk."""
    sizes = [run_size(run) for run in runs_of(batch).iterator(DELETED_AT_ONCE)]
    return Size(sum(size.files for size in sizes), sum(size.size_bytes for size in sizes))


def runs_of(batch: Batch) -> QuerySet[Run]:
    return Run.objects.filter(batch=batch).select_related("project", "program", "owner")


def delete_batch(*, actor: User, batch: Batch, reason: str = "") -> Deleted:
    """Its runs go into the trash, a hundred at a time, then the batch itself for good.

    A run that cannot go, such as one that another resumes from, stays as a run of its own and is
    named, and so are pinned checkpoints. Killed half-way, it goes on when asked again.
    Raises BatchStillActive, NotAllowed, BatchNotFound.
    """
    require_act_on(actor, batch)
    refuse_active(batch)
    parts: list[Deleted] = []
    staying: list[str] = []
    while runs := list(runs_of(batch).exclude(pk__in=staying)[:DELETED_AT_ONCE]):
        part = discard_runs(runs, label=label_of(batch, runs), actor=actor, reason=reason)
        left = Run.objects.filter(pk__in=[run.pk for run in runs])
        staying += left.values_list("pk", flat=True)
        parts.append(part)
    remove_row(batch, actor)
    return together(batch, parts)


def label_of(batch: Batch, runs: list[Run]) -> str:
    place = f"{batch.project.slug}/{batch.group}/{batch.name}"
    first = runs[0].pk if len(runs) == 1 else f"{runs[0].pk} and {len(runs) - 1:,} more"
    return f"{place} {first}, of batch {batch.pk}"


def together(batch: Batch, parts: list[Deleted]) -> Deleted:
    trash_ids = [pk for part in parts for pk in part.trash_ids]
    return Deleted(
        files=sum(part.files for part in parts),
        size_bytes=sum(part.size_bytes for part in parts),
        trash_id=trash_ids[0] if trash_ids else 0,
        label=batch.name,
        kept=[sentence for part in parts for sentence in part.kept],
        more=trash_ids[1:],
    )


def refuse_active(batch: Batch) -> None:
    still = Run.objects.filter(batch=batch).exclude(status__in=DELETABLE)
    if not batch.is_final or still.exists():
        raise BatchStillActive("This batch has not ended. Cancel it first.")


def remove_row(batch: Batch, actor: User) -> None:
    with transaction.atomic():
        locked(batch)
        refuse_active(batch)
        announce(batch, "deleted", actor)
        Batch.objects.filter(pk=batch.pk).delete()
