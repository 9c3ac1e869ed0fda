"""A trace id, a count and one line of the log for each socket."""

import logging
import secrets
import time
from typing import Any

from runs.asking import Asker, asking
from runs.logs import fields

from .address import address_of_scope
from .traffic import OPEN_SOCKETS, STREAMED_BYTES

logger = logging.getLogger("runs.sockets")

KINDS = {"log", "progress", "events"}


class SocketTrace:
    """Around the socket application, outside of who may listen: a refusal is told as well."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began = time.monotonic()
        told: dict[str, Any] = {"sent": 0, "code": None}
        via = STREAMED_BYTES.labels("socket")

        async def counted(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "websocket.send":
                text = message.get("text") or ""
                amount = len(text) if text.isascii() else len(text.encode())
                told["sent"] += amount
                via.inc(amount)
            elif message["type"] == "websocket.close":
                told["code"] = message.get("code")

        kind = kind_of(scope["path"])
        with asking(Asker(secrets.token_hex(8), address_of_scope(scope))) as who:
            OPEN_SOCKETS.labels(kind).inc()
            try:
                await self.application(scope, receive, counted)
            finally:
                OPEN_SOCKETS.labels(kind).dec()
                tell(scope["path"], told, time.monotonic() - began, who)


def tell(path: str, told: dict[str, Any], seconds: float, who: Asker) -> None:
    """`code` is the one we closed with; None where the client went away first."""
    seen = (path, told["code"] or "by the client", round(seconds, 1), told["sent"], who.address)
    logger.info("socket %s closed %s after %s s, %s bytes, from %s", *seen, extra=fields(
        path=path, code=told["code"], seconds=round(seconds, 3), bytes=told["sent"],
        address=who.address,
    ))  # fmt: skip


def kind_of(path: str) -> str:
    """The last word of its address, of the few there are."""
    word = path.rstrip("/").rpartition("/")[2]
    return word if word in KINDS else "state"
