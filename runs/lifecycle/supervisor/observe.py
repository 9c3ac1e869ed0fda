"""Read from a run's directory what became of it, and bring its rows in step."""

import logging
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from runs.contract.layout import METADATA, PROGRESS
from runs.contract.metadata import Metadata, MetadataUnreadable, read_metadata
from runs.contract.progress import ProgressReader
from runs.contract.status import FINAL, Status
from runs.lifecycle.executors import executor_named
from runs.lifecycle.executors.base import Probe
from runs.lifecycle.transitions import transition
from runs.models import Job, Run

logger = logging.getLogger(__name__)

LOST_READ_AGAIN = timedelta(days=1)


@dataclass
class Watched:
    """A run under way and what has been read of it; `ending` waits for left-over processes."""

    run: Run
    progress: ProgressReader
    cancel_delivered: Any = None
    ending: Future[dict[str, Any]] | None = None
    seen: tuple[int, int] | None = field(default=None)

    @classmethod
    def of(cls, run: Run) -> "Watched":
        return cls(run, ProgressReader(run.directory / PROGRESS))


def final_metadata(directory: Path) -> Metadata | None:
    """The directory's last word, if it has been spoken."""
    metadata = current_metadata(directory)
    return metadata if metadata and metadata.status in FINAL else None


def current_metadata(directory: Path) -> Metadata | None:
    try:
        return read_metadata(directory / METADATA)
    except (MetadataUnreadable, FileNotFoundError) as error:
        logger.debug("%s: %s", directory, error)
        return None


def is_gone(run: Run) -> bool:
    """A run without a handle was written by hand: there is nothing that could still be there."""
    return not run.handle or executor_named(run.executor).probe(run.handle) is Probe.GONE


def finish(watched: Watched, metadata: Metadata) -> None:
    """Write the outcome that the shim recorded."""
    run = watched.run
    read_progress(watched)
    fields: dict[str, Any] = {"ended_at": metadata.end_time or timezone.now()}
    if metadata.start_time:
        fields["started_at"] = metadata.start_time
    if metadata.status == Status.CANCELLED:
        run.refresh_from_db()
        fields["cancel_receipt"] = receipt_of(run, metadata)
    with transaction.atomic():
        transition(
            run,
            to=metadata.status,
            sources={Status.RUNNING, Status.LOST},
            reason=metadata.reason or "",
            **fields,
        )
        update_job(run, metadata)


def receipt_of(run: Run, metadata: Metadata) -> dict[str, Any]:
    """What cancelling did: who was signalled, when, and that all is gone or what is not."""
    ordered = run.cancel_requested_at
    return {
        "ordered_at": ordered.isoformat() if ordered else None,
        "grace_seconds": run.cancel_grace_seconds,
        "ended_at": metadata.end_time.isoformat() if metadata.end_time else None,
        "signalled": metadata.signalled,
        "still_alive": metadata.still_alive,
        "all_gone": not metadata.still_alive,
    }


def update_job(run: Run, metadata: Metadata) -> None:
    Job.objects.filter(ordered_run=run).update(
        status=metadata.status,
        reason=(metadata.reason or "")[:500],
        host=metadata.host or "",
        pid=metadata.pid,
        exit_code=metadata.exit_code,
        signal=metadata.signal or "",
        started_at=metadata.start_time,
        ended_at=metadata.end_time,
        heartbeat_at=metadata.last_heartbeat,
    )


def lose(watched: Watched, left_over: dict[str, Any]) -> None:
    """No process and no last word: say so instead of guessing an outcome."""
    run = watched.run
    read_progress(watched)
    run.refresh_from_db()
    ended = len({entry["pid"] for entry in left_over["signalled"]})
    rest = f"; {ended} left-over process{'es' if ended > 1 else ''} ended" if ended else ""
    receipt: dict[str, Any] = {"cancel_receipt": left_over} if run.cancel_requested_at else {}
    reason = f"its process vanished without an exit status (killed, or the machine restarted){rest}"
    with transaction.atomic():
        transition(run, to=Status.LOST, sources={Status.RUNNING}, reason=reason, **receipt)
        Job.objects.filter(ordered_run=run).update(status=Status.LOST, reason=reason)


def correct_lost() -> bool:
    """A network disk that was away for a moment hides a last word: read it once it is back."""
    since = timezone.now() - LOST_READ_AGAIN
    found = False
    for run in Run.objects.filter(status=Status.LOST, ended_at__gt=since):
        metadata = final_metadata(run.directory)
        if metadata is not None:
            logger.info("run %s: found after all, %s", run.pk, metadata.status)
            finish(Watched.of(run), metadata)
            found = True
    return found


def read_progress(watched: Watched) -> bool:
    """Store progress where new lines have come. No event: pages read it with the row."""
    if not watched.progress.poll():
        return False
    watched.run.progress = watched.progress.state.to_json()
    Run.objects.filter(pk=watched.run.pk).update(progress=watched.run.progress)
    return True


def mark_verified(runs: list[Run]) -> None:
    """Each of them has just been seen alive."""
    Run.objects.filter(pk__in=[run.pk for run in runs], status=Status.RUNNING).update(
        verified_at=timezone.now()
    )
