"""A run is in the tables before it may begin: until then its session holds it."""

from datetime import timedelta

from django.utils import timezone

from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.lifecycle.waiting import SESSION_HOLDS
from runs.models import CreationSession, Run

from .states import FINAL

# After this without its session, somebody looks what became of that.
HOLD = timedelta(minutes=5)


def holder(session: CreationSession) -> str:
    return f"{SESSION_HOLDS}{session.pk}"


def hold(run: Run, session: CreationSession) -> None:
    run.claimed_by, run.claimed_until = holder(session), timezone.now() + HOLD


def let_go(session: CreationSession) -> None:
    """From the end of this transaction on, a supervisor may claim it."""
    held = Run.objects.filter(pk=session.target, claimed_by=holder(session))
    held.update(claimed_by="", claimed_until=None)


def withdraw(session: CreationSession, to: Status, why: str) -> None:
    """A run whose session ends without it must not wait in the queue. Part of a transaction."""
    for run in Run.objects.filter(pk=session.target or None, claimed_by=holder(session)):
        transition(run, to=to, sources={Status.PENDING}, reason=f"its creation session {why}")


def withdraw_orphans() -> int:
    """Of runs that are held: those whose session has ended, or is no more; how many."""
    held = Run.objects.filter(status=Status.PENDING, claimed_by__startswith=SESSION_HOLDS)
    orphans = 0
    for run in held.filter(claimed_until__lt=timezone.now()):
        session_id = run.claimed_by.removeprefix(SESSION_HOLDS)
        under_way = CreationSession.objects.filter(pk=session_id).exclude(state__in=FINAL)
        if not under_way.exists():
            orphans += transition(
                run,
                to=Status.FAILED,
                sources={Status.PENDING},
                reason="its creation session is gone",
            )
    return orphans
