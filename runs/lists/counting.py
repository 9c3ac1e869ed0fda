"""Figures of long lists, such as how many rows there are, kept until something has happened."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import QuerySet

KEPT_SECONDS = 60
# A count that takes long is not made again at each event: a hundredth of the time is enough.
SLOW_COUNT_SECONDS = 0.005
KEPT_TIMES = 100

Figure = TypeVar("Figure")


def count_of(rows: QuerySet[Any], seq: int) -> int:
    """The number of rows as of event `seq`; nothing but what an event tells of changes it."""
    return figure_of(rows, seq, "counted", rows.count)


def figure_of(rows: QuerySet[Any], seq: int, name: str, ask: Callable[[], Figure]) -> Figure:
    """What `ask` says of all rows, asked again only after an event, and seldom if it is slow."""
    key = f"{name}-" + sha256(str(rows.query).encode()).hexdigest()
    known: tuple[int, float, Figure] | None = cache.get(key)
    began = time.monotonic()
    if known and (known[0] == seq or began < known[1]):
        return known[2]
    figure = ask()
    took = time.monotonic() - began
    kept = KEPT_TIMES * took if took > SLOW_COUNT_SECONDS else 0.0
    cache.set(key, (seq, began + kept, figure), KEPT_SECONDS)
    return figure
