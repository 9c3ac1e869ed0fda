"""Whose turn it is to be analysed: one analyst a batch, and two at a time over all machines."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from django.db import Error, connections, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from runs.contract.status import ACTIVE
from runs.events import take_sequence_lock
from runs.models import Batch, Run

logger = logging.getLogger(__name__)

AT_ONCE = 2
# An analyst that is killed leaves its batch to others after this.
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 2.5
# While runs are under way, most of the time is theirs.
PAUSE = timedelta(seconds=2)
PAUSE_FACTOR = 5
LOOKED_AT = 100


def unanalysed() -> QuerySet[Batch]:
    """Of which something has changed since they were analysed; few, found by an index."""
    return Batch.objects.exclude(revision=F("analysed_revision")).order_by()


def unclaimed(now: datetime) -> Q:
    return Q(analysis_until=None) | Q(analysis_until__lte=now)


def ripe(now: datetime) -> list[str]:
    """Ids of those that nobody analyses and that are to be now: first those whose runs have all
    ended, then those whose result is oldest."""
    runs = Run.objects.filter(batch=OuterRef("pk"), status__in=ACTIVE)
    rows = unanalysed().filter(unclaimed(now)).annotate(under_way=Exists(runs))
    ordered = rows.order_by("under_way", F("analysed_at").asc(nulls_first=True))
    told = ordered.values_list("pk", "under_way", "analysed_at", "result__seconds")[:LOOKED_AT]
    return [
        batch_id
        for batch_id, under_way, at, seconds in told
        if not under_way or at is None or now - at >= pause_after(seconds)
    ]


def pause_after(seconds: float | None) -> timedelta:
    return max(PAUSE, PAUSE_FACTOR * timedelta(seconds=seconds or 0.0))


def analysts_wanted() -> int:
    """How many processes have something to do now, 0 where all that is due is taken already."""
    now = timezone.now()
    held = [
        bool(until and until > now)
        for until in unanalysed().values_list("analysis_until", flat=True)[:LOOKED_AT]
    ]
    return 0 if all(held) else min(AT_ONCE, len(held))


def claim_ripe() -> "Claim | None":
    """The next batch, where there is one and fewer than two are analysed at this moment."""
    # most of the time there is none: that is found without the right to write
    if not ripe(timezone.now()):
        return None
    with transaction.atomic():
        # counting and claiming must not interleave with another analyst's
        take_sequence_lock()
        now = timezone.now()
        if unanalysed().filter(analysis_until__gt=now).count() >= AT_ONCE:
            return None
        for batch_id in ripe(now):
            claim = Claim(batch_id, now + LEASE)
            mine = unanalysed().filter(unclaimed(now), pk=batch_id)
            if mine.update(
                analysis_until=claim.until, analysis_attempts=F("analysis_attempts") + 1
            ):
                return claim
    return None


@dataclass
class Claim:
    """A batch that is ours until `until`, by which we are known in its row.

    Use it as a context: it is renewed beside the block, whatever that is busy with.
    """

    batch_id: str
    until: datetime
    ended: threading.Event = field(default_factory=threading.Event)
    renewer: threading.Thread | None = None

    def row(self) -> QuerySet[Batch]:
        """The batch while it is ours: empty once somebody else has taken it, or deleted it."""
        return Batch.objects.filter(pk=self.batch_id, analysis_until=self.until)

    def __enter__(self) -> "Claim":
        self.renewer = threading.Thread(target=self.renew_until_ended, daemon=True)
        self.renewer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Renew it no more: from now on `until` stays as it is."""
        self.ended.set()
        if self.renewer:
            self.renewer.join()

    def renew_until_ended(self) -> None:
        while not self.ended.wait(RENEW_SECONDS):
            try:
                if not self.renew():
                    break
            except Error as error:
                logger.warning("batch %s: its lease was not renewed: %s", self.batch_id, error)
        connections.close_all()

    def renew(self) -> bool:
        until = timezone.now() + LEASE
        renewed = bool(self.row().update(analysis_until=until))
        if renewed:
            self.until = until
        return renewed

    def release(self, **fields: Any) -> None:
        """Somebody else may go on at once; `fields` are written with it."""
        self.row().update(analysis_until=None, **fields)

    def withdraw(self) -> None:
        """The analyst was told to end, which is no fault of the batch."""
        self.release(analysis_attempts=F("analysis_attempts") - 1)
