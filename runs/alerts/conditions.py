"""What lasts: looked at by the clock, raised when it begins and ended when it does."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from runs.alerts.services import end_alert, forget_old_alerts, raise_alert
from runs.alerts.stale import watch_stale_jobs
from runs.discovery.roots import configured_roots
from runs.lifecycle.selectors import live_supervisors
from runs.models import Alert, Root
from runs.models import Supervisor as SupervisorRow

# A disk at the very limit must not be raised and ended with every file that comes and goes.
HYSTERESIS_POINTS = 2
SUPERVISOR_CAUSE = "supervisor"


@dataclass(frozen=True)
class Condition:
    message: str
    address: str = ""


def look_at_conditions() -> None:
    """Of the supervisor's machine: disks, roots, silent jobs."""
    keep_in_step(Alert.Kind.ROOT_MISSING, missing_roots())
    watch_stale_jobs()
    keep_in_step(Alert.Kind.DISK_NEARLY_FULL, full_disks())
    forget_old_alerts()


def keep_in_step(kind: Alert.Kind, current: dict[str, Condition]) -> None:
    """Raise what has begun and end what has: `current` is all that is so now, by cause."""
    known = open_causes(kind)
    for cause in known - current.keys():
        end_alert(cause)
    for cause in current.keys() - known:
        condition = current[cause]
        raise_alert(cause=cause, kind=kind, message=condition.message, address=condition.address)


def open_causes(kind: Alert.Kind) -> set[str]:
    return set(Alert.objects.filter(kind=kind, over_at=None).values_list("cause", flat=True))


def missing_roots() -> dict[str, Condition]:
    words = {Root.State.MISSING: "is missing", Root.State.HELD: "is held back"}
    return {
        f"root:{root.pk}:{root.state}": Condition(
            f"{root.path} {words[Root.State(root.state)]}: {root.reason or 'see its page'}",
            reverse("root_list"),
        )
        for root in configured_roots()
        if root.state in words
    }


def full_disks() -> dict[str, Condition]:
    """File systems that hold a root or the data folder, each once, by its device number."""
    known = open_causes(Alert.Kind.DISK_NEARLY_FULL)
    found: dict[str, Condition] = {}
    for path in watched_paths():
        try:
            cause = f"disk:{path.stat().st_dev}"
            usage = shutil.disk_usage(path)
        except OSError:
            # a missing root is an alert of its own
            continue
        percent = used_percent(usage.used, usage.free)
        limit = settings.FUSIONWEB_DISK_ALERT_PERCENT
        if percent >= limit - (HYSTERESIS_POINTS if cause in known else 0):
            free = f"{usage.free / 1e9:,.1f} GB free"
            message = f"The disk that holds {path} is {percent:.0f} % full, {free}"
            found.setdefault(cause, Condition(message, reverse("usage")))
    return found


def used_percent(used: int, free: int) -> float:
    """Of what may be used: `free` leaves out what is reserved for root, as `df` does."""
    return 100 * used / (used + free) if used + free else 0.0


def watched_paths() -> Iterable[Path]:
    folders = [*settings.FUSIONWEB_STATUS_DIRS, *settings.FUSIONWEB_CHECKPOINT_DIRS]
    return [Path(settings.FUSIONWEB_DATA), *map(Path, folders)]


class SupervisorWatch:
    """Asked regularly by the web process, which alone is there to tell of it.

    A supervisor that is started again is down for a moment: only the second look counts.
    """

    def __init__(self) -> None:
        self.looks_without = 0

    def look(self) -> None:
        self.looks_without = 0 if live_supervisors() else self.looks_without + 1
        down = self.looks_without > 1
        current = {SUPERVISOR_CAUSE: Condition(no_supervisor_words(), "/")} if down else {}
        if down or not self.looks_without:
            keep_in_step(Alert.Kind.SUPERVISOR_DOWN, current)


def no_supervisor_words() -> str:
    last = SupervisorRow.objects.first()
    seen = f"the last sign of one was at {clock(last.heartbeat_at)} on {last.host}" if last else ""
    return f"No supervisor is running{seen and '; '}{seen}"


def clock(when: datetime) -> str:
    return f"{timezone.localtime(when):%H:%M:%S %Z}"
