"""Hold back what a client has not read, so that it costs no memory; drop who reads nothing."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

MOST_BUFFERED_BYTES = 1024 * 1024
LOOK_AGAIN_SECONDS = 0.005
LOOK_AT_LEAST_SECONDS = 0.1
# An event stream has no acknowledgement and no ping: this long it may stand still. A download
# may stand still for ever, for its reader may have paused it.
STILL_SECONDS = 60.0


async def until_read(protocol: Any, is_connected: Callable[[], bool], may_stall: bool) -> None:
    """Waits while more than 1 MiB of what was sent is unread; drops one that stands still."""
    pause = LOOK_AGAIN_SECONDS
    unread, still = buffered_bytes(protocol), 0.0
    while unread > MOST_BUFFERED_BYTES and is_connected():
        await asyncio.sleep(pause)
        still += pause
        # a client that does not read for hours must not cost 200 looks a second
        pause = min(2 * pause, LOOK_AT_LEAST_SECONDS)
        before, unread = unread, buffered_bytes(protocol)
        if unread < before:
            still = 0.0
        elif still >= STILL_SECONDS and not may_stall:
            logger.warning("dropped an event stream: nothing was read for %.0f s", STILL_SECONDS)
            transport_of(protocol).abortConnection()
            return


def buffered_bytes(protocol: Any) -> int:
    """What Twisted still holds for this client. Its transport has no public name for it."""
    transport = transport_of(protocol)
    if not hasattr(transport, "dataBuffer"):
        return 0
    return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


def transport_of(protocol: Any) -> Any:
    """The innermost: a request's is that of its channel."""
    transport: Any = getattr(protocol, "transport", None)
    while hasattr(transport, "transport"):
        transport = transport.transport
    return transport
