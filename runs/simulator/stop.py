"""Notice that a signal asks for the end, and end at a point of our own choosing."""

import signal
from types import FrameType

from runs.simulator.errors import Stopped


class StopRequest:
    """The handler only sets a flag: what it interrupts may be writing a file."""

    def __init__(self) -> None:
        self.signal_number: int | None = None

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal_number is None:
            self.signal_number = number

    def check(self) -> None:
        """Raises Stopped once a signal has arrived."""
        if self.signal_number is not None:
            raise Stopped(self.signal_number)
