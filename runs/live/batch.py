"""A batch as it is followed: how it is, what becomes of each iteration, its end.

One reader a process and batch looks at most four times a second, however many follow and however
fast runs end: each frame is made once, the same object for all of them. Of several changes of one
run between two looks the last is told. Who is behind what is kept reads the past for themselves.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from itertools import takewhile
from typing import Any
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError

from runs.access import visible
from runs.errors import BatchNotFound
from runs.files.watch import Bell
from runs.models import Batch

from .batch_frames import BatchState, IterationFrame, Look, frames_between, last_before, look
from .feed import feed, of_batch
from .pieces import SharedText
from .sight import InSight
from .subject import fresh

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.25
# For what no event of the batch tells of: how long it still takes, what it waits for.
REFRESH_SECONDS = 5.0
KEPT_FRAMES = 2000
MOST_AT_ONCE = 500


@database_sync_to_async
def find_batch_to_follow(user: Any, batch_id: str) -> Batch:
    """With no more than access needs. Raises BatchNotFound, NotAllowed."""
    batches = visible(fresh(user), Batch.objects.only("project", "owner"))
    batch = batches.filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    return batch


class BatchWatch:
    """Lives as long as somebody follows the batch in its event loop.

    `floor` is an event before all of its own, so that no other is looked through; `seq` is the
    number up to which it has read; `recent` holds every frame of an iteration after
    `kept_after`; `state` is as of `seq`, or nothing of it has changed since.
    """

    state: BatchState

    def __init__(self, batch_id: str) -> None:
        self.batch_id = batch_id
        self.followers: set[Bell] = set()
        self.floor = 0
        self.seq: int | None = None
        self.kept_after = 0
        self.recent: deque[IterationFrame] = deque()
        self.looked = asyncio.Event()
        self.task = asyncio.create_task(self._follow(), name=f"batch {batch_id}", context=Context())
        self.task.add_done_callback(self._ring)

    def require(self) -> None:
        """Raises what ended it: BatchNotFound once the batch is deleted."""
        if self.task.done():
            self.task.result()

    async def begun(self) -> None:
        """Once there is a state. Raises as `require`."""
        await self.looked.wait()
        self.require()

    async def frames_after(self, seq: int) -> tuple[int, list[SharedText]]:
        """Those of iterations with a larger number, oldest first, and the number read to."""
        assert self.seq is not None
        if seq >= self.kept_after:
            new = takewhile(lambda frame: frame.seq > seq, reversed(self.recent))
            return self.seq, [frame.text for frame in new][::-1]
        read = database_sync_to_async(frames_between)
        reached, frames = await read(self.batch_id, seq, self.seq, most=MOST_AT_ONCE)
        return reached, [frame.text for frame in frames]

    async def _follow(self) -> None:
        bell = Bell()
        with feed().listen(of_batch(self.batch_id), bell):
            self.floor = await database_sync_to_async(last_before)(self.batch_id)
            while True:
                await self._look()
                await asyncio.sleep(PAUSE_SECONDS)
                await bell.wait(self._patience())

    def _patience(self) -> float | None:
        ended = self.looked.is_set() and self.state.is_final
        return None if ended else REFRESH_SECONDS

    async def _look(self) -> None:
        try:
            seen = await database_sync_to_async(look)(self.batch_id, self.seq)
        except DatabaseError:
            logger.warning("batch %s: the database does not answer, asking again", self.batch_id)
            return
        self._take(seen)

    def _take(self, seen: Look) -> None:
        """Without a pause between: a follower never meets frames without their state."""
        if self.seq is None:
            self.kept_after = seen.seq
        is_new = self.seq is None or bool(seen.frames) or seen.state.told != self.state.told
        self.seq = seen.seq
        self.recent.extend(seen.frames)
        while len(self.recent) > KEPT_FRAMES:
            self.kept_after = self.recent.popleft().seq
        if is_new:
            self.state = seen.state
            self._ring()

    def _ring(self, _: object = None) -> None:
        self.looked.set()
        for bell in self.followers:
            bell.ring()


WATCHES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, BatchWatch]] = WeakKeyDictionary()


@asynccontextmanager
async def watched(batch_id: str, bell: Bell) -> AsyncIterator[BatchWatch]:
    """The one of all who follow this batch. Raises BatchNotFound."""
    watches = WATCHES.setdefault(asyncio.get_running_loop(), {})
    watch = watches.get(batch_id)
    if watch is None or watch.task.done():
        watch = watches[batch_id] = BatchWatch(batch_id)
    watch.followers.add(bell)
    try:
        await watch.begun()
        yield watch
    finally:
        watch.followers.discard(bell)
        if not watch.followers:
            watch.task.cancel()
            if watches.get(batch_id) is watch:
                del watches[batch_id]


async def follow_batch(
    watch: BatchWatch, since: int | None, shown: InSight
) -> AsyncIterator[SharedText]:
    """How it is, then the iterations that changed after `since`, or from now on without it, each
    before the state that counts it, to the end of the batch.

    Numbers rise, also that of the first: whoever connects again with the last one they have seen
    misses nothing and is told nothing twice. Raises NotFound once it is out of sight.
    """
    shown.require()
    told, now = watch.state, watch.seq or 0
    at = now if since is None else min(max(since, watch.floor), now)
    yield told.text_at(at)
    while True:
        reached, frames = await watch.frames_after(at)
        for frame in frames:
            yield frame
        shown.require()
        watch.require()
        at, state = reached, watch.state
        if at < (watch.seq or 0):
            continue
        if state is not told:
            yield state.text
            told = state
        if state.is_final:
            yield state.complete
            return
        await shown.bell.wait()
