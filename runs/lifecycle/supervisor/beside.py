"""Work that may take long, beside the supervisor's loop."""

import logging
import threading

from django.db import connections

logger = logging.getLogger(__name__)


class Beside:
    """One round at a time, in a thread that dies with the process: every step may be killed."""

    name = "beside"

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin a round, unless the last one is still at work."""
        if self.thread is not None and self.thread.is_alive():
            return
        self.thread = threading.Thread(target=self.run, name=self.name, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.stopped.set()

    def run(self) -> None:
        try:
            self.work()
        except Exception:
            logger.exception("%s failed and will be tried again", self.name)
        finally:
            connections.close_all()

    def work(self) -> None:
        """One round."""
        raise NotImplementedError
