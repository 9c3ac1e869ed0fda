"""What pages and sockets ask about runs and the supervisor."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from runs.contract.status import Status
from runs.models import Run, Supervisor
from runs.models.supervisor import DOWN_AFTER

# Past this nobody counts any more, and a list stays quick however long the queue is.
COUNTED_AHEAD = 1000


@dataclass(frozen=True)
class QueueState:
    """Slots, who holds them, and whether somebody hands them out."""

    running: int
    slots: int
    pending: int
    supervisor_alive: bool


def live_supervisors() -> list[Supervisor]:
    return list(Supervisor.objects.filter(heartbeat_at__gt=timezone.now() - DOWN_AFTER))


def queue_state() -> QueueState:
    counts = dict(
        Run.objects.filter(status__in=[Status.PENDING, Status.RUNNING])
        .values_list("status")
        .annotate(Count("pk"))
        .order_by()
    )
    alive = live_supervisors()
    slots = alive[0].slots if alive else settings.FUSIONWEB_MAX_RUNNING
    return QueueState(
        running=counts.get(Status.RUNNING, 0),
        slots=slots,
        pending=counts.get(Status.PENDING, 0),
        supervisor_alive=bool(alive),
    )


def queue_position(run: Run) -> int:
    """How many pending runs are before this one: higher priority, or as high and older."""
    before = Q(priority__gt=run.priority) | Q(priority=run.priority) & (
        Q(created_at__lt=run.created_at) | Q(created_at=run.created_at, pk__lt=run.pk)
    )
    return Run.objects.filter(before, status=Status.PENDING).count()


def queue_positions() -> dict[str, int]:
    """For the first `COUNTED_AHEAD` pending runs, by id, how many are before each: one query."""
    queue = Run.objects.filter(status=Status.PENDING).order_by("-priority", "created_at", "pk")
    return {pk: n for n, pk in enumerate(queue.values_list("pk", flat=True)[:COUNTED_AHEAD])}


def waiting_sentence(run: Run, state: QueueState, ahead: int | None = None) -> str:
    """Why a pending run has not begun, as a person would say it."""
    if run.cancel_requested_at:
        return "cancelling"
    if not state.supervisor_alive:
        return "waiting: no supervisor is running"
    if run.claimed_by:
        return "starting"
    if run.reason:
        return run.reason
    if ahead is None:
        ahead = queue_position(run)
    behind = f", {ahead_words(ahead)} ahead of you" if ahead else ", next in line"
    if state.running >= state.slots:
        return f"waiting: {state.running} of {state.slots} slots taken{behind}"
    return f"waiting for the supervisor{behind if ahead else ''}"


def ahead_words(ahead: int) -> str:
    return f"{ahead:,}" if ahead < COUNTED_AHEAD else f"{COUNTED_AHEAD:,} or more"


def is_stale(run: Run) -> bool:
    """Said to be running, but nobody has seen it for longer than a heartbeat may take."""
    seen = run.verified_at or run.started_at
    limit = timedelta(seconds=settings.FUSIONWEB_STALE_SECONDS)
    return run.status == Status.RUNNING and seen is not None and timezone.now() - seen > limit


def stale_sentence(run: Run) -> str:
    seen = run.verified_at or run.started_at
    minutes = int((timezone.now() - seen).total_seconds() // 60) if seen else 0
    return f"no sign of it for {minutes:,} min"


def sentence(run: Run, state: QueueState, ahead: int | None = None) -> str:
    """The sentence beside the status: why it is what it is.

    `ahead` is the run's place in the queue where a list knows it already.
    """
    if run.status == Status.PENDING:
        return waiting_sentence(run, state, ahead)
    if run.status == Status.RUNNING and run.cancel_requested_at:
        return "cancelling: SIGTERM sent, waiting for it to end"
    if is_stale(run):
        return stale_sentence(run)
    return run.reason
