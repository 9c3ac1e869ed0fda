"""How a batch ends: once all its runs have, with what is to be said of them."""

from runs.alerts.outcomes import end_for_batch, raise_for_batch
from runs.contract.status import Status
from runs.models import Batch

from .selectors import BatchCounts, counts_of, outcome
from .transitions import conclude, correct


def conclude_if_ended(batch: Batch, note: str = "") -> bool:
    """End `batch` where nothing of it is under way or still to be made; whether it was.

    Part of the transaction that writes its last result: never is there one without the other.
    `note` is added to the reason. False as well where a run has changed since `batch` was read.
    """
    counts = counts_of(batch)
    if not has_ended(batch, counts):
        return False
    to, reason = outcome_of(batch, counts)
    if batch.is_final:
        correct_outcome(batch, counts, to, reason)
        return False
    if not conclude(batch, to=to, reason=f"{reason}; {note}" if note else reason):
        return False
    tell_people(batch, counts)
    return True


def correct_outcome(batch: Batch, counts: BatchCounts, to: Status, reason: str) -> None:
    """A run that was lost may have been found again; that one was deleted corrects nothing."""
    if batch.status == Status.CANCELLED or counts.gone:
        return
    if batch.reason.split("; ")[0] != reason and correct(batch, to=to, reason=reason):
        tell_people(batch, counts)


def has_ended(batch: Batch, counts: BatchCounts) -> bool:
    still = counts.waiting + counts.running
    return not still and (not counts.unmade or batch.cancel_requested_at is not None)


def outcome_of(batch: Batch, counts: BatchCounts) -> tuple[Status, str]:
    """`17 of 20 completed, 3 failed`; one that was told to stop was cancelled, unless it was
    through by then."""
    if batch.cancel_requested_at and counts.completed < counts.total:
        return Status.CANCELLED, (
            f"{counts.completed:,} of {counts.total:,} completed before it was cancelled"
        )
    # one whose run was deleted may have completed, and is no failure
    done = counts.completed or counts.gone
    return Status.COMPLETED if done else Status.FAILED, outcome(counts)


def tell_people(batch: Batch, counts: BatchCounts) -> None:
    """Its runs raise no alerts: a batch is one thing to look at."""
    failures = {
        Status.FAILED: counts.failed,
        Status.PREEMPTED: counts.preempted,
        Status.LOST: counts.lost,
    }
    if any(failures.values()):
        raise_for_batch(batch, failures, counts.total)
    else:
        end_for_batch(batch)
