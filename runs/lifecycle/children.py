"""Child processes of a process: started again when they die, ended with it."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
# A child that dies at once is started again, but not as fast as it can die.
PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)
HEALTHY_SECONDS = 30.0


def die_with_parent(parent: int) -> None:
    """Run in the child before exec: a killed parent takes it along. Linux only.

    By SIGKILL: a stuck child would not act on SIGTERM, and nobody is left to insist. All
    children are made to be killed at any moment.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # it died before the signal was asked for
        os._exit(1)


@dataclass
class Child:
    """One command that is to run; `failures` counts quick deaths in a row."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    start_again_at: float = field(default=0.0)

    def start(self) -> None:
        # In a session of its own: Ctrl-C reaches the parent alone, which ends both in order.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start it again where it has died and its pause is over."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.failures = 0 if now - self.started_at > HEALTHY_SECONDS else self.failures + 1
        pause = PAUSES_SECONDS[min(self.failures, len(PAUSES_SECONDS) - 1)]
        logger.warning("%s ended with %s; started again in %s s", self.name, code, pause)
        self.process, self.start_again_at = None, now + pause

    def terminate(self) -> None:
        if self.process:
            self.process.terminate()

    def end_within(self, seconds: float) -> None:
        """After `terminate`; SIGKILL where that has not helped within so long."""
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
