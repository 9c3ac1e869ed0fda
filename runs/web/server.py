"""Daphne, with flow control and an orderly end.

As it ships it buffers without bound for a client that does not read, and at SIGTERM drops
its sockets without a close frame. Both are mended where Daphne hands over to the transport.
"""

import asyncio
import gc
import logging
import time
from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol as Autobahn
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server as Daphne
from daphne.ws_protocol import WebSocketProtocol
from django.urls import get_resolver
from twisted.internet import defer

from .bounded_request import bound_requests
from .socket_protocol import SocketProtocol

logger = logging.getLogger(__name__)

MOST_BUFFERED_BYTES = 1024 * 1024
LOOK_AGAIN_SECONDS = 0.005
LOOK_AT_LEAST_SECONDS = 0.1
NORMAL = 1000
RESTARTING = 1012
CLOSING_SECONDS = 2.0


class Server(Daphne):
    """Serves until SIGTERM or SIGINT; then every socket gets close code 1012."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ports: list[Any] = []

    def listen_success(self, port: Any) -> None:
        self.ports.append(port)
        self.ws_factory.protocol = SocketProtocol
        super().listen_success(port)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Waits while the client has not read what it was sent, so that it costs no memory."""
        pause = LOOK_AGAIN_SECONDS
        while buffered_bytes(protocol) > MOST_BUFFERED_BYTES and self._is_connected(protocol):
            await asyncio.sleep(pause)
            # a client that does not read for hours must not cost 200 looks a second
            pause = min(2 * pause, LOOK_AT_LEAST_SECONDS)
        if message["type"] == "websocket.close" and is_open(protocol):
            close_socket(protocol, message.get("code") or NORMAL)
        elif message["type"] == "websocket.send" and is_open(protocol):
            protocol.send_text(message["text"])
        elif not is_closing(protocol):
            # a socket in the middle of its farewell is still in `connections`
            await super().handle_reply(protocol, message)

    def _is_connected(self, protocol: Any) -> bool:
        return "disconnected" not in self.connections.get(protocol, {"disconnected": 0})

    def kill_all_applications(self) -> Any:
        """Called by the reactor before it stops; it waits for what is returned."""
        ended = defer.Deferred.fromFuture(asyncio.ensure_future(self._end_all()))
        # the reactor would drop a fault without a word
        return ended.addErrback(lambda fault: logger.error("end of the server: %s", fault))

    async def _end_all(self) -> None:
        """Sockets have said goodbye to each other before the reactor drops the connections."""
        for port in self.ports:
            port.stopListening()
        deadline = time.monotonic() + CLOSING_SECONDS
        while time.monotonic() < deadline and (self._open_sockets() or self._running()):
            for protocol in self._open_sockets():
                # also those that were still connecting in the last round
                if is_open(protocol):
                    close_socket(protocol, RESTARTING)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        running = self._running()
        for application in running:
            application.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _open_sockets(self) -> list[WebSocketProtocol]:
        return [
            protocol
            for protocol in self.connections
            if isinstance(protocol, WebSocketProtocol) and self._is_connected(protocol)
        ]

    def _running(self) -> list[asyncio.Future[None]]:
        applications = [
            details.get("application_instance") for details in self.connections.values()
        ]
        return [
            application for application in applications if application and not application.done()
        ]


def is_open(protocol: Any) -> bool:
    return isinstance(protocol, SocketProtocol) and protocol.state == Autobahn.STATE_OPEN


def is_closing(protocol: Any) -> bool:
    """Whether one side has said goodbye: Autobahn raises `Disconnected` for anything more."""
    return isinstance(protocol, WebSocketProtocol) and protocol.state in (
        Autobahn.STATE_CLOSING,
        Autobahn.STATE_CLOSED,
    )


def close_socket(protocol: WebSocketProtocol, code: int) -> None:
    """Autobahn's `sendClose` refuses 1011 and 1012, codes that RFC 6455 leaves to servers.

    Its consumer hears of it when the client has answered, or after a second without answer.
    """
    protocol.sendCloseFrame(code=code)


def buffered_bytes(protocol: Any) -> int:
    """What Twisted still holds for this client. Its transport has no public name for it."""
    transport: Any = getattr(protocol, "transport", None)
    while hasattr(transport, "transport"):
        transport = transport.transport
    if not hasattr(transport, "dataBuffer"):
        return 0
    return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


def keep_what_is_loaded() -> None:
    """Code lives as long as the process: walking all of it at each full collection of garbage
    took 7 ms of a request in twenty."""
    assert get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def serve(application: Any, host: str, port: int) -> bool:
    """Serve until told to stop; False where the address could not be listened on."""
    keep_what_is_loaded()
    bound_requests()
    server = Server(
        application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        server_name="fusionweb",
        # a request may take long (a large download), its connection says when it is gone
        http_timeout=None,
        # who has not answered for a minute is gone
        ping_interval=30,
        ping_timeout=30,
    )
    server.run()
    return bool(server.listening_addresses)
