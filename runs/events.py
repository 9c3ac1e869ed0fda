"""Record and read events: the live feed, the audit trail and the replay after a reconnect.

Readers ask for `seq > n`, so a sequence number must never become visible after a larger
one. SQLite has one writer at a time (`BEGIN IMMEDIATE`), so its numbers rise in the order
of commit; PostgreSQL takes them under a lock held until commit.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from runs.asking import asker
from runs.models import Event

SEQUENCE_LOCK = 0x66757369


def bell_path() -> Path:
    """The file whose change says "there is something new in the database"."""
    return Path(settings.FUSIONWEB_DATA) / "bell"


def ring_bell() -> None:
    """Wake whoever watches the bell on this machine; others notice by asking every second."""
    path = bell_path()
    try:
        path.touch()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError:
        # a full or read-only disk must not undo a committed order: readers also poll
        pass


def take_sequence_lock() -> None:
    """Hold, until this transaction ends, the right to write events. Part of a transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCE_LOCK])


def record_event(
    *,
    topic: str,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    actor: User | None = None,
    project: str | None = None,
) -> Event:
    """Write one event with the change it tells of: only inside that change's transaction.

    `project` is the slug of the project it belongs to; only who may see that is told.
    """
    event = Event(topic=topic, kind=kind, subject=subject, payload=payload, project=project)
    begin_writing([event], actor)
    event.save(force_insert=True)
    return event


def record_events(events: Sequence[Event], actor: User | None = None) -> None:
    """Many at once, unsaved as they are given, in their order; otherwise as `record_event`."""
    begin_writing(events, actor)
    Event.objects.bulk_create(events)


def begin_writing(events: Sequence[Event], actor: User | None) -> None:
    """Who did it goes into each of them; what follows is told after the commit."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event belongs to a transaction")
    take_sequence_lock()
    who = asker()
    for event in events:
        event.actor = actor
        event.address = who.address
        event.token_id = who.token_id
    transaction.on_commit(ring_bell)


def latest_seq() -> int:
    """The newest sequence number; 0 while there is none."""
    return Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def events_after(seq: int, *, topics: Collection[str] = (), limit: int = 500) -> list[Event]:
    """At most `limit` events with a larger number than `seq`, oldest first; empty: any topic."""
    events = Event.objects.filter(seq__gt=seq)
    if topics:
        events = events.filter(topic__in=topics)
    return list(events.order_by("seq")[:limit])
