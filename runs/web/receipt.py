"""What a cancellation did, in words."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.dateparse import parse_datetime

from runs.contract.status import ACTIVE
from runs.models import Run


@dataclass(frozen=True)
class Step:
    """One signal and whom it reached, as "python3 (4711)"."""

    signal: str
    at: datetime | None
    processes: list[str]


@dataclass(frozen=True)
class Receipt:
    all_gone: bool
    steps: list[Step] = field(default_factory=list)
    still_alive: list[str] = field(default_factory=list)


def readable_receipt(run: Run) -> Receipt | None:
    """None where nobody cancelled, or it is still under way."""
    given = run.cancel_receipt
    if not given or run.status in ACTIVE:
        return None
    signalled = [item for item in given.get("signalled") or [] if isinstance(item, dict)]
    steps = [
        step(signal, list(items))
        for signal, items in groupby(signalled, key=lambda item: str(item.get("signal")))
    ]
    still_alive = [process(item) for item in given.get("still_alive") or []]
    return Receipt(bool(given.get("all_gone")), steps, still_alive)


def step(signal: str, items: list[dict[str, Any]]) -> Step:
    return Step(signal, parse_datetime(str(items[0].get("at"))), [process(i) for i in items])


def process(item: Any) -> str:
    """A process as the receipt holds it: an object, or its pid alone."""
    if not isinstance(item, dict):
        return f"pid {item}"
    return f"{item.get('name') or 'process'} ({item.get('pid')})"
