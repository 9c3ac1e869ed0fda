"""A trace id for each request, in its answer and in all that is logged and recorded for it;
and for each request one line of the log, once all of its answer has been sent."""

import logging
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject

from runs.asking import Asker, asker, asking
from runs.logs import fields

from .address import client_address
from .traffic import OPEN_STREAMS, STREAMED_BYTES, count_request

logger = logging.getLogger("runs.requests")

HEADER = "X-Trace-Id"
EVENT_STREAM = "text/event-stream"
# Asked every few seconds, and of no interest to who reads a log.
QUIET = ("static", "health", "health/live", "health/ready", "metrics")


class Trace:
    """The outermost of our middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        with asking(Asker(secrets.token_hex(8), client_address(request.META))) as who:
            response = self.get_response(request)
            response.headers.setdefault(HEADER, who.trace_id)
            answered = Answered.of(request, response, began)
        count_request(answered.method, answered.route, answered.status, time.monotonic() - began)
        if isinstance(response, StreamingHttpResponse) and response.is_async:
            response.streaming_content = Streamed(response, answered)
        else:
            answered.tell(size_of(response))
        return response


@dataclass(frozen=True)
class Answered:
    """A request and what became of it, as its line of the log says it; `began` is monotonic."""

    who: Asker
    method: str
    path: str
    route: str
    status: int
    user: str
    began: float

    @classmethod
    def of(cls, request: HttpRequest, response: HttpResponseBase, began: float) -> "Answered":
        return cls(
            asker(), request.method or "", request.path, route_of(request),
            response.status_code, user_of(request), began,
        )  # fmt: skip

    def tell(self, sent_bytes: int) -> None:
        """Without the query: what people search for is theirs."""
        ms = round(1000 * (time.monotonic() - self.began), 1)
        said = {
            "trace_id": self.who.trace_id,
            "method": self.method,
            "route": self.route,
            "path": self.path,
            "status": self.status,
            "ms": ms,
            "bytes": sent_bytes,
            "user": self.user,
            "address": self.who.address,
            "token_id": self.who.token_id,
        }
        level = logging.DEBUG if self.route in QUIET else logging.INFO
        words = "%s %s %s, %s ms, %s bytes, %s from %s"
        seen = (self.method, self.path, self.status, ms, sent_bytes)
        logger.log(level, words, *seen, self.user or "nobody", self.who.address,
                   extra=fields(**said))  # fmt: skip


class Streamed:
    """The pieces of an answer; Django calls `close` when it is sent, or its reader is gone."""

    def __init__(self, response: StreamingHttpResponse, answered: Answered) -> None:
        self.pieces: AsyncIterable[bytes] = response.streaming_content  # type: ignore[assignment]
        self.answered = answered
        self.is_events = response.headers.get("Content-Type", "").startswith(EVENT_STREAM)
        self.sent_bytes = 0
        self.is_open = True
        OPEN_STREAMS.inc(self.is_events)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        via = STREAMED_BYTES.labels("events" if self.is_events else "download")
        pieces: Any = self.pieces
        async with aclosing(pieces):
            async for piece in pieces:
                self.sent_bytes += len(piece)
                via.inc(len(piece))
                yield piece

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            OPEN_STREAMS.dec(self.is_events)
            self.answered.tell(self.sent_bytes)


def route_of(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.route)
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"


def user_of(request: HttpRequest) -> str:
    """Who was found to ask; nobody is looked up for a line of the log."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject):
        user = getattr(request, "_cached_user", None)
    return user.get_username() if user else ""


def size_of(response: HttpResponseBase) -> int:
    if isinstance(response, HttpResponse):
        return len(response.content)
    return int(response.headers.get("Content-Length", 0))
