"""Runs on this machine: the shim as a process of its own that outlives us."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runs.errors import LaunchFailed, PassingFault
from runs.lifecycle import processes
from runs.lifecycle.executors.base import Executor, Launched, LaunchSpec, Probe
from runs.lifecycle.executors.forking import ServerGone, ShimServer, start_detached
from runs.lifecycle.processes import ProcessIdentity
from runs.lifecycle.record import (
    LOCK_FILE,
    METADATA_FILE,
    ORDER_FILE,
    SPEC_FILE,
    has_begun,
    read_object,
    write_atomically,
)

SHIM = Path(__file__).resolve().parent.parent / "shim.py"
SHIM_LOG = ".shim.log"
ADOPT_SECONDS = 5.0
POLL_SECONDS = 0.02

# Starts a shim by its launch file, the locked lock, and where its stderr goes.
Start = Callable[[Path, int, int], ProcessIdentity]


class LocalExecutor(Executor):
    """The handle has `pid`, `start_ticks`, `boot_id` and `host` of the shim, and `run_dir`."""

    def __init__(self, server: ShimServer | None = None) -> None:
        self._children: list[subprocess.Popen[bytes]] = []
        self._server = server or ShimServer()

    def launch(self, spec: LaunchSpec) -> Launched:
        self.reap()
        run_dir = spec.run_dir.resolve()
        try:
            try:
                identity = self._launch(spec, run_dir, self._fork)
            except ServerGone:
                # It may have forked before it died: then that shim holds the lock, and is found.
                identity = self._launch(spec, run_dir, self._spawn)
        except OSError as error:
            raise LaunchFailed(f"the run could not be launched: {error}") from error
        return Launched(_handle(identity, run_dir))

    def probe(self, handle: dict[str, Any]) -> Probe:
        self.reap()
        identity = _identity(handle)
        if processes.is_alive(identity):
            return Probe.RUNNING
        return Probe.GONE if identity.host == os.uname().nodename else Probe.UNKNOWN

    def cancel(self, handle: dict[str, Any], grace_seconds: float, by: str) -> None:
        order = json.dumps({"grace_seconds": grace_seconds, "by": by}).encode()
        try:
            # Before the signal: without an order the shim takes it for a preemption.
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                write_atomically(handle["run_dir"], ORDER_FILE, order, 0o600)
            processes.signal_if_same(_identity(handle), signal.SIGTERM)
        except OSError as error:
            raise PassingFault(f"the order to cancel could not be given: {error}") from error

    def wait_fd(self, handle: dict[str, Any]) -> int | None:
        return processes.open_if_same(_identity(handle))

    def reap(self) -> None:
        """Collect our own shims that have ended, so that no zombie stays."""
        self._children = [child for child in self._children if child.poll() is None]

    def _launch(self, spec: LaunchSpec, run_dir: Path, start: Start) -> ProcessIdentity:
        """Start the shim with `start`, or find the one that is, or was, there."""
        deadline = time.monotonic() + ADOPT_SECONDS
        while (lock := _take_lock(run_dir)) is None:
            if (running := _running_shim(run_dir)) is not None:
                return running
            if time.monotonic() > deadline:
                raise LaunchFailed("another launch of this run has not come to an end")
            time.sleep(POLL_SECONDS)
        with contextlib.closing(os.fdopen(lock, "r+b", buffering=0)):
            if (earlier := _earlier_shim(run_dir)) is not None:
                return earlier
            os.ftruncate(lock, 0)
            launch_file = _write_launch_file(spec, run_dir)
            with (run_dir / SHIM_LOG).open("ab") as errors:
                return start(launch_file, lock, errors.fileno())

    def _fork(self, launch_file: Path, lock: int, errors: int) -> ProcessIdentity:
        """A shim from the server, which is a tenth of the work. Raises ServerGone."""
        forked = self._server.fork(launch_file, lock, errors)
        return processes.identity_of(forked.pid, forked.start_ticks)

    def _spawn(self, launch_file: Path, lock: int, errors: int) -> ProcessIdentity:
        """A shim of an interpreter of its own, which inherits the lock."""
        command = [sys.executable, "-I", "-S", str(SHIM), str(launch_file), str(lock)]
        child = start_detached(command, lock, errors)
        self._children.append(child)
        identity = processes.read_identity(child.pid)
        if identity is None:
            raise LaunchFailed("the shim was gone before it could be identified")
        return identity


def _write_launch_file(spec: LaunchSpec, run_dir: Path) -> Path:
    """Not forced to the disk: whoever launches again writes it again."""
    content = {
        **asdict(spec),
        "run_dir": str(run_dir),
        "cwd": str(run_dir),
        "log": "output.log",
    }
    write_atomically(str(run_dir), SPEC_FILE, json.dumps(content).encode(), 0o600, durable=False)
    return run_dir / SPEC_FILE


def _take_lock(run_dir: Path) -> int | None:
    """The directory's lock as a descriptor, or None while a shim, or a launch, holds it."""
    lock = os.open(run_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError:
        pass  # a file system without locks: metadata.json still tells what has begun
    return lock


def _running_shim(run_dir: Path) -> ProcessIdentity | None:
    """Who holds the lock, once it has written itself into it; None if it has not yet."""
    try:
        pid, start_ticks = map(int, (run_dir / LOCK_FILE).read_bytes().split())
    except ValueError:
        return None
    identity = processes.read_identity(pid)
    if identity is None or (start_ticks and identity.start_ticks != start_ticks):
        return None  # written by an earlier one; the present one has not come to it
    return identity if processes.is_alive(identity) else None


def _earlier_shim(run_dir: Path) -> ProcessIdentity | None:
    """The shim, now gone, that has already run this directory; None if none has."""
    if not has_begun(str(run_dir)):
        return None
    written = read_object(str(run_dir), METADATA_FILE) or {}
    return ProcessIdentity(
        pid=int(written["pid"]),
        start_ticks=int(written["process_start_ticks"]),
        boot_id=str(written["boot_id"]),
        host=str(written["host"]),
    )


def _handle(identity: ProcessIdentity, run_dir: Path) -> dict[str, Any]:
    return {**asdict(identity), "run_dir": str(run_dir)}


def _identity(handle: dict[str, Any]) -> ProcessIdentity:
    return ProcessIdentity(handle["pid"], handle["start_ticks"], handle["boot_id"], handle["host"])
