"""Clean-up that may take long, beside the supervisor's loop: trash, leftovers, retention."""

import logging
import threading

from django.db import connections

from runs.cleanup.automatic import apply_automatic
from runs.cleanup.emptying import empty_trash
from runs.cleanup.old_events import forget_old_events

from .sweep import remove_half_made

logger = logging.getLogger(__name__)


class Cleaner:
    """One round at a time, in a thread that dies with the process: every step may be killed."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin a round, unless the last one is still at work."""
        if self.thread is not None and self.thread.is_alive():
            return
        self.thread = threading.Thread(target=self.run, name="clean-up", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.stopped.set()

    def run(self) -> None:
        try:
            self.work()
        except Exception:
            logger.exception("clean-up failed and will be tried again")
        finally:
            connections.close_all()

    def work(self) -> None:
        remove_half_made()
        empty_trash(self.stopped.is_set)
        apply_automatic(self.stopped.is_set)
        forget_old_events(self.stopped.is_set)
