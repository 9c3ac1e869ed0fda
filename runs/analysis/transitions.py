"""Where a batch's status is written: by its runs as they begin, and here.

Every change is an update under the condition of what it comes from, with the event that tells
of it, in one transaction. Whoever loses a race changes nothing and hears False.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runs.contract.status import ACTIVE, FINAL, Status
from runs.lifecycle.batched import announce, begin, changed, note_ended, subject_of
from runs.models import Batch

__all__ = ["announce", "begin", "conclude", "correct", "note_ended", "reopen", "subject_of"]


def conclude(batch: Batch, *, to: Status, reason: str) -> bool:
    """End it as `batch` was read; False where it has ended, or a run of it has changed, since."""
    if to not in FINAL:
        raise ValueError(f"{to} ends nothing")
    before, values = batch.status, {"status": to, "reason": reason[:500]}
    as_read = Batch.objects.filter(pk=batch.pk, status__in=ACTIVE, revision=batch.revision)
    with transaction.atomic():
        if not as_read.update(ended_at=timezone.now(), **values):
            return False
        batch.refresh_from_db(fields=["status", "reason", "ended_at"])
        changed(batch, before)
    return True


def correct(batch: Batch, *, to: Status, reason: str) -> bool:
    """What it ended as, where a run of it that was lost has been found since; False where another
    run has changed meanwhile."""
    before, values = batch.status, {"status": to, "reason": reason[:500]}
    as_read = Batch.objects.filter(pk=batch.pk, status=before, revision=batch.revision)
    with transaction.atomic():
        if before not in {Status.COMPLETED, Status.FAILED} or not as_read.update(**values):
            return False
        batch.refresh_from_db(fields=["status", "reason"])
        changed(batch, before)
    return True


def reopen(batch: Batch, actor: User) -> bool:
    """It runs again, and what was asked of it before is forgotten; True where it had ended.

    Part of a transaction that gives it something to run.
    """
    before = batch.status
    Batch.objects.filter(pk=batch.pk).update(revision=F("revision") + 1, analysis_attempts=0)
    reopened = Batch.objects.filter(pk=batch.pk, status__in=FINAL).update(
        status=Status.RUNNING,
        reason="",
        ended_at=None,
        cancel_requested_at=None,
        cancel_requested_by=None,
    )
    batch.refresh_from_db()
    if reopened:
        changed(batch, before, actor)
    return bool(reopened)
