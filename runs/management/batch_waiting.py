"""Show a batch in a terminal until it ends: a line of progress, then what came of it."""

import time

from runs.analysis.selectors import BatchCounts, counts_of, eta_seconds, sentence
from runs.contract.status import Status
from runs.lifecycle.selectors import live_supervisors, queue_state
from runs.models import Batch

from .waiting import CANCELLED, FAILED, NO_OUTCOME, Terminal, drawn_bar, left

STEP_SECONDS = 0.5
# Of a batch that has ended the analysis takes seconds; nobody waits for one that never comes.
RESULT_SECONDS = 60.0


def wait_for_batch(batch: Batch, terminal: Terminal) -> Batch | None:
    """The batch as it ended, analysed; None where somebody deleted it meanwhile."""
    while True:
        if not read_anew(batch):
            terminal.say("The batch has been deleted.")
            return None
        if batch.is_final:
            break
        show(batch, terminal)
        time.sleep(STEP_SECONDS)
    terminal.say(f"{batch.status}: {batch.reason}" if batch.reason else str(batch.status))
    await_result(batch)
    tell_result(batch, terminal)
    return batch


def read_anew(batch: Batch) -> bool:
    try:
        batch.refresh_from_db()
    except Batch.DoesNotExist:
        return False
    return True


def show(batch: Batch, terminal: Terminal) -> None:
    counts = counts_of(batch)
    if not counts.running:
        terminal.say(sentence(batch, counts, queue_state()))
    terminal.draw(progress_line(batch, counts))


def progress_line(batch: Batch, counts: BatchCounts) -> str:
    """`▓▓▓░░░  60 %  12 of 20 done · 3 failed · 2 running · 6 waiting · about 40 s left`"""
    waiting = counts.waiting + counts.unmade
    parts = [
        f"{counts.ended:,} of {counts.total:,} done",
        f"{counts.unsuccessful:,} failed" if counts.unsuccessful else "",
        f"{counts.running:,} running" if counts.running else "",
        f"{waiting:,} waiting" if waiting else "",
        left(eta_seconds(batch, counts)),
    ]
    return f"{drawn_bar(counts.fraction)}  {' · '.join(part for part in parts if part)}"


def await_result(batch: Batch) -> None:
    """Until the result tells of all that happened, as long as there is somebody to compute it."""
    deadline = time.monotonic() + RESULT_SECONDS
    while batch.analysed_revision != batch.revision and time.monotonic() < deadline:
        if not live_supervisors():
            return
        time.sleep(STEP_SECONDS)
        if not read_anew(batch):
            return


def tell_result(batch: Batch, terminal: Terminal) -> None:
    """Headlines to standard output; warnings, and that there is no result, beside it."""
    result = batch.result or {}
    for warning in result.get("warnings", []):
        terminal.say(f"Warning: {warning}")
    for headline in result.get("headlines", []):
        terminal.write(f"{headline}\n")
    if batch.analysed_revision != batch.revision:
        terminal.say("It has not been analysed yet.")


def status_of(batch: Batch | None) -> int:
    """0 only where every run completed."""
    if batch is None:
        return NO_OUTCOME
    if batch.status == Status.CANCELLED:
        return CANCELLED
    counts = counts_of(batch)
    whole = counts.completed + counts.gone == counts.total
    return 0 if batch.status == Status.COMPLETED and whole else FAILED
