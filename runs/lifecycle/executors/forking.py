"""The local executor's end of the shim server: asks for a shim, and is told who it is."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from runs.lifecycle import shim_server
from runs.lifecycle.process_tree import LINUX, RUN_DIR_MARK, RUN_ID_MARK

SERVER = Path(shim_server.__file__).resolve()
# A server that cannot say anything for so long hangs, and is done without.
ANSWER_SECONDS = 5.0
# So long after it died or could not be started, shims are started one by one.
REST_SECONDS = 10.0
# What hangs in a disk dies later, and is not waited for.
DEATH_SECONDS = 1.0
ANSWER_BYTES = 8192
# Signals that a shim, and so what it is forked from, must not get before it listens.
HELD_BACK = {signal.SIGTERM, signal.SIGINT}


class ServerGone(Exception):
    """It is not there, or did not answer. Whether it has forked, the directory's lock tells."""


@dataclass(frozen=True)
class Forked:
    pid: int
    start_ticks: int


class ShimServer:
    """At most one server, started when it is first asked. Safe to use from several threads."""

    def __init__(
        self, answer_seconds: float = ANSWER_SECONDS, rest_seconds: float = REST_SECONDS
    ) -> None:
        self._answer_seconds, self._rest_seconds = answer_seconds, rest_seconds
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._rests_until = 0.0

    def fork(self, launch_file: Path, lock: int, errors: int) -> Forked:
        """A shim that goes by `launch_file`, holding `lock`, its stderr going to `errors`.

        Raises ServerGone, and OSError where the server says that it cannot fork.
        """
        with self._one_at_a_time:
            connection = self._connected()
            try:
                socket.send_fds(connection, [os.fsencode(launch_file)], [lock, errors])
                answer = connection.recv(ANSWER_BYTES)
            except OSError as error:
                raise self._given_up(str(error)) from error
            if not answer:
                raise self._given_up("it has died")
        content = json.loads(answer)
        if "error" in content:
            raise OSError(content["error"])
        return Forked(**content)

    @property
    def pid(self) -> int | None:
        """Of the server, while there is one."""
        return self._process.pid if self._process else None

    def _connected(self) -> socket.socket:
        if self._connection is not None:
            return self._connection
        if not LINUX or time.monotonic() < self._rests_until:
            raise ServerGone
        try:
            self._connection = self._start()
        except OSError as error:
            raise self._given_up(str(error)) from error
        return self._connection

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(self._answer_seconds)
        with theirs:
            command = [sys.executable, "-I", "-S", str(SERVER), str(theirs.fileno())]
            self._process = start_detached(command, theirs.fileno(), None)
        return ours

    def _given_up(self, reason: str) -> ServerGone:
        """Killed, should it only hang: what it would still fork, nobody would know of."""
        self._rests_until = time.monotonic() + self._rest_seconds
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(DEATH_SECONDS)
            self._process = None
        return ServerGone(reason)


def start_detached(
    command: list[str], descriptor: int, errors: int | None
) -> subprocess.Popen[bytes]:
    """A process that outlives us: in a session of its own, in no directory, without our marks.

    It inherits `descriptor`, and writes to `errors` (None: where we do).
    """
    # Blocked until the shim listens: a cancel that comes at once must not kill it dumb.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    try:
        return subprocess.Popen(
            command,
            cwd="/",
            env=unmarked_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            pass_fds=(descriptor,),
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def unmarked_environment() -> dict[str, str]:
    """A shim that bore the mark of another run would be ended with that one."""
    return {k: v for k, v in os.environ.items() if k not in (RUN_DIR_MARK, RUN_ID_MARK)}
