"""Daphne, with flow control and an orderly end.

As it ships it buffers without bound for a client that does not read, and at SIGTERM drops
its sockets without a close frame. Both are mended where Daphne hands over to the transport.
"""

import asyncio
import logging
from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol as Autobahn
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server as Daphne
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import defer

logger = logging.getLogger(__name__)

MOST_BUFFERED_BYTES = 1024 * 1024
LOOK_AGAIN_SECONDS = 0.005
RESTARTING = 1012
CLOSING_SECONDS = 2.0


class Server(Daphne):
    """Serves until SIGTERM or SIGINT; then every socket gets close code 1012."""

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Waits while the client has not read what it was sent, so that it costs no memory."""
        while buffered_bytes(protocol) > MOST_BUFFERED_BYTES and self._is_connected(protocol):
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        await super().handle_reply(protocol, message)

    def _is_connected(self, protocol: Any) -> bool:
        return "disconnected" not in self.connections.get(protocol, {"disconnected": 0})

    def kill_all_applications(self) -> Any:
        """Called by the reactor before it stops; it waits for what is returned."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._end_all()))

    async def _end_all(self) -> None:
        for protocol, details in list(self.connections.items()):
            if isinstance(protocol, WebSocketProtocol) and "disconnected" not in details:
                say_goodbye(protocol)
        running = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details and not details["application_instance"].done()
        ]
        if running:
            await asyncio.wait(running, timeout=CLOSING_SECONDS)
        for application in running:
            application.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def say_goodbye(protocol: WebSocketProtocol) -> None:
    """Close frame to the client, disconnect to its consumer, which then ends by itself."""
    if protocol.state == Autobahn.STATE_OPEN:
        protocol.serverClose(code=RESTARTING)
    if hasattr(protocol, "application_queue"):
        protocol.application_queue.put_nowait(
            {"type": "websocket.disconnect", "code": RESTARTING}
        )


def buffered_bytes(protocol: Any) -> int:
    """What Twisted still holds for this client. Its transport has no public name for it."""
    transport = getattr(protocol, "transport", None)
    while hasattr(transport, "transport"):
        transport = transport.transport
    if not hasattr(transport, "dataBuffer"):
        return 0
    return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


def serve(application: Any, host: str, port: int) -> bool:
    """Serve until told to stop; False where the address could not be listened on."""
    server = Server(
        application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        server_name="fusionweb",
        # a request may take long (a large download), its connection says when it is gone
        http_timeout=None,
        ping_interval=20,
        ping_timeout=30,
    )
    server.run()
    return bool(server.listening_addresses)
