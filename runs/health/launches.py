"""How long runs waited from being asked for until they were started.

The supervisor that starts them is another process: each web process reads it from the events
since its last scrape, and so counts every launch of the lab since its own start.
"""

from collections.abc import Iterable
from threading import Lock

from prometheus_client import Histogram
from prometheus_client.core import Metric

from runs.events import latest_seq
from runs.models import Event, Run

STARTED = "run.running"
# Of a scrape that comes after days without any; the rest waits for the next one.
MOST_AT_ONCE = 2000

LAUNCH_SECONDS = Histogram(
    "fusionweb_launch_seconds",
    "From the creation of a run to its start, as seen by this web process.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 14400, 86400),
    registry=None,
)


class Launches:
    """What has been counted so far: up to the event `seq`, None before the first scrape."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.lock = Lock()

    def observe(self) -> None:
        with self.lock:
            if self.seq is None:
                self.seq = latest_seq()
                return
            started = Event.objects.filter(kind=STARTED, seq__gt=self.seq).order_by("seq")
            events = list(started.values_list("seq", "subject", "at")[:MOST_AT_ONCE])
            created = dict(
                Run.objects.filter(pk__in=[run for _, run, _ in events]).values_list(
                    "pk", "created_at"
                )
            )
            for seq, run, at in events:
                self.seq = seq
                if run in created:
                    LAUNCH_SECONDS.observe(max(0.0, (at - created[run]).total_seconds()))


KNOWN = Launches()


def launches() -> Iterable[Metric]:
    KNOWN.observe()
    return LAUNCH_SECONDS.collect()
