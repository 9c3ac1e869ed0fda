"""Take the next run from the queue, so that no two supervisors ever take the same."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from runs.contract.status import Status
from runs.events import take_sequence_lock
from runs.models import Run

# A supervisor that has not renewed for this long has lost its runs to whoever asks.
LEASE = timedelta(seconds=30)
# A run that its creation session still holds takes no slot, and is nobody's to take over.
SESSION_HOLDS = "session:"
CLAIMED = ~Q(claimed_by="") & ~Q(claimed_by__startswith=SESSION_HOLDS)
HELD = Q(status=Status.RUNNING) | Q(status=Status.PENDING) & CLAIMED


def claim_next(name: str) -> Run | None:
    """The most urgent, then oldest waiting run, if a slot is free; it is `name`'s from now."""
    with transaction.atomic():
        # counting and claiming must not interleave with another supervisor's
        take_sequence_lock()
        if Run.objects.filter(HELD).count() >= settings.FUSIONWEB_MAX_RUNNING:
            return None
        waiting = Run.objects.filter(status=Status.PENDING, claimed_by="")
        run = waiting.order_by("-priority", "created_at", "pk").first()
        if run and waiting.filter(pk=run.pk).update(**claim(name)):
            run.refresh_from_db()
            return run
    return None


def claim(name: str) -> dict[str, object]:
    return {"claimed_by": name, "claimed_until": timezone.now() + LEASE}


def take_over_abandoned(name: str, dead: list[str]) -> list[Run]:
    """Claim what supervisors in `dead` held, and whatever lease has run out."""
    abandoned = Run.objects.filter(HELD).exclude(claimed_by=name)
    abandoned = abandoned.filter(
        Q(claimed_by__in=dead) | Q(claimed_until__lt=timezone.now()) | Q(claimed_until=None)
    )
    taken = []
    for run in abandoned:
        mine = Run.objects.filter(pk=run.pk, claimed_by=run.claimed_by)
        if mine.update(**claim(name)):
            run.refresh_from_db()
            taken.append(run)
    return taken


def renew(name: str) -> None:
    Run.objects.filter(HELD, claimed_by=name).update(claimed_until=timezone.now() + LEASE)


def release(name: str) -> None:
    """On a clean end: the next supervisor need not wait for the lease to run out."""
    Run.objects.filter(HELD, claimed_by=name).update(claimed_until=timezone.now())
