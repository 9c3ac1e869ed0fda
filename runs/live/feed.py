"""One reader of new events a process, however many sockets are open.

It is woken by the bell file on this machine, and asks once a second for what another
machine wrote. Listeners only hear that something happened to their subject; what it was
they read for themselves, so nothing can be missed by a slow one.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError

from runs.events import bell_path, events_after, latest_seq, ring_bell
from runs.files.watch import Bell, watcher

logger = logging.getLogger(__name__)

EVERYTHING = ""
ASK_SECONDS = 1.0


class Feed:
    """Lives as long as somebody listens in its event loop."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Bell]] = {}
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, subject: str, bell: Bell) -> Iterator[None]:
        """Ring `bell` whenever an event of `subject` (or, for EVERYTHING, any) was written."""
        self.listeners.setdefault(subject, set()).add(bell)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._follow(), name="event feed")
        try:
            yield
        finally:
            self.listeners[subject].discard(bell)
            if not self.listeners[subject]:
                del self.listeners[subject]
            if not self.listeners and self.task:
                self.task.cancel()
                self.task = None

    async def _follow(self) -> None:
        await asyncio.to_thread(ring_bell)
        seq: int | None = None
        async with watcher.subscribe(bell_path()) as bell:
            while True:
                before, seq = seq, await self._pass_on(seq)
                # many events come in several readings
                if seq == before:
                    await bell.wait(ASK_SECONDS)

    async def _pass_on(self, seq: int | None) -> int | None:
        try:
            if seq is None:
                return await self._begin()
            events = await database_sync_to_async(events_after)(seq)
        except DatabaseError:
            logger.warning("event feed: the database does not answer, asking again")
            return seq
        for event in events:
            for bell in (*self.listeners.get(event.subject, ()), *self._listeners_of_all()):
                bell.ring()
        return events[-1].seq if events else seq

    async def _begin(self) -> int:
        """What was written before this number was known is caught by everybody's reading again."""
        seq = await database_sync_to_async(latest_seq)()
        for bells in self.listeners.values():
            for bell in bells:
                bell.ring()
        return seq

    def _listeners_of_all(self) -> set[Bell]:
        return self.listeners.get(EVERYTHING, set())


FEEDS: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()


def feed() -> Feed:
    """The feed of the running event loop."""
    return FEEDS.setdefault(asyncio.get_running_loop(), Feed())
