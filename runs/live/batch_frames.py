"""What the followers of a batch are told, out of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from runs.analysis.selectors import counts_of, eta_seconds, sentence
from runs.contract.status import Status
from runs.errors import BatchNotFound
from runs.events import latest_seq
from runs.lifecycle.selectors import queue_state
from runs.lists.audit_filter import first_seq_at
from runs.models import Batch, Event, Iteration

from .pieces import SharedText

# What else is told of a run changes nothing that a batch shows.
KINDS = frozenset({"run.created", *(f"run.{status}" for status in Status)})
COUNTS = ("total", "waiting", "running", "completed", "failed", "cancelled", "lost", "preempted",
          "gone", "unmade")  # fmt: skip


@dataclass(frozen=True)
class IterationFrame:
    seq: int
    text: SharedText


@dataclass(frozen=True)
class BatchState:
    """`told` is what its frame says but kind and number."""

    seq: int
    told: dict[str, Any]
    headlines: list[str]

    @property
    def is_final(self) -> bool:
        return self.told["status"] not in (Status.PENDING, Status.RUNNING)

    @cached_property
    def text(self) -> SharedText:
        return SharedText.of({"kind": "state", "seq": self.seq, **self.told})

    def text_at(self, seq: int) -> SharedText:
        """With the number that its reader has come to, which it holds as well."""
        if seq == self.seq:
            return self.text
        return SharedText.of({"kind": "state", "seq": seq, **self.told})

    @cached_property
    def complete(self) -> SharedText:
        ended = {name: self.told[name] for name in ("status", "reason")}
        return SharedText.of(
            {"kind": "complete", "seq": self.seq, **ended, "headlines": self.headlines}
        )


@dataclass(frozen=True)
class Look:
    """The state as of event `seq`, and what became of iterations since the last look."""

    seq: int
    state: BatchState
    frames: list[IterationFrame]


def look(batch_id: str, since: int | None) -> Look:
    """Without `since` no frames. Raises BatchNotFound."""
    seq = latest_seq()
    told, headlines = read_state(batch_id)
    if told["status"] not in (Status.PENDING, Status.RUNNING):
        # it ended after all of its runs: their events are there by now, and nothing follows
        seq = latest_seq()
    frames = [] if since is None else frames_between(batch_id, since, seq)[1]
    return Look(seq, BatchState(seq, told, headlines), frames)


def read_state(batch_id: str) -> tuple[dict[str, Any], list[str]]:
    batch = with_result_keys(Batch.objects.filter(pk=batch_id)).first()
    if batch is None:
        raise BatchNotFound
    counts = counts_of(batch)
    told = {
        "status": str(batch.status),
        "reason": sentence(batch, counts, queue_state()),
        "counts": {name: getattr(counts, name) for name in COUNTS},
        "fraction": counts.fraction,
        "eta_seconds": eta_seconds(batch, counts),
        "partial": batch.result_partial,
        "result_at": written(batch.analysed_at),
    }
    return told, batch.result_headlines or []


def with_result_keys(batches: QuerySet[Batch]) -> QuerySet[Any]:
    """With two words of a result that may be long."""
    keys = {f"result_{key}": KeyTransform(key, "result") for key in ("partial", "headlines")}
    return batches.defer("config_text", "overrides", "notes", "result").annotate(**keys)


def written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def last_before(batch_id: str) -> int:
    """An event before all of the batch's. Raises BatchNotFound."""
    created_at = Batch.objects.filter(pk=batch_id).values_list("created_at", flat=True).first()
    if created_at is None:
        raise BatchNotFound
    return max(first_seq_at(created_at) - 1, 0)


def frames_between(
    batch_id: str, since: int, upto: int, most: int | None = None
) -> tuple[int, list[IterationFrame]]:
    """Of the iterations that changed after event `since` and up to `upto`, in that order, and
    how far it has read: `most` events at a time."""
    events = events_between(batch_id, since, upto, most)
    reached = events[-1].seq if most and len(events) == most else upto
    return reached, frames_of(batch_id, events)


def events_between(batch_id: str, since: int, upto: int, most: int | None) -> list[Event]:
    of_runs = Event.objects.filter(topic="runs", payload__batch=batch_id)
    found = of_runs.filter(seq__gt=since, seq__lte=upto)
    return list(found.order_by("seq")[:most])


def frames_of(batch_id: str, events: Sequence[Event]) -> list[IterationFrame]:
    """The last change of each run; none of one whose place a retry has taken."""
    latest = {event.subject: event for event in events if event.kind in KINDS}
    places = Iteration.objects.filter(batch=batch_id, run__in=list(latest)) if latest else []
    frames = [frame_of(place, latest[str(place.run_id)]) for place in places]
    return sorted(frames, key=lambda frame: frame.seq)


def frame_of(iteration: Iteration, event: Event) -> IterationFrame:
    text = SharedText.of(
        {
            "kind": "iteration",
            "seq": event.seq,
            "at": event.at.isoformat(),
            "point": iteration.point,
            "number": iteration.number,
            "seed": iteration.seed,
            "run_id": iteration.run_id,
            "status": event.payload["status"],
            "reason": event.payload["reason"],
        }
    )
    return IterationFrame(event.seq, text)
