"""Tell of what discovery changed, inside the transaction of the change."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from runs.events import record_event

EVENTS_A_BATCH = 200


@dataclass(frozen=True)
class Change:
    """`kind` is the event's (`job.found`, `checkpoint.gone`), `pk` the row's, `project` the slug of
    its project; `payload` is what a row of a list needs beside its id."""

    kind: str
    pk: int
    project: str
    payload: dict[str, Any] = field(default_factory=dict)


def announce(topic: str, changes: list[Change]) -> None:
    """An event for each change; one with counts for a batch that is too long to tell singly.

    `topic` is `jobs` or `checkpoints`, and its singular the start of the subjects.
    """
    if len(changes) > EVENTS_A_BATCH:
        counts = Counter(change.kind for change in changes)
        announce_counts(topic, dict(counts))
        return
    for change in changes:
        record_event(
            topic=topic,
            kind=change.kind,
            subject=f"{topic.removesuffix('s')}:{change.pk}",
            payload={"id": change.pk, **change.payload},
            project=change.project,
        )


def announce_counts(topic: str, counts: dict[str, int]) -> None:
    """`counts` says how many of which kind; readers then ask for the list anew."""
    record_event(topic=topic, kind=f"{topic}.changed", subject="", payload={"counts": counts})
