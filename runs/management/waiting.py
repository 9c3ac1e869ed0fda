"""Show a run in a terminal until it ends: log lines, a progress bar, the outcome."""

import time
from typing import TextIO

from runs.contract.layout import LOG
from runs.contract.status import FINAL, Status
from runs.files.log import decode_chunk, read_range
from runs.lifecycle.selectors import queue_state, sentence
from runs.models import Job, Run

STEP_SECONDS = 0.1
STEPS_A_LOOK = 5  # the row is asked less often than the log
BLOCK_BYTES = 256 * 1024
BAR_CELLS = 24
CLEAR_LINE = "\r\x1b[K"
FAILED, NO_OUTCOME, CANCELLED = 1, 3, 130


class Terminal:
    """Log to `out`; bar and sentences to `aside`, the bar only where a person is looking."""

    def __init__(self, out: TextIO, aside: TextIO) -> None:
        self.out = out
        self.aside = aside
        self.bar = ""
        self.said = ""

    def write(self, text: str) -> None:
        bar, self.bar = self.bar, ""
        if bar:
            self.aside.write(CLEAR_LINE)
            self.aside.flush()
        self.out.write(text)
        self.out.flush()
        if bar:
            self.draw(bar)

    def draw(self, bar: str) -> None:
        if bar != self.bar and self.aside.isatty():
            self.aside.write(f"{CLEAR_LINE}{bar}")
            self.aside.flush()
            self.bar = bar

    def say(self, text: str) -> None:
        """A sentence on a line of its own, once."""
        if text != self.said:
            self.aside.write(f"{CLEAR_LINE if self.bar else ''}{text}\n")
            self.aside.flush()
            self.said, self.bar = text, ""


class LogPrinter:
    """Prints whole lines as they come; a line of more than 256 KiB in pieces."""

    def __init__(self, run: Run, terminal: Terminal) -> None:
        self.path = run.directory / LOG
        self.terminal = terminal
        self.offset = 0

    def step(self, *, to_the_end: bool = False) -> bool:
        """Whether there may be more at once."""
        chunk = read_range(self.path, self.offset, BLOCK_BYTES)
        if chunk.truncated:
            self.offset = 0
            return True
        data = chunk.data
        full = len(data) == BLOCK_BYTES
        if not to_the_end and not full:
            data = data[: data.rfind(b"\n") + 1]
        text, used = decode_chunk(data, at_end=not full)
        self.offset += used
        if text:
            self.terminal.write(text)
        return full


def wait_for(run: Run, terminal: Terminal) -> Run | None:
    """The run as it ended; None where somebody deleted it meanwhile."""
    log = LogPrinter(run, terminal)
    for step in range(10**12):
        if step % STEPS_A_LOOK == 0 and not look_at(run, terminal):
            return None
        # asked before the log is read, so that the last lines are read after the end
        ended = run.status in FINAL
        while log.step(to_the_end=ended):
            pass
        if ended:
            terminal.say(outcome(run))
            return run
        time.sleep(STEP_SECONDS)
    return run


def outcome(run: Run) -> str:
    """Status and reason; a reason that begins with the status says both."""
    if run.reason.startswith(run.status):
        return run.reason
    return f"{run.status}: {run.reason}" if run.reason else str(run.status)


def look_at(run: Run, terminal: Terminal) -> bool:
    """Read the row anew and tell of it; False where there is none any more."""
    try:
        run.refresh_from_db()
    except Run.DoesNotExist:
        terminal.say("The run has been deleted.")
        return False
    if run.status == Status.PENDING or (run.cancel_requested_at and not run.is_final):
        terminal.say(sentence(run, queue_state()))
    elif run.status == Status.RUNNING:
        terminal.draw(progress_bar(run))
    return True


def progress_bar(run: Run) -> str:
    """`▓▓▓░░░  50 %  load 3 of 6 · iteration 2 of 8 · about 40 s left`"""
    progress = run.progress or {}
    fraction = progress.get("fraction")
    if fraction is None:
        return "running"
    parts = [
        place("load", (progress.get("load_index") or 0) + 1, progress.get("load_total")),
        place("iteration", progress.get("iteration"), progress.get("iteration_total")),
        left(progress.get("eta_seconds")),
    ]
    return f"{drawn_bar(fraction)}  {' · '.join(part for part in parts if part)}"


def drawn_bar(fraction: float) -> str:
    filled = round(fraction * BAR_CELLS)
    return f"{'▓' * filled}{'░' * (BAR_CELLS - filled)} {fraction * 100:3.0f} %"


def place(noun: str, number: int | None, total: int | None) -> str:
    return f"{noun} {number} of {total}" if number and total else ""


def left(seconds: float | None) -> str:
    if not seconds:
        return ""
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes > 1 else f"about {max(1, round(seconds))} s left"


def exit_status(run: Run | None) -> int:
    """The run's outcome as a process tells it: the program's own code where it failed."""
    if run is None or run.status in (Status.LOST, Status.PREEMPTED):
        return NO_OUTCOME
    if run.status == Status.COMPLETED:
        return 0
    if run.status == Status.CANCELLED:
        return CANCELLED
    code = Job.objects.filter(ordered_run=run).values_list("exit_code", flat=True).first()
    return code if code and 0 < code < 256 else FAILED
