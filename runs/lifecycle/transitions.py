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
    candidates = Run.objects.filter(pk=run.pk, status__in=sources)
    if unclaimed:
        candidates = candidates.filter(claimed_by="")
    before = come_from(run, sources)
    with transaction.atomic():
        if not candidates.update(**values):
            return False
        for name, value in values.items():
            setattr(run, name, value)
        announce(run, str(to), actor)
        raise_for_run(run)
        tell_batch(run)
        transaction.on_commit(partial(log_transition, run.pk, before, str(to), values["reason"]))
    return True


def come_from(run: Run, sources: Collection[Status]) -> str:
    """Where it is known to be: as it was read, unless that is out of date by now."""
    return str(run.status) if run.status in sources else " or ".join(sorted(sources))


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
