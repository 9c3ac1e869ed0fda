"""A file of a run or a job as Server-Sent Events, for scripts and for `curl -N`.

The same pieces as over a socket, without acknowledgement: the transport of the server holds back
for a reader that is slow, and drops one that does not read.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from runs.accounts.standing import Standing
from runs.errors import FusionwebError, NotAuthenticated
from runs.executed import Executed
from runs.files.watch import Bell

from .edge import Kind
from .ending import ending
from .follower import Follower, follow
from .logins import logins
from .own_thread import let_thread_go
from .sight import kept_in_sight

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
# Said when the server ends: it is back within seconds.
RETRY_MS = 1000


class Login:
    """The login a stream was opened by, as long as it holds."""

    def __init__(self, bell: Bell) -> None:
        self.bell = bell
        self.over = False

    async def end(self) -> None:
        self.over = True
        self.bell.ring()

    def require(self) -> None:
        """Raises NotAuthenticated once it is over."""
        if self.over:
            raise NotAuthenticated("The login of this stream has ended.")


class EventStream:
    """Pieces of text/event-stream. Of what is deleted meanwhile, or out of sight, an `error`."""

    def __init__(self, user: Any, standing: Standing, executed: Executed, trace_id: str) -> None:
        self.user = user
        self.standing = standing
        self.executed = executed
        self.trace_id = trace_id
        self.bell = Bell()
        self.login = Login(self.bell)

    async def of(self, kind: Kind, asked: int) -> AsyncIterator[bytes]:
        """From byte `asked` on, a negative one counted from the end, until `done`."""
        # the client learns at once that it is connected
        yield b": follow\n\n"
        try:
            async with AsyncExitStack() as held:
                follower = await self.begin(kind, asked, held)
                async for text in self.pieces(follower):
                    yield text
        except FusionwebError as error:
            yield self.error(error.code, error.message)
        except Exception:
            logger.exception("trace %s: event stream failed", self.trace_id)
            yield self.error("internal_error", "Something went wrong on our side.")

    async def begin(self, kind: Kind, asked: int, held: AsyncExitStack) -> Follower:
        """With everything that may end it watched."""
        held.enter_context(ending.listen(self.bell))
        held.enter_context(logins().watch(self.standing, self.login.end))
        sight = kept_in_sight(self.user, self.executed, self.bell)
        self.shown = await held.enter_async_context(sight)
        await let_thread_go()
        return await held.enter_async_context(follow(self.executed, kind, asked, self.bell))

    async def pieces(self, follower: Follower) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        said_at = now()
        while not (follower.ended or ending.begun):
            piece = await follower.next_piece(max(0.0, said_at + HEARTBEAT_SECONDS - now()))
            self.shown.require()
            self.login.require()
            if piece:
                yield b"".join(frame.as_event for frame in piece.frames)
            elif now() - said_at >= HEARTBEAT_SECONDS:
                yield b": still here\n\n"
            else:
                continue
            said_at = now()
        if follower.ended:
            told = {"status": follower.status, "offset": follower.offset}
            yield event("done", told, follower.offset)
        else:
            yield f"retry: {RETRY_MS}\n\n".encode()

    def error(self, code: str, message: str) -> bytes:
        told = {"code": code, "message": message, "trace_id": self.trace_id}
        return event("error", {"error": told})


def event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    said = "" if number is None else f"id: {number}\n"
    return f"event: {name}\n{said}data: {json.dumps(data)}\n\n".encode()
