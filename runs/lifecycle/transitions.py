"""The one place where a run's status is written.

Every change is one transaction: an update of the row under the condition of the status it
comes from, and the event that tells of it. Whoever loses a race changes nothing and hears
False.
"""

import logging
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from runs.alerts.outcomes import raise_for_run
from runs.contract.status import FINAL, Status
from runs.events import record_events
from runs.logs import fields as told
from runs.models import Event, Run

from .batched import tell_batch

logger = logging.getLogger(__name__)

# Where a run may go from where it is. `lost` may still be corrected by the job's directory.
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.RUNNING, Status.CANCELLED, Status.FAILED}),
    Status.RUNNING: FINAL,
    Status.LOST: FINAL - {Status.LOST},
}


def transition(
    run: Run,
    *,
    to: Status,
    reason: str,
    sources: Collection[Status],
    actor: User | None = None,
    unclaimed: bool = False,
    **fields: Any,
) -> bool:
    """Move `run` to `to` if it is in one of `sources` (and unclaimed); False if it is not.

    `fields` are further columns written in the same update. On success `run` is as written.
    """
    illegal = [source for source in sources if to not in ALLOWED.get(source, frozenset())]
    if illegal:
        raise ValueError(f"no way from {illegal} to {to}")
    now = timezone.now()
    values = {"status": to, "reason": reason[:500], "verified_at": now, **fields}
    if to in FINAL:
        values = {"ended_at": now, "claimed_by": "", "claimed_until": None, **values}
    # whoever has begun a transaction ends it all when this part of it fails
    with transaction.atomic(savepoint=False):
        before = write(run, sources, unclaimed, values)
        if before is None:
            return False
        for name, value in values.items():
            setattr(run, name, value)
        announce(run, str(to), actor)
        raise_for_run(run, before)
        tell_batch(run)
        transaction.on_commit(partial(log_transition, run.pk, before, str(to), values["reason"]))
    return True


def write(
    run: Run, sources: Collection[Status], unclaimed: bool, values: dict[str, Any]
) -> Status | None:
    """Where it came from: tried first is where it was when it was read. None: nothing written."""
    candidates = Run.objects.filter(pk=run.pk, **({"claimed_by": ""} if unclaimed else {}))
    likely = [source for source in ALLOWED if source in sources]
    for source in sorted(likely, key=lambda source: source != run.status):
        if candidates.filter(status=source).update(**values):
            return source
    return None


def log_transition(run_id: str, before: str, to: str, reason: str) -> None:
    """Once it is true: a transaction that fails after all leaves no line."""
    because = f" ({reason})" if reason else ""
    said = {"run_id": run_id, "from": before, "to": to, "reason": reason}
    logger.info("run %s: %s to %s%s", run_id, before, to, because, extra=told(**said))


def announce(run: Run, kind: str, actor: User | None = None) -> None:
    """Tell of a status, or of what changed none, such as an ordered cancellation."""
    announce_all([run], kind, actor)


def announce_all(runs: Sequence[Run], kind: str, actor: User | None = None) -> None:
    """The same of many, in their order."""
    record_events([event_of(run, kind) for run in runs], actor)


def event_of(run: Run, kind: str) -> Event:
    return Event(
        topic="runs",
        kind=f"run.{kind}",
        subject=run.pk,
        payload=payload_of(run),
        project=run.project.slug,
    )


def payload_of(run: Run) -> dict[str, Any]:
    """What every event of a run carries; its batch where it is of one."""
    batch = {"batch": run.batch_id} if run.batch_id else {}
    return {
        "id": run.pk,
        "name": run.name,
        "status": str(run.status),
        "reason": run.reason,
        "owner_id": run.owner_id,
        **batch,
    }
