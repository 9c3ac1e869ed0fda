"""What who asks of a server that is about to end is told, and how it ends in any case."""

import logging
import os
import secrets
import threading
from typing import Any

from django.conf import settings

from runs.errors import ShuttingDown
from runs.http.middleware import POLICY
from runs.http.refusals import refusal
from runs.live.ending import ending

logger = logging.getLogger(__name__)

RESTARTING = 1012
AGAIN_SECONDS = 2
# A thread that waits, for a locked database or a disk that hangs, cannot be cancelled, and
# Python waits for it without end.
LAST_SECONDS = 3.5


class RefusingAtTheEnd:
    """Around the whole application: nothing new is begun once the end has."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # a page that was answered a moment ago still loads its scripts
        if not ending.begun or scope["path"].startswith(settings.STATIC_URL):
            await self.application(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": RESTARTING})
        else:
            await refuse(scope, send)


async def refuse(scope: Any, send: Any) -> None:
    """503 in the shape its sender reads; a page asks again by itself."""
    trace_id = secrets.token_hex(8)
    sentence = "It is back in a moment. Nothing of what was asked has been done."
    answer = refusal(scope["path"], 503, ShuttingDown.code, sentence, trace_id)
    answer["X-Trace-Id"] = trace_id
    answer["Retry-After"] = str(AGAIN_SECONDS)
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Connection"] = "close"
    answer["Content-Length"] = str(len(answer.content))
    if scope["method"] == "GET":
        answer["Refresh"] = str(AGAIN_SECONDS)
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.items()]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else answer.content
    await send({"type": "http.response.body", "body": body})


def end_in_any_case() -> None:
    """Ends the process in a few seconds, whatever its threads wait for."""
    timer = threading.Timer(LAST_SECONDS, leave)
    timer.daemon = True
    timer.start()


def leave() -> None:
    logger.warning("ended with work under way that did not come to its end in %s s", LAST_SECONDS)
    logging.shutdown()
    os._exit(0)
