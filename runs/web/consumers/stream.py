"""What every socket shares: who may listen, a task that sends, acknowledged flow control.

The task sleeps on one bell. Whoever has something for it rings, and it decides by reading what
there is to say. Each is an ASGI application without the channel layer and the task per message
that a consumer of Channels has: of two hundred followers these were half the work.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from runs.errors import NotAllowed, NotFound
from runs.files.watch import Bell
from runs.live.pieces import SharedText

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

WINDOW_BYTES = 1024 * 1024
ACKNOWLEDGE_SECONDS = 60.0

DONE = 1000
INTERNAL_ERROR = 1011
NOT_LOGGED_IN = 4401
NOT_ALLOWED = 4403
NO_SUCH_THING = 4404
NOT_ACKNOWLEDGED = 4408


class TooSlow(Exception):
    """The client has acknowledged nothing for a minute."""


class Stream:
    """A socket that only sends. Subclasses load their subject and send until they return."""

    def __init__(self, scope: dict[str, Any], send: Send) -> None:
        self.scope = scope
        self.send = send
        self.bell = Bell()
        self.acknowledged = 0
        self.acknowledgement = asyncio.Event()

    @classmethod
    def as_asgi(cls) -> Any:
        """What a route leads to: an ASGI application, although Django's types know only views."""

        async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await cls(scope, send).serve(receive)

        return application

    async def load(self) -> None:
        """Find what the address names. Raises NotFound or NotAllowed."""
        raise NotImplementedError

    async def stream(self) -> None:
        """Send until there is nothing more to come."""
        raise NotImplementedError

    async def serve(self, receive: Receive) -> None:
        await receive()
        # Accepted before it is refused: a browser sees the close code of an open socket only.
        await self.send({"type": "websocket.accept"})
        sender = asyncio.create_task(self._send_all())
        try:
            while (message := await receive())["type"] == "websocket.receive":
                self.hear(message.get("text"))
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError):
                await sender

    async def _send_all(self) -> None:
        try:
            code = await self._send_until_done()
        except NotFound:
            code = NO_SUCH_THING
        except NotAllowed:
            code = NOT_ALLOWED
        except TooSlow:
            code = NOT_ACKNOWLEDGED
        except Exception:
            logger.exception("socket %s failed", self.scope["path"])
            code = INTERNAL_ERROR
        await self.send({"type": "websocket.close", "code": code})

    async def _send_until_done(self) -> int:
        if not self.scope["user"].is_authenticated:
            return NOT_LOGGED_IN
        await self.load()
        await self.stream()
        return DONE

    def hear(self, text: str | None) -> None:
        """The only thing a client says is {"ack": offset}; anything else is passed over."""
        try:
            message = json.loads(text or "")
            offset = message["ack"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if isinstance(offset, int):
            self.acknowledged = offset
            self.acknowledgement.set()

    async def send_frame(self, frame: dict[str, Any]) -> None:
        await self.send_text(SharedText.of(frame))

    async def send_text(self, text: SharedText) -> None:
        await self.send({"type": "websocket.send", "text": text})

    async def wait_for_window(self, offset: int) -> None:
        """Until less than 1 MiB before `offset` is unacknowledged. Raises TooSlow."""
        while offset - self.acknowledged >= WINDOW_BYTES:
            self.acknowledgement.clear()
            try:
                await asyncio.wait_for(self.acknowledgement.wait(), ACKNOWLEDGE_SECONDS)
            except TimeoutError:
                raise TooSlow from None

    def number_asked(self, name: str, default: int = 0) -> int:
        """A whole number from the address; `default` where there is none or it is junk."""
        query = dict(
            part.split("=", 1)
            for part in self.scope["query_string"].decode("ascii", "replace").split("&")
            if "=" in part
        )
        try:
            return int(query.get(name, ""))
        except ValueError:
            return default
