"""Work beside a process's own, each in a thread: a slow mail server or a hung disk holds up
itself alone."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

# All of a process together must not keep it from ending within five seconds.
END_SECONDS = 0.5


class Repeated:
    """Calls `step` every `seconds`, and again at once while it says that there is more.

    A fault is logged and the step repeated later. Used as a context: ends with it, without
    waiting long for a step that hangs.
    """

    def __init__(self, name: str, step: Callable[[], bool | None], seconds: float) -> None:
        self.name = name
        self.step = step
        self.seconds = seconds
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "Repeated":
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ending.set()
        self.thread.join(END_SECONDS)

    def _run(self) -> None:
        try:
            while not self.ending.is_set():
                more = self._attempt()
                self.ending.wait(0 if more else self.seconds)
        finally:
            connection.close()

    def _attempt(self) -> bool:
        try:
            close_old_connections()
            return bool(self.step())
        except Exception:
            logger.exception("%s: a step failed and will be repeated", self.name)
            return False
