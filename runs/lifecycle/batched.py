"""What a run tells the batch it belongs to, inside the transaction of its own change."""

import logging
from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runs.configuration.overrides import merge
from runs.contract.status import FINAL, Status
from runs.events import record_event
from runs.logs import fields as told
from runs.models import Batch, Iteration, Run

logger = logging.getLogger(__name__)


def subject_of(batch: Batch) -> str:
    return f"batch:{batch.pk}"


def announce(batch: Batch, kind: str, actor: User | None = None) -> None:
    """Tell of a status, or of what changed none. Part of a transaction."""
    record_event(
        topic="batches",
        kind=f"batch.{kind}",
        subject=subject_of(batch),
        payload=payload_of(batch),
        actor=actor,
        project=batch.project.slug,
    )


def payload_of(batch: Batch) -> dict[str, Any]:
    """What every event of a batch carries."""
    return {
        "id": batch.pk,
        "name": batch.name,
        "kind": str(batch.kind),
        "status": str(batch.status),
        "reason": batch.reason,
        "owner_id": batch.owner_id,
    }


def tell_batch(run: Run) -> None:
    """One update for each change of a run, and none for a run of no batch."""
    if run.batch_id is None:
        return
    if run.status == Status.RUNNING:
        begin(run.batch_id)
    elif run.status in FINAL:
        note_ended(run)


def note_ended(run: Run) -> None:
    """An analysis is due."""
    Batch.objects.filter(pk=run.batch_id).update(revision=F("revision") + 1)


def note_changed(batch_ids: Collection[str]) -> None:
    """The same where runs were deleted or came back."""
    if batch_ids:
        Batch.objects.filter(pk__in=batch_ids).update(revision=F("revision") + 1)


def take_place_again(run: Run) -> None:
    """A run that is back out of the trash belongs to its batch again, if no retry has taken its
    iteration meanwhile; else it is one of its own. Where A and B are the same, so are the runs."""
    if run.batch_id is None:
        return
    place = free_place(run)
    if place is None:
        run.batch = None
        run.save(update_fields=["batch"])
        return
    Iteration.objects.filter(pk=place.pk).update(run=run)
    note_ended(run)


def free_place(run: Run) -> Iteration | None:
    free = Iteration.objects.filter(batch=run.batch_id, run=None, seed=run.seed or 0)
    for iteration in free.select_related("batch").order_by("point"):
        batch = iteration.batch
        if merge(batch.overrides, batch.overrides_at(iteration.point)) == run.overrides:
            return iteration
    return None


def begin(batch_id: str) -> bool:
    """The first that runs makes its batch one that runs; False where it is already."""
    waiting = Batch.objects.filter(pk=batch_id, status=Status.PENDING)
    if not waiting.update(status=Status.RUNNING, started_at=timezone.now()):
        return False
    batch = Batch.objects.select_related("project").defer("config_text", "points", "result")
    changed(batch.get(pk=batch_id), Status.PENDING)
    return True


def changed(batch: Batch, before: str, actor: User | None = None) -> None:
    """Tell of a status that has just been written."""
    announce(batch, str(batch.status), actor)
    transaction.on_commit(
        partial(log_change, batch.pk, before, str(batch.status), str(batch.reason))
    )


def log_change(batch_id: str, before: str, to: str, reason: str) -> None:
    because = f" ({reason})" if reason else ""
    said = {"batch_id": batch_id, "from": before, "to": to, "reason": reason}
    logger.info("batch %s: %s to %s%s", batch_id, before, to, because, extra=told(**said))
