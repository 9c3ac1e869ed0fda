"""How far a run is, read from its progress file: the one source for every part of its page."""

import threading
from datetime import tzinfo
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from runs.contract.layout import PROGRESS
from runs.contract.progress import ProgressReader
from runs.executed import Executed, confined
from runs.files.regular import Confined
from runs.models import Run


class Follower:
    """One progress file, read on from where the last question left off, by one at a time."""

    def __init__(self, path: Confined, zone: tzinfo | None) -> None:
        self._reader = ProgressReader(path, zone=zone)
        self._lock = threading.Lock()

    def state(self) -> dict[str, Any]:
        with self._lock:
            self._reader.poll()
            return {**self._reader.state.to_json(), "offset": self._reader.lines.offset}


@lru_cache(maxsize=64)
def follower(path: Confined, zone: tzinfo | None) -> Follower:
    return Follower(path, zone)


def progress_of(executed: Executed) -> dict[str, Any]:
    """`ProgressState.to_json()`, with the `offset` read to, and `left_seconds` from now.

    Where the file is gone but a run had one, what was last read of it.
    """
    zone = None if isinstance(executed, Run) else settings.FUSIONWEB_CLUSTER_TIME_ZONE
    state = follower(confined(executed, PROGRESS), zone).state()
    known = executed.progress if isinstance(executed, Run) else {}
    if not state["events"] and known.get("events"):
        state = {**state, **known, "offset": 0}
    return {**state, "left_seconds": left_seconds(state)}


def left_seconds(state: dict[str, Any]) -> float | None:
    """The estimate was made when the last event came; time has passed since."""
    eta, updated = state["eta_seconds"], parse_datetime(state["updated_at"] or "")
    if eta is None or updated is None:
        return None
    return max(0.0, eta - (timezone.now() - updated).total_seconds())
