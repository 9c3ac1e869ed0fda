"""What a list shows of each batch, read for a whole page in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KeyTransform

from runs.access import visible
from runs.analysis.selectors import BatchCounts, counts_of_many, eta_seconds, sentence
from runs.lifecycle.selectors import QueueState
from runs.models import Batch
from runs.web.batch_words import kind_words

# Never read for a list: the result has all that failed, the texts may be long.
LEFT_OUT = ("result", "config_text", "overrides", "notes", "metrics", "resources")


@dataclass(frozen=True)
class BatchRow:
    """A batch as a line of a list; `headline` is the first sentence of its result."""

    batch: Batch
    kind: str
    counts: BatchCounts
    sentence: str
    eta_seconds: float | None
    headline: str
    is_partial: bool


def load_batch_rows(ids: Iterable[str], user: Any, queue: QueueState) -> list[BatchRow]:
    """The batches in the order of `ids`; those that are gone or hidden are left out."""
    ids = list(ids)
    found = (
        visible(user, Batch.objects.filter(pk__in=ids))
        .select_related("project", "program", "owner")
        .defer(*LEFT_OUT)
        .annotate(
            seen_headlines=KeyTransform("headlines", "result"),
            seen_partial=KeyTransform("partial", "result"),
        )
    )
    batches = {batch.pk: batch for batch in found}
    counts = counts_of_many(list(batches.values()))
    rows = [batches[pk] for pk in ids if pk in batches]
    return [make_row(batch, counts[batch.pk], queue) for batch in rows]


def make_row(batch: Any, counts: BatchCounts, queue: QueueState) -> BatchRow:
    return BatchRow(
        batch=batch,
        kind=kind_words(batch),
        counts=counts,
        sentence=sentence(batch, counts, queue),
        eta_seconds=eta_seconds(batch, counts),
        headline=next(iter(batch.seen_headlines or []), ""),
        is_partial=bool(batch.seen_partial),
    )
