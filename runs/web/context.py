"""What the frame around every page shows: slots, a live supervisor, alerts, where events begin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from runs.alerts.selectors import unacknowledged_count
from runs.checkpoints.selectors import waiting
from runs.events import latest_seq
from runs.lifecycle.selectors import QueueState, queue_state
from runs.models import Supervisor

COUNT_SECONDS = 60


@dataclass(frozen=True)
class FrameState:
    """`last_seen` is the newest heartbeat of any supervisor, asked only while none is alive;
    `alerts` how many wait for somebody to acknowledge them."""

    events_since: int
    now: datetime
    queue: QueueState
    last_seen: datetime | None
    alerts: int


def frame_state(request: HttpRequest) -> FrameState:
    """Asked once a request. A view that shows runs asks first, before it reads them: an event
    that falls between must come again over the socket rather than be missed."""
    state: FrameState | None = getattr(request, "_frame_state", None)
    if state is None:
        since = latest_seq()
        queue = queue_state()
        state = FrameState(
            events_since=since,
            now=timezone.now(),
            queue=queue,
            last_seen=None if queue.supervisor_alive else last_heartbeat(),
            alerts=unacknowledged_count(request.user),
        )
        request._frame_state = state  # type: ignore[attr-defined]
    return state


def last_heartbeat() -> datetime | None:
    return Supervisor.objects.values_list("heartbeat_at", flat=True).first()


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor; lazy, so that fragments and pages without the frame ask nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "frame": SimpleLazyObject(lambda: frame_state(request)),
        # called by a template that shows it
        "waiting_reviews": lambda: waiting_reviews(request),
    }


def waiting_reviews(request: HttpRequest) -> int:
    """How many checkpoints wait for a review; counted again only after an event."""
    key = f"waiting-reviews-{frame_state(request).events_since}"
    return int(cache.get_or_set(key, waiting().order_by().count, COUNT_SECONDS) or 0)
