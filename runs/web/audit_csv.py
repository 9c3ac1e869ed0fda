"""Events as a table for a spreadsheet, however many there are."""

import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from runs.files.table import csv_lines
from runs.models import Event
from runs.web.acts import Act, make_acts

ROWS_AT_ONCE = 1000
COLUMNS = (
    "seq", "at", "actor", "address", "token", "topic", "kind", "subject", "project", "sentence",
    "payload",
)  # fmt: skip


async def csv_of(events: QuerySet[Event]) -> AsyncIterator[bytes]:
    """Newest first, in pieces; what is added meanwhile is not in it."""
    yield csv_lines([COLUMNS])
    below: int | None = None
    while acts := await read_acts(events, below):
        below = acts[-1].event.seq
        yield csv_lines([cells(act) for act in acts])


@sync_to_async
def read_acts(events: QuerySet[Event], below: int | None) -> list[Act]:
    rows = events if below is None else events.filter(seq__lt=below)
    return make_acts(list(rows.select_related("actor", "token").order_by("-seq")[:ROWS_AT_ONCE]))


def cells(act: Act) -> tuple[Any, ...]:
    event = act.event
    return (
        event.seq, event.at.isoformat(), act.who, event.address or "",
        event.token.label if event.token else "", event.topic, event.kind, event.subject,
        event.project or "", act.sentence, json.dumps(event.payload, ensure_ascii=False),
    )  # fmt: skip
