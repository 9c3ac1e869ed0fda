"""The processes of one run: finding them, signalling them, ending them to the last.

Standard library alone, Python 3.9 or newer: the shim loads it without Django, anywhere.
"""

# ruff: noqa: PTH123, PTH208  (pathlib would cost the shim a third of its start-up time)
from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

from runs.lifecycle.record import now

LINUX = sys.platform == "linux"
RUN_ID_MARK, RUN_DIR_MARK = "FUSIONWEB_RUN_ID", "FUSIONWEB_RUN_DIR"
# SIGKILL is repeated this long, and this often, before we say who is still alive.
KILL_SECONDS, KILL_ROUNDS = 5.0, 20
SIGNALLED_LIMIT = 200  # a fork bomb must not fill the metadata


class Process:
    """One process as /proc/PID/stat has it (proc(5)).

    `start_ticks`, clock ticks since boot, tells it from a later bearer of its pid. A negative
    pid is a whole process group, where there is no /proc.
    """

    def __init__(self, pid: int, name: str, fields: list[bytes]) -> None:
        self.pid, self.name, self.state = pid, name, fields[0].decode()
        self.parent, self.start_ticks = int(fields[1]), int(fields[19])
        # A main thread that ended before the others leaves a "zombie" that still runs.
        self.living = self.state not in "ZX" or int(fields[17]) > 1
        self.key = (pid, self.start_ticks)


def read_process(pid: int) -> Process | None:
    """The process `pid`, zombies included; None where there is none, or no /proc."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            head, _, tail = file.read().rpartition(b")")
    except OSError:
        return None
    return Process(pid, head.partition(b"(")[2].decode(errors="replace"), tail.split())


def all_pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()] if LINUX else []


def living_processes() -> list[Process]:
    return [process for process in map(read_process, all_pids()) if process and process.living]


def child_pids() -> list[int]:
    """Our own children, the unreaped too; empty where the kernel does not list them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def is_marked(pid: int, run_dir: str) -> bool:
    """Whether the process was started with the mark of this run in its environment."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return os.fsencode(f"{RUN_DIR_MARK}={run_dir}") in file.read().split(b"\0")
    except OSError:
        return False


def family(root: int, run_dir: str) -> list[Process]:
    """All that belongs to a run: what lives below `root`, and what bears its mark elsewhere."""
    processes = living_processes()
    children: dict[int, list[Process]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process)
    found = list(children.get(root, ()))
    for process in found:
        found.extend(children.get(process.pid, ()))
    known = {process.pid for process in found} | {root, os.getpid()}
    return found + [p for p in processes if p.pid not in known and is_marked(p.pid, run_dir)]


def marked_elsewhere(run_dir: str) -> list[Process]:
    """What of `family` one has that has no child left, for half of the work."""
    own = os.getpid()
    marked = [pid for pid in all_pids() if pid != own and is_marked(pid, run_dir)]
    return [process for process in map(read_process, marked) if process and process.living]


def open_pidfd(pid: int) -> int:
    """A descriptor of the process; -1 where the kernel (before 5.3) has none.

    Raises ProcessLookupError where there is no such process.
    """
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except (OSError, AttributeError):
        return -1


def send(process: Process, signum: int) -> bool:
    """Signal this process and no later bearer of its pid; False where that cannot be done."""
    pidfd = -1
    try:
        pidfd = open_pidfd(process.pid)
        current = read_process(process.pid)
        if process.pid > 0 and (current is None or current.key != process.key):
            return False
        if pidfd < 0:
            os.kill(process.pid, signum)
        else:
            signal.pidfd_send_signal(pidfd, signum)
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        if pidfd >= 0:
            os.close(pidfd)
    return True


class Receipt:
    """Who was signalled and when: `signalled` is a list of {pid, name, signal, at}."""

    def __init__(self) -> None:
        self.signalled: list[dict[str, object]] = []
        self.terminated: set[tuple[int, int]] = set()
        self.killed: set[tuple[int, int]] = set()

    def terminate(self, processes: Iterable[Process]) -> None:
        """SIGTERM, once to each; a stopped one is woken to obey."""
        for process in processes:
            if process.key not in self.terminated:
                self.terminated.add(process.key)
                self._signal(process, signal.SIGTERM)
                send(process, signal.SIGCONT)

    def kill(self, processes: Iterable[Process]) -> None:
        """SIGKILL, as often as asked, noted once."""
        for process in processes:
            if process.key in self.killed:
                send(process, signal.SIGKILL)
            else:
                self.killed.add(process.key)
                self._signal(process, signal.SIGKILL)

    def _signal(self, process: Process, signum: signal.Signals) -> None:
        if send(process, signum) and len(self.signalled) < SIGNALLED_LIMIT:
            entry = {"pid": process.pid, "name": process.name, "signal": signum.name, "at": now()}
            self.signalled.append(entry)


def kill_until_gone(
    find: Callable[[], list[Process]], receipt: Receipt, pause: Callable[[], None]
) -> list[Process]:
    """SIGKILL what `find` returns until it returns nothing; in the end, what will not die."""
    deadline, rounds = time.monotonic() + KILL_SECONDS, 0
    living = find()
    # By rounds as well as by time: a crowd of thousands can starve us of both.
    while living and (rounds < KILL_ROUNDS or time.monotonic() < deadline):
        receipt.kill(living)
        pause()
        living = find()
        rounds += 1
    return living


def as_alive(processes: Iterable[Process]) -> list[dict[str, object]]:
    return [{"pid": process.pid, "name": process.name} for process in processes]


def boot_id() -> str:
    """What changes with every start of this machine; empty where it cannot be told."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""
