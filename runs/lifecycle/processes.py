"""Processes as the supervisor knows them: by identity, never by pid alone."""

import os
import signal
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from runs.lifecycle import process_tree
from runs.lifecycle.process_tree import LINUX, Process, Receipt

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class ProcessIdentity:
    """One process of one boot of one machine.

    `start_ticks` is when it started: clock ticks since boot (field 22 of /proc/PID/stat); where
    there is no /proc, hundredths of a second since 1970.
    """

    pid: int
    start_ticks: int
    boot_id: str
    host: str


@cache
def boot_id() -> str:
    """What changes with every start of this machine."""
    return process_tree.boot_id() or str(int(psutil.boot_time()))


def identity_of(pid: int, start_ticks: int) -> ProcessIdentity:
    """Of a process of this machine."""
    return ProcessIdentity(pid, start_ticks, boot_id(), os.uname().nodename)


def read_identity(pid: int) -> ProcessIdentity | None:
    """Who has this pid now, a zombie included; None if nobody."""
    start_ticks = _start_ticks(pid)
    if start_ticks is None:
        return None
    return identity_of(pid, start_ticks)


def _start_ticks(pid: int) -> int | None:
    if LINUX:
        process = process_tree.read_process(pid)
        return process.start_ticks if process else None
    try:
        return int(psutil.Process(pid).create_time() * 100)
    except psutil.Error:
        return None


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether this very process runs on this machine. Zombies are dead."""
    if not LINUX:
        return read_identity(identity.pid) == identity
    process = process_tree.read_process(identity.pid)
    if process is None or not process.living:
        return False
    return identity_of(process.pid, process.start_ticks) == identity


def open_if_same(identity: ProcessIdentity) -> int | None:
    """A pidfd of this very, living process, for the caller to close; else None.

    None also where the system has no pidfds. It turns readable when the process ends.
    """
    try:
        pidfd = process_tree.open_pidfd(identity.pid)
    except ProcessLookupError:
        return None
    # Compared only now: the descriptor cannot move on to a later bearer of the pid.
    if pidfd >= 0 and is_alive(identity):
        return pidfd
    if pidfd >= 0:
        os.close(pidfd)
    return None


def send_signal(pidfd: int, signum: int) -> bool:
    """Signal the process of a pidfd; False if it has ended. Raises PermissionError."""
    try:
        signal.pidfd_send_signal(pidfd, signum)
    except ProcessLookupError:
        return False
    return True


def signal_if_same(identity: ProcessIdentity, signum: int) -> bool:
    """Signal this very process; False if it is gone. Raises PermissionError."""
    pidfd = open_if_same(identity)
    if pidfd is None:
        return _signal_without_pidfd(identity, signum)
    try:
        return send_signal(pidfd, signum)
    finally:
        os.close(pidfd)


def _signal_without_pidfd(identity: ProcessIdentity, signum: int) -> bool:
    """For macOS and kernels before 5.3; where there are pidfds, the process is already gone."""
    try:
        if not is_alive(identity):
            return False
        os.kill(identity.pid, signum)
    except ProcessLookupError:
        return False
    return True


def marked_processes(run_dir: Path) -> list[Process]:
    """Every living process that was started with the mark of this run."""
    directory, own = str(run_dir.resolve()), os.getpid()
    return [
        process
        for process in process_tree.living_processes()
        if process.pid != own and process_tree.is_marked(process.pid, directory)
    ]


def end_marked(run_dir: Path, grace_seconds: float) -> dict[str, Any]:
    """End what a shim that is gone has left behind; returns once all is gone, or will not go.

    SIGTERM, at most `grace_seconds`, SIGKILL: call it where waiting is allowed. The answer has
    `signalled`, `still_alive` and `all_gone` as the shim writes them, and `ended_at`.
    """
    receipt = Receipt()
    deadline = time.monotonic() + grace_seconds
    living = marked_processes(run_dir)
    while living and time.monotonic() < deadline:
        receipt.terminate(living)
        time.sleep(POLL_SECONDS)
        living = marked_processes(run_dir)
    still_alive = process_tree.kill_until_gone(
        lambda: marked_processes(run_dir), receipt, lambda: time.sleep(POLL_SECONDS)
    )
    return {
        "signalled": receipt.signalled,
        "still_alive": process_tree.as_alive(still_alive),
        "all_gone": not still_alive,
        "ended_at": process_tree.now(),
    }
