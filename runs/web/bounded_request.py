"""Daphne's request, bounded: as it ships it takes a body of any length onto the disk, and hands
all of it to the application at once."""

import secrets
from typing import Any

from daphne import server as daphne_server
from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings

from runs.http.body_limit import CODE, sentence
from runs.http.refusals import refusal

LINE_END = b"\r\n"
FAREWELL_SECONDS = 1.0


class BoundedRequest(WebRequest):
    """Refuses with 413 what is longer than the limit, announced or not, and hangs up: the rest
    of the body would be read as the next request."""

    received = 0
    farewell: Any = None

    @property
    def refused(self) -> bool:
        return self.farewell is not None

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if (length or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        if self.refused:
            return
        if self.received > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self.refuse()
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if self.refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(command, path, version)

    def refuse(self) -> None:
        """Reads on for a moment: who is still sending would lose the answer with the connection."""
        self.channel.write(answer(self.channel))
        self.farewell = self.channel.callLater(FAREWELL_SECONDS, self.channel.loseConnection)

    def connectionLost(self, reason: Any) -> None:
        if self.refused and self.farewell.active():
            self.farewell.cancel()
        super().connectionLost(reason)


def answer(channel: Any) -> bytes:
    """The whole answer as bytes: the request is not complete, so nothing can answer it."""
    trace_id = secrets.token_hex(8)
    # The channel keeps the target of the request line until the body has come.
    target = getattr(channel, "_path", b"").decode("latin1")
    response = refusal(target, 413, CODE, sentence(), trace_id)
    response.headers["X-Trace-Id"] = trace_id
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Connection"] = "close"
    status = f"HTTP/1.1 413 {response.reason_phrase}".encode()
    head = [status, *(f"{name}: {value}".encode() for name, value in response.headers.items())]
    return LINE_END.join(head) + 2 * LINE_END + response.content


class BoundedFactory(HTTPFactory):
    """Makes channels whose requests are bounded."""

    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        return protocol


def bound_requests() -> None:
    """Daphne's server takes its factory by name from its module, and has no other seam for it."""
    daphne_server.HTTPFactory = BoundedFactory
