"""Streams stay open for hours; meanwhile a project may be closed, or somebody be taken out of it.

One look for all of a process: at the next event about members, and each minute for what no event
tells of, such as who is no longer staff.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.db import DatabaseError

from runs.access import may_see
from runs.errors import NotFound
from runs.executed import Executed
from runs.files.watch import Bell
from runs.models import Batch, CreationSession

from .feed import ACCOUNTS, feed, of_topic

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
Shown = Executed | CreationSession | Batch


class InSight:
    """What one stream shows to one person."""

    def __init__(self, user: Any, thing: Shown, bell: Bell) -> None:
        self.user_id = user.pk
        self.thing = thing
        self.bell = bell
        self.lost = False

    def require(self) -> None:
        """To be asked before anything is sent. Raises NotFound once it is out of sight."""
        if self.lost:
            raise NotFound


class Sights:
    """Lives as long as something is shown in its event loop."""

    def __init__(self) -> None:
        self.shown: set[InSight] = set()
        self.task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def keep(self, user: Any, thing: Shown, bell: Bell) -> AsyncIterator[InSight]:
        shown = InSight(user, thing, bell)
        self.shown.add(shown)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(
                self._look_again(), name="sight of streams", context=Context()
            )
        try:
            # what changed since the thing was found was told before anybody listened for it
            await self._look([shown])
            yield shown
        finally:
            self.shown.discard(shown)
            if not self.shown and self.task:
                self.task.cancel()
                self.task = None

    async def _look_again(self) -> None:
        bell = Bell()
        with feed().listen(of_topic(ACCOUNTS), bell):
            while True:
                # first of all, for what was told before this began to listen
                await self._look(list(self.shown))
                await bell.wait(LOOK_SECONDS)

    async def _look(self, some: Collection[InSight]) -> None:
        try:
            lost = await database_sync_to_async(out_of_sight)(some)
        except DatabaseError:
            logger.warning("sight of streams: the database does not answer, asking again")
            return
        for shown in lost:
            shown.lost = True
            shown.bell.ring()


def out_of_sight(shown: Collection[InSight]) -> list[InSight]:
    """A query for all people, and one small one for each of them."""
    ids = {each.user_id for each in shown}
    users = get_user_model().objects.filter(is_active=True).in_bulk(ids)
    return [
        each
        for each in shown
        if each.user_id not in users or not may_see(users[each.user_id], each.thing)
    ]


SIGHTS: WeakKeyDictionary[asyncio.AbstractEventLoop, Sights] = WeakKeyDictionary()


@asynccontextmanager
async def kept_in_sight(user: Any, thing: Shown, bell: Bell) -> AsyncIterator[InSight]:
    """Rings `bell` when the person may no longer see it; `require` then raises NotFound."""
    sights = SIGHTS.setdefault(asyncio.get_running_loop(), Sights())
    async with sights.keep(user, thing, bell) as shown:
        yield shown
