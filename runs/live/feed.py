"""One reader of new events a process, however many sockets are open.

It is woken by the bell file on this machine, and asks PostgreSQL once a second for what another
machine wrote. Listeners only hear that something happened to their subject. What it was they
take from the latest events, kept here for all, or read for themselves: nothing can be missed
by a slow one, and nothing is kept for it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import Context
from itertools import takewhile
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError, connection

from runs.events import bell_path, events_after, latest_seq, ring_bell
from runs.files.watch import Bell, watcher

from .shared_event import SharedEvent

logger = logging.getLogger(__name__)

EVERYTHING = ""
# Who sees what: no event of it is told to anybody, but what is told of others may depend on it.
ACCOUNTS = "accounts"
ASK_SECONDS = 1.0
# A database that is a file has no other machine that writes it: only a bell that could not be
# rung, as on a full disk, is made up for.
ASK_FILE_SECONDS = 5.0
MOST_AT_ONCE = 500
KEPT_EVENTS = 1000


def of_topic(topic: str) -> str:
    """The subject to listen to for all events of a topic."""
    return f"topic:{topic}"


def of_batch(batch_id: str) -> str:
    """The subject to listen to for a batch and for all of its runs."""
    return f"batch:{batch_id}"


def ask_seconds() -> float:
    return ASK_FILE_SECONDS if connection.vendor == "sqlite" else ASK_SECONDS


class Feed:
    """Lives as long as somebody listens in its event loop.

    `seq` is the number up to which it has read, None before its first look; `recent` holds
    every event after `kept_after`.
    """

    def __init__(self) -> None:
        self.listeners: dict[str, set[Bell]] = {}
        self.seq: int | None = None
        self.kept_after = 0
        self.recent: deque[SharedEvent] = deque()
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, subject: str, bell: Bell) -> Iterator[None]:
        """Ring `bell` whenever an event of `subject` (or, for EVERYTHING, any) was written."""
        self.listeners.setdefault(subject, set()).add(bell)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._follow(), name="event feed", context=Context())
        try:
            yield
        finally:
            self.listeners[subject].discard(bell)
            if not self.listeners[subject]:
                del self.listeners[subject]
            if not self.listeners and self.task:
                self.task.cancel()
                self.task = None

    async def events_after(
        self, seq: int, topics: Collection[str] = ()
    ) -> tuple[int, list[SharedEvent]]:
        """Those with a larger number than `seq`, oldest first, and the number read to.

        At most 500 from the database; empty `topics` means any. Raises DatabaseError.
        """
        reached = self.seq
        if reached is not None and seq >= self.kept_after:
            new = takewhile(lambda event: event.seq > seq, reversed(self.recent))
            kept = [event for event in new if not topics or event.topic in topics]
            return max(seq, reached), kept[::-1]
        read = database_sync_to_async(events_after)
        found = await read(seq, topics=topics, limit=MOST_AT_ONCE)
        last = found[-1].seq if found else seq
        if len(found) < MOST_AT_ONCE:
            last = max(last, reached or 0)
        return last, [SharedEvent(event) for event in found]

    async def _follow(self) -> None:
        self.seq = None
        await asyncio.to_thread(ring_bell)
        async with watcher.subscribe(bell_path()) as bell:
            while True:
                # many events come in several readings
                if not await self._pass_on():
                    await bell.wait(ask_seconds())

    async def _pass_on(self) -> bool:
        """Whether there was something new."""
        before = self.seq
        try:
            if before is None:
                await self._begin()
            else:
                await self._read_on(before)
        except DatabaseError:
            logger.warning("event feed: the database does not answer, asking again")
        return self.seq != before

    async def _begin(self) -> None:
        """What was written before this number was known is caught by everybody's reading again."""
        self.seq = self.kept_after = await database_sync_to_async(latest_seq)()
        self.recent.clear()
        for bells in self.listeners.values():
            for bell in bells:
                bell.ring()

    async def _read_on(self, seq: int) -> None:
        for event in await database_sync_to_async(events_after)(seq, limit=MOST_AT_ONCE):
            self.recent.append(SharedEvent(event))
            self.seq = event.seq
            for subject in subjects_of(self.recent[-1]):
                for bell in self.listeners.get(subject, ()):
                    bell.ring()
        while len(self.recent) > KEPT_EVENTS:
            self.kept_after = self.recent.popleft().seq


def subjects_of(event: SharedEvent) -> list[str]:
    """Those whose listeners an event concerns."""
    batch = [of_batch(event.batch)] if event.batch else []
    return [EVERYTHING, event.subject, of_topic(event.topic), *batch]


FEEDS: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()


def feed() -> Feed:
    """The feed of the running event loop."""
    return FEEDS.setdefault(asyncio.get_running_loop(), Feed())
