"""What the indexer does besides, when nothing else is to be done: sizes, and words to search."""

import logging
import os
import sys
import threading

from django.db import close_old_connections, connection

from runs.search import index_for_search

from .measure import measure_some

logger = logging.getLogger(__name__)

ROWS_A_STEP = 200
# Between two steps others get the processor and the right to write.
PAUSE_SECONDS = 0.05
IDLE_SECONDS = 5.0
FAULT_PAUSE_SECONDS = 30.0
LOWEST_PRIORITY = 19


class Background(threading.Thread):
    """Works until `stop` is set; a directory that hangs holds nobody else up."""

    def __init__(self, claimed_by: str, stop: threading.Event) -> None:
        super().__init__(name="background", daemon=True)
        self.claimed_by = claimed_by
        self.stop = stop

    def run(self) -> None:
        if sys.platform == "linux":
            # threads have priorities of their own there
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_PRIORITY)
        while not self.stop.wait(self._attempt_step()):
            pass
        connection.close()

    def _attempt_step(self) -> float:
        """Seconds until the next one."""
        try:
            return PAUSE_SECONDS if self.step() else IDLE_SECONDS
        except Exception:
            logger.exception("measuring failed and will be tried again")
            close_old_connections()
            return FAULT_PAUSE_SECONDS

    def step(self) -> int:
        """How many rows were done; 0 when all are."""
        return index_for_search() + measure_some(ROWS_A_STEP, claimed_by=self.claimed_by)
