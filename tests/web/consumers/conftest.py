"""Sockets through the real ASGI application."""

import json
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from fusionweb.asgi import application


class Socket(WebsocketCommunicator):
    """Frames as objects; the close code once it has come."""

    closed = None

    async def frame(self, timeout=10):
        message = await self.receive_output(timeout)
        if message["type"] == "websocket.close":
            self.closed = message.get("code", 1000)
            return None
        return json.loads(message["text"])

    async def frames_until(self, kind, timeout=10):
        """Every frame up to and with the first of that kind."""
        frames = []
        while not frames or frames[-1]["kind"] != kind:
            frame = await self.frame(timeout)
            assert frame is not None, f"closed with {self.closed} before {kind}"
            frames.append(frame)
        return frames

    async def ack(self, offset):
        await self.send_to(text_data=json.dumps({"ack": offset}))


@pytest.fixture
def open_socket(client, member, transactional_db):
    """`async with open_socket(path) as socket`, logged in as a member or as `user`."""

    @asynccontextmanager
    async def opened(path, user=member, origin=b"http://127.0.0.1"):
        headers = [(b"origin", origin)]
        if user:
            await sync_to_async(client.force_login)(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        socket = Socket(application, path, headers)
        try:
            accepted, socket.closed = await socket.connect(timeout=10)
            socket.accepted = accepted
            yield socket
        finally:
            await socket.disconnect()

    return opened
