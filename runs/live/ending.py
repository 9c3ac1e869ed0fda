"""Whether this process is about to end: streams are woken, and say goodbye."""

from collections.abc import Iterator
from contextlib import contextmanager

from runs.files.watch import Bell


class Ending:
    """Begins once, in the thread of the event loop."""

    def __init__(self) -> None:
        self.begun = False
        self.bells: set[Bell] = set()

    @contextmanager
    def listen(self, bell: Bell) -> Iterator[None]:
        """Ring `bell` when it begins."""
        self.bells.add(bell)
        try:
            yield
        finally:
            self.bells.discard(bell)

    def begin(self) -> None:
        self.begun = True
        for bell in self.bells:
            bell.ring()


ending = Ending()
"""The one of this process."""
