"""Keep child processes running, and end them together."""

import signal
import time
from types import FrameType

from runs.lifecycle.children import Child

STOP_SECONDS = 5.0
LOOK_SECONDS = 0.1


class Keeper:
    """Runs its children until SIGTERM, SIGINT or SIGHUP; `end` then ends them."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.children = [Child(name, command) for name, command in commands.items()]
        self.stopping = False

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        for child in self.children:
            child.start()

    def look(self) -> None:
        """Start again what has died, then rest a moment."""
        for child in self.children:
            child.look()
        time.sleep(LOOK_SECONDS)

    def keep(self) -> None:
        while not self.stopping:
            self.look()

    def end(self) -> None:
        """Within five seconds; what does not end by itself is killed."""
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS - 0.5
        for child in self.children:
            child.end_within(max(0.0, deadline - time.monotonic()))
