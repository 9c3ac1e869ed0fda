"""The shim's work: stay with a program to its end, end all it left, and record it.

Standard library alone, Python 3.9 or newer: the shim loads it without Django, anywhere.
"""

# ruff: noqa: PTH123  (pathlib would take a third more start-up time)
from __future__ import annotations

import os
import re
import select
import signal
import time

from runs.lifecycle.process_tree import (
    LINUX,
    Process,
    Receipt,
    as_alive,
    boot_id,
    child_pids,
    family,
    kill_until_gone,
    marked_elsewhere,
    read_process,
    send,
)
from runs.lifecycle.program import CouldNotStart, Spec, adopt_orphans, start_program
from runs.lifecycle.record import ORDER_FILE, Record, append, now, read_object

LEFT_OVER_GRACE_SECONDS = 2.0
SETTLE_SECONDS = 0.5
# Within which the record that a program has begun is on the disk itself.
FIRST_BEAT_SECONDS = 1.0
POLL_SECONDS = 0.05
FINAL_RECORD_SECONDS = 60.0
HINT_CHARACTERS = 120
TAIL_BYTES = 4096
STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
COLOUR = r"\x1b\[[0-9;?]*[ -/]*[@-~]"
TELLING = (
    r"^(\w+\.)*\w*(Error|Exception)(:.*)?$|^([\w.-]+: )?(fatal )?error: .+$|^Killed$"
    r"|No space left on device|Out of memory|^Segmentation fault"
)


def telling_line(log: str, start: int) -> str:
    """The last line of the log, after byte `start`, where it names an error; else empty."""
    try:
        with open(log, "rb") as file:
            file.seek(max(start, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    last = "".join(c if c.isprintable() else "\n" for c in re.sub(COLOUR, "", text)).rstrip()
    last = last.rpartition("\n")[2].strip()
    return last[:HINT_CHARACTERS] if re.search(TELLING, last, re.IGNORECASE) else ""


def short_seconds(seconds: float) -> str:
    """10 s, 3.2 s, 0.3 s: one decimal at most."""
    return f"{seconds:.1f} s".replace(".0 s", " s")


class Watch:
    """One run, from the start of its program to the final record."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.record = Record(spec.run_dir, spec.metadata)
        self.receipt = Receipt()
        self.signals: list[int] = []
        self.program = self.log_start = 0
        self.wait_status: int | None = None  # of the program, once it has ended
        self.ended_at = 0.0
        self.childless = True
        self.next_look = 0.0
        self.stop_began_at: float | None = None
        self.kill_at = float("inf")
        self.cause = ""  # "cancelled" or "preempted" once somebody stopped the program
        self.still_alive: list[Process] = []
        self.next_beat = time.monotonic() + min(FIRST_BEAT_SECONDS, spec.heartbeat_seconds)

    def run(self) -> int:
        """All of it; returns the exit code a shell would give the program."""
        self._listen()
        self._introduce()
        if self._is_told_to_stop():
            cause = "preempted" if self._order() is None else "cancelled"
            return self._finish(cause, f"{cause}: before it started", None, None)
        try:
            self._start()
        except CouldNotStart as error:
            return self._finish("failed", str(error), error.exit_code, None)
        # A program that ends at once need not wait for the disk twice: its end is what has to last.
        self.record.write(durable=False)
        while not self._step():
            self._wait(self._idle_seconds())
        return self._conclude()

    def _listen(self) -> None:
        """Signals wake the loop. The executor starts us with them blocked, so none is lost."""
        self.wake_up, waker = os.pipe()
        os.set_blocking(self.wake_up, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for signum in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(signum, lambda signum, frame: self.signals.append(signum))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        adopt_orphans()

    def _introduce(self) -> None:
        me, fields = read_process(os.getpid()), self.record.fields
        fields.update(status="running", host=os.uname().nodename, boot_id=boot_id())
        fields.update(pid=os.getpid(), process_start_ticks=me.start_ticks if me else 0)
        fields["start_time"] = fields.get("start_time") or now()
        fields["slurm_job_id"] = fields.get("slurm_job_id") or os.environ.get("SLURM_JOB_ID")

    def _start(self) -> None:
        """Start the program. Raises CouldNotStart, after a line in the log where there is one."""
        try:
            log = os.open(self.spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise CouldNotStart(126, f"{self.spec.log}: {error.strerror}") from error
        self.log_start = os.fstat(log).st_size
        try:
            self.program = start_program(self.spec, log)
            self.childless = False
        except CouldNotStart as error:
            append(log, str(error))
            raise
        finally:
            os.close(log)
        self.record.fields.update(program_pid=self.program, pgid=self.program)

    def _step(self) -> bool:
        """Do what is due; True once nothing of the run is left, or the rest will not die."""
        self._reap()
        self._settle()
        while self.signals:
            if self.signals.pop(0) in STOP_SIGNALS:
                self._stop()
        if self.wait_status is not None and self._clear_up():
            return True
        if time.monotonic() >= self.kill_at:
            self.still_alive = kill_until_gone(self._remaining, self.receipt, self._finish_off)
            return True
        self._beat()
        return False

    def _reap(self) -> None:
        """Collect the dead. No child left means no descendant left: we are the subreaper."""
        try:
            while not self.childless:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self.program:
                    self.wait_status, self.ended_at = status, time.monotonic()
                    self.record.fields["end_time"] = now()
        except ChildProcessError:
            self.childless = True

    def _settle(self) -> None:
        """Slurm and a shutdown signal program and shim alike; the program may be the faster."""
        while self._fell_to_sigterm() and self.stop_began_at is None:
            rest = self.ended_at + SETTLE_SECONDS - time.monotonic()
            if self._is_told_to_stop():
                self._stop()
            elif rest <= 0:
                return
            else:
                self._wait(rest)

    def _is_told_to_stop(self) -> bool:
        return bool(STOP_SIGNALS.intersection(self.signals)) or self._order() is not None

    def _fell_to_sigterm(self) -> bool:
        return self.wait_status is not None and shell_code(self.wait_status) == 143

    def _order(self) -> dict | None:
        return read_object(self.spec.run_dir, ORDER_FILE)

    def _stop(self) -> None:
        """Obey an order, or the next one: it may shorten the grace period of the first."""
        order = self._order()
        if self.wait_status is None or self._fell_to_sigterm():
            self.cause = "cancelled" if order is not None else self.cause or "preempted"
        grace = (order or {}).get("grace_seconds")
        if not isinstance(grace, (int, float)) or not 0 <= grace < float("inf"):
            grace = self.spec.grace_seconds
        self._climb(grace)

    def _climb(self, grace_seconds: float) -> None:
        """Begin the ladder, or move the SIGKILL of the one under way."""
        if self.stop_began_at is None:
            self.stop_began_at = time.monotonic()
            self.receipt.terminate(self._family())
            self.receipt.terminate(self._family())  # what was forked while we walked
        self.kill_at = self.stop_began_at + grace_seconds

    def _clear_up(self) -> bool:
        """The program has ended: what it left behind ends too. True if nothing is left."""
        if not self.childless and time.monotonic() < self.next_look:
            return False  # those that end by the hundred must not have us walk /proc each time
        self.next_look = time.monotonic() + POLL_SECONDS
        living = self._family()
        if not living:
            return self.childless
        if self.stop_began_at is None:
            self._climb(LEFT_OVER_GRACE_SECONDS)
        self.receipt.terminate(living)
        return False

    def _family(self) -> list[Process]:
        if LINUX and self.childless:
            return marked_elsewhere(self.spec.run_dir)
        if LINUX:
            return family(os.getpid(), self.spec.run_dir)
        group = Process(-self.program, "process group", [b"S", *[b"0"] * 19])
        return [group] if send(group, 0) else []

    def _remaining(self) -> list[Process]:
        """The family, or the children that were forked past our look at it."""
        self._reap()
        living = self._family()
        if living or self.childless:
            return living
        return [child for child in map(read_process, child_pids()) if child]

    def _finish_off(self) -> None:
        """Kill our children until none comes up any more: orphans come up to us.

        Safe by pid, which an unreaped child keeps, and faster than what forks and exits.
        """
        for _ in range(100):
            for pid in child_pids():
                os.kill(pid, signal.SIGKILL)
            self._reap()
        self._wait(POLL_SECONDS)

    def _beat(self) -> None:
        if time.monotonic() < self.next_beat:
            return
        self.record.write()
        self.next_beat = time.monotonic() + self.spec.heartbeat_seconds
        # An order from another machine on the same file system comes without a signal.
        if self.stop_began_at is None and self._order() is not None:
            self._stop()

    def _idle_seconds(self) -> float:
        due = min(self.next_beat, self.kill_at) - time.monotonic()
        return due if self.wait_status is None else min(due, POLL_SECONDS)

    def _wait(self, seconds: float) -> None:
        """Sleep until a signal, at most `seconds`."""
        if select.select([self.wake_up], [], [], max(seconds, 0))[0]:
            os.read(self.wake_up, TAIL_BYTES)

    def _conclude(self) -> int:
        if self.wait_status is None:
            return self._finish(self.cause, f"{self.cause}: could not be ended", None, None)
        code, name = shell_code(self.wait_status), None
        if os.WIFSIGNALED(self.wait_status):
            name = signal_name(os.WTERMSIG(self.wait_status))
        status = self.cause or ("failed" if code else "completed")
        self._finish(status, self._reason(code, name), None if name else code, name)
        return code

    def _reason(self, code: int, name: str | None) -> str:
        said = f"killed by {name}" if name else f"exit code {code}"
        if self.cause:
            return f"{self.cause}: {self._end_of_ladder()}"
        parts = [said, telling_line(self.spec.log, self.log_start) if code else ""]
        ended = len(self.receipt.terminated | self.receipt.killed)
        parts.append(f"{ended} left-over process{'es' * (ended > 1)} ended" if ended else "")
        return " · ".join(part for part in parts if part)

    def _end_of_ladder(self) -> str:
        took = short_seconds(max(self.ended_at - (self.stop_began_at or 0), 0))
        if self.program not in {pid for pid, _ in self.receipt.killed}:
            return f"ended {took} after SIGTERM"
        return "killed at once" if took == "0 s" else f"killed after ignoring SIGTERM for {took}"

    def _finish(self, status: str, reason: str, code: int | None, name: str | None) -> int:
        fields = self.record.fields
        fields.update(status=status, reason=reason, exit_code=code, signal=name)
        fields["end_time"] = fields.get("end_time") or now()
        fields["signalled"] = self.receipt.signalled
        fields["still_alive"] = as_alive(self.still_alive)
        fields["all_gone"] = self.childless and not self.still_alive
        self.record.write_final(FINAL_RECORD_SECONDS)
        return code or 0


def shell_code(wait_status: int) -> int:
    """What a shell puts into `$?`: the exit code, or 128 and the signal."""
    if os.WIFSIGNALED(wait_status):
        return 128 + os.WTERMSIG(wait_status)
    return os.WEXITSTATUS(wait_status)


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # the real-time signals have no names
