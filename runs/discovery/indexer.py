"""The process that follows all roots, beside the supervisor: a hung disk holds up no launch."""

import logging
import os
import signal
import threading
import time
from types import FrameType

from django.db import connections

from runs.files.inotify import Allowance
from runs.models import Root

from .background import Background
from .checkpoints import Checkpoints
from .claims import claimant
from .follow import Follower
from .jobs import Jobs
from .kinds import Kind
from .roots import configured_roots

logger = logging.getLogger(__name__)

NICENESS = 10
END_SECONDS = 2.0


def kind_of(root: Root) -> Kind:
    return Jobs() if root.kind == Root.Kind.STATUS else Checkpoints()


class Indexer:
    """Follows the configured roots until SIGTERM or SIGINT."""

    def __init__(self, *, use_inotify: bool = True) -> None:
        self.allowance = Allowance() if use_inotify else None
        self.stop = threading.Event()
        # Readable from the moment it is told to stop: waiting threads look at it as well.
        self.wake, self._waker = os.pipe()

    def end(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.stop.set()
        os.write(self._waker, b"x")

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.end)
        os.nice(NICENESS)
        threads: list[threading.Thread] = [self._start(root) for root in configured_roots()]
        threads.append(Background(claimant(), self.stop))
        threads[-1].start()
        # the threads have connections of their own
        connections.close_all()
        self.stop.wait()
        self._join(threads)

    def _start(self, root: Root) -> Follower:
        follower = Follower(
            root,
            kind_of(root),
            claimed_by=claimant(),
            stop=self.stop,
            wake=self.wake,
            allowance=self.allowance,
        )
        follower.start()
        return follower

    def _join(self, threads: list[threading.Thread]) -> None:
        """One that hangs in its disk is left behind, and nothing waits for it: it holds no lock."""
        deadline = time.monotonic() + END_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        hung = [thread.name for thread in threads if thread.is_alive()]
        if hung:
            logger.warning("left behind: %s", ", ".join(hung))
            os._exit(0)
