"""What every socket shares: who may listen, a task that sends, acknowledged flow control.

The task sleeps on one bell. The watcher rings it for new bytes, the feed for events, and a
consumer decides by reading what there is to say.
"""

import asyncio
import json
import logging
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from runs.errors import NotAllowed, NotFound
from runs.files.watch import Bell

logger = logging.getLogger(__name__)

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


class Stream(AsyncWebsocketConsumer):
    """A socket that only sends. Subclasses load their subject and send until they return."""

    sender: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Find what the address names. Raises NotFound or NotAllowed."""
        raise NotImplementedError

    async def stream(self) -> None:
        """Send until there is nothing more to come."""
        raise NotImplementedError

    async def connect(self) -> None:
        # Accepted before it is refused: a browser sees the close code of an open socket only.
        await self.accept()
        self.bell = Bell()
        self.acknowledged = 0
        self.acknowledgement = asyncio.Event()
        if not self.scope["user"].is_authenticated:
            await self.close(NOT_LOGGED_IN)
            return
        self.sender = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            await self.load()
            await self.stream()
            code = DONE
        except NotFound:
            code = NO_SUCH_THING
        except NotAllowed:
            code = NOT_ALLOWED
        except TooSlow:
            code = NOT_ACKNOWLEDGED
        except Exception:
            logger.exception("socket %s failed", self.scope["path"])
            code = INTERNAL_ERROR
        await self.close(code)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The only thing a client says is {"ack": offset}; anything else is passed over."""
        try:
            message = json.loads(text_data or "")
            offset = message["ack"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if isinstance(offset, int):
            self.acknowledged = offset
            self.acknowledgement.set()

    async def disconnect(self, code: int) -> None:
        if self.sender:
            self.sender.cancel()

    async def send_frame(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, ensure_ascii=False, separators=(",", ":")))

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
