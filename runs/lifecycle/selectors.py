"""What pages and sockets ask about runs and the supervisor."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from runs.contract.status import Status
from runs.models import Run, Supervisor
from runs.models.supervisor import DOWN_AFTER

from .waiting import Place, places_of


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


def waiting_sentence(run: Run, state: QueueState, place: Place | None = None) -> str:
    """Why a pending run has not begun, as a person would say it."""
    if run.cancel_requested_at:
        return "cancelling"
    if not state.supervisor_alive:
        return "waiting: no supervisor is running"
    if run.claimed_by:
        return "starting"
    if run.reason:
        return run.reason
    place = place or place_of(run, state)
    if place.own_limit:
        return f"waiting: its batch uses {place.own_limit} of its own {place.own_limit} slots"
    behind = f", {ahead_words(place)}" if place.ahead else ", next in line"
    if state.running >= state.slots:
        return f"waiting: {state.running} of {state.slots} slots taken{behind}"
    return f"waiting for the supervisor{behind if place.ahead else ''}"


def place_of(run: Run, state: QueueState) -> Place:
    """Its place in the queue; that of one which is being started is the first."""
    return places_of([run], state.slots).get(run.pk, Place(0))


def ahead_words(place: Place) -> str:
    words = f"{place.ahead:,}{' or more' if place.or_more else ''} ahead of you"
    if not place.urgent:
        return words
    of_them = "" if place.urgent == place.ahead else f"{place.urgent:,} of them "
    return f"{words}, {of_them}of higher priority"


def is_stale(run: Run) -> bool:
    """Said to be running, but nobody has seen it for longer than a heartbeat may take."""
    seen = run.verified_at or run.started_at
    limit = timedelta(seconds=settings.FUSIONWEB_STALE_SECONDS)
    return run.status == Status.RUNNING and seen is not None and timezone.now() - seen > limit


def stale_sentence(run: Run) -> str:
    seen = run.verified_at or run.started_at
    minutes = int((timezone.now() - seen).total_seconds() // 60) if seen else 0
    return f"no sign of it for {minutes:,} min"


def sentence(run: Run, state: QueueState, place: Place | None = None) -> str:
    """The sentence beside the status: why it is what it is.

    `place` is the run's in the queue where a list knows it already.
    """
    if run.status == Status.PENDING:
        return waiting_sentence(run, state, place)
    if run.status == Status.RUNNING and run.cancel_requested_at:
        return "cancelling: SIGTERM sent, waiting for it to end"
    if is_stale(run):
        return stale_sentence(run)
    return run.reason
