"""The processes that analyse batches, started where one is due; they end themselves when idle."""

import sys
import time
from pathlib import Path

from django.conf import settings

from runs.analysis.claims import AT_ONCE, analysts_wanted
from runs.lifecycle.children import Child

LOOK_SECONDS = 0.5
END_SECONDS = 1.0


def analyst_child(number: int) -> Child:
    """Statistics take memory and seconds: neither may hold up a launch."""
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    return Child(f"analyst {number}", [sys.executable, manage, "analyse"])


class Analysts:
    """At most two, and the second only while a first has enough to do."""

    def __init__(self) -> None:
        self.children = [analyst_child(number) for number in range(1, AT_ONCE + 1)]
        self.next_look = 0.0

    def look(self) -> None:
        """Called at every step of the supervisor: mostly the clock is read and nothing done."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_SECONDS
        running = [child for child in self.children if is_running(child)]
        if len(running) < analysts_wanted():
            next(child for child in self.children if child not in running).look()

    def stop(self) -> None:
        """What they were at is taken up again by whoever comes next."""
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.end_within(END_SECONDS)


def is_running(child: Child) -> bool:
    """One that died is started again after a pause, one that found nothing more to do is not."""
    if child.process and child.process.poll() == 0:
        child.process = None
    elif child.process and child.process.poll() is not None:
        child.look()
    return child.process is not None
