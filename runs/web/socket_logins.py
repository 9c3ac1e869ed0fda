"""Sockets stay open for days; the login that opened them may end before.

One look for all sockets of the process: a timer and a query for each would cost more than the
sockets themselves.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError

from runs.accounts.standing import Standing, ended

logger = logging.getLogger(__name__)

LOOK_SECONDS = 20.0
Close = Callable[[], Awaitable[None]]


class SocketLogins:
    """Lives as long as a socket is open in its event loop."""

    def __init__(self) -> None:
        self.open: dict[Standing, set[Close]] = {}
        self.task: asyncio.Task[None] | None = None
        self.closing: set[asyncio.Task[None]] = set()

    @contextmanager
    def watch(self, standing: Standing, close: Close) -> Iterator[None]:
        """Calls `close` once the login no longer holds, within 20 s."""
        self.open.setdefault(standing, set()).add(close)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._look_again(), name="logins of sockets")
        try:
            yield
        finally:
            self._forget(standing, close)

    def _forget(self, standing: Standing, close: Close) -> None:
        sockets = self.open.get(standing, set())
        sockets.discard(close)
        if not sockets:
            self.open.pop(standing, None)
        if not self.open and self.task:
            self.task.cancel()
            self.task = None

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                over = await database_sync_to_async(ended)(list(self.open))
            except DatabaseError:
                logger.warning("logins of sockets: the database does not answer, asking again")
                continue
            for standing in over:
                self._close_all(standing)

    def _close_all(self, standing: Standing) -> None:
        """Each in a task of its own: a client that does not read must not hold up the others."""
        for close in self.open.pop(standing, ()):
            task = asyncio.ensure_future(close())
            self.closing.add(task)
            task.add_done_callback(self.closing.discard)


_logins: WeakKeyDictionary[asyncio.AbstractEventLoop, SocketLogins] = WeakKeyDictionary()


def socket_logins() -> SocketLogins:
    """The one of the running event loop."""
    return _logins.setdefault(asyncio.get_running_loop(), SocketLogins())
