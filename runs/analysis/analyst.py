"""The analyst: from the directories of a batch's runs to its result, one batch at a time.

Every step may be killed: what was read stays read, the result is written in one transaction, and
a batch whose analyst is gone is analysed by another. One that kills its analyst again and again
ends without statistics, and says so.
"""

import logging
import time

from django.db import Error, close_old_connections, transaction
from django.utils import timezone

from runs.events import bell_path
from runs.models import Batch, BatchMetric

from .claims import Claim, claim_ripe
from .collecting import collect, measured_of
from .conclusion import conclude_if_ended
from .evaluation import Evaluation, Plan, evaluate
from .result import BatchResult
from .selectors import counts_of
from .transitions import announce

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
GIVEN_UP = (
    f"could not be analysed: {MOST_ATTEMPTS} attempts were ended from outside, by a lack of memory "
    "perhaps, or failed at the database"
)
FAULT_PAUSE_SECONDS = 1.0
# Runs that end one after another are looked at together.
PAUSE_SECONDS = 0.2
LOOK_SECONDS = 1.0


def work(idle_seconds: float) -> None:
    """Analyse whatever is due, until nothing was for so long."""
    bell = Bell()
    worked_at = time.monotonic()
    while time.monotonic() - worked_at < idle_seconds:
        bell.listen()
        if step():
            worked_at = time.monotonic()
        else:
            bell.wait(LOOK_SECONDS)


class Bell:
    """Whoever changes something touches the bell: its time is asked for, which costs nothing."""

    def __init__(self) -> None:
        self.heard = 0

    def listen(self) -> None:
        self.heard = self.rung_at()

    def wait(self, seconds: float) -> None:
        """Until it rings, but not for longer; other machines' cannot be heard."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
            if self.rung_at() != self.heard:
                return

    def rung_at(self) -> int:
        try:
            return bell_path().stat().st_mtime_ns
        except OSError:
            return 0


def step() -> bool:
    """Analyse the batch that is most due; False where there is none."""
    try:
        claim = claim_ripe()
    except Error as error:
        logger.warning("the analyst cannot ask the database and will again: %s", error)
        close_old_connections()
        return False
    if claim is None:
        return False
    attempt(claim)
    return True


def attempt(claim: Claim) -> None:
    """A fault of the database passes; any other is the batch's own, and ends its analysis."""
    try:
        with claim:
            analyse(claim)
    except Error:
        logger.exception("batch %s: its analysis will be tried again", claim.batch_id)
        close_old_connections()
        time.sleep(FAULT_PAUSE_SECONDS)
        claim.release()
    except Exception as error:
        logger.exception("batch %s could not be analysed", claim.batch_id)
        give_up(claim, f"could not be analysed: {type(error).__name__}: {error}")
    except BaseException:
        claim.withdraw()
        raise


def analyse(claim: Claim) -> None:
    began = time.monotonic()
    batch = claim.row().select_related("project", "program", "owner").first()
    if batch is None:
        return
    if batch.analysis_attempts > MOST_ATTEMPTS:
        # the next change of it must not begin all over
        give_up(claim, GIVEN_UP, attempts=MOST_ATTEMPTS)
        return
    collect(batch)
    evaluation = evaluate(plan_of(batch), measured_of(batch), timezone.now())
    evaluation.result.seconds = round(time.monotonic() - began, 3)
    claim.end()
    if write(claim, batch, evaluation):
        logger.info("batch %s: analysed in %s s", batch.pk, evaluation.result.seconds)


def plan_of(batch: Batch) -> Plan:
    return Plan(
        kind=batch.kind,
        points=batch.points,
        parameters=batch.parameters,
        metrics=batch.metrics,
        declared=batch.program.metrics,
        total=batch.total,
    )


def write(claim: Claim, batch: Batch, evaluation: Evaluation) -> bool:
    """The result and, where it is the last one, the end of the batch; False where the batch is no
    longer ours. What has changed meanwhile leaves it due."""
    rows = [
        BatchMetric(
            batch=batch,
            name=summary.name,
            position=position,
            summary=summary.model_dump(mode="json"),
            values=[each.model_dump(mode="json") for each in values],
        )
        for position, (summary, values) in enumerate(evaluation.metrics)
    ]
    with transaction.atomic():
        if not write_result(claim, batch, evaluation.result, analysis_attempts=0):
            return False
        BatchMetric.objects.filter(batch=batch).delete()
        BatchMetric.objects.bulk_create(rows, batch_size=20)
        announce(batch, "analysed")
        conclude_if_ended(batch)
    return True


def write_result(claim: Claim, batch: Batch, result: BatchResult, **fields: int) -> bool:
    """It tells of the revision that `batch` was read with, even if there is a later one now."""
    batch.result = result.model_dump(mode="json")
    batch.analysed_at = result.analysed_at
    batch.analysed_revision = batch.revision
    values = {
        "result": batch.result,
        "analysed_at": batch.analysed_at,
        "analysed_revision": batch.analysed_revision,
        **fields,
    }
    return bool(claim.row().update(analysis_until=None, **values))


def give_up(claim: Claim, reason: str, attempts: int = 0) -> None:
    """Keep the metrics that there are from before, say why there are no others, and end what has
    ended: until something changes, nobody tries again."""
    claim.end()
    with transaction.atomic():
        batch = claim.row().select_related("project", "program", "owner").first()
        if batch is None:
            return
        write_result(claim, batch, without_statistics(batch, reason), analysis_attempts=attempts)
        announce(batch, "analysed")
        conclude_if_ended(batch, reason)


def without_statistics(batch: Batch, reason: str) -> BatchResult:
    counts = counts_of(batch)
    return BatchResult(
        partial=True,
        analysed_at=timezone.now(),
        total=counts.total,
        ended=counts.ended,
        completed=counts.completed,
        metrics=list(batch.measured.values_list("name", flat=True)),
        warnings=[f"This batch {reason}"],
    )
