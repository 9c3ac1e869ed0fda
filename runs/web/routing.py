"""Addresses of the sockets."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path, re_path

from .consumers.events import Events
from .consumers.run_log import RunLog
from .consumers.run_progress import RunProgress
from .consumers.run_state import RunState


class NoSuchSocket(AsyncWebsocketConsumer):
    """An address that is no socket says so, instead of a server error."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(4404)


socket_urlpatterns = [
    path("ws/events/", Events.as_asgi()),
    path("ws/runs/<str:run_id>/", RunState.as_asgi()),
    path("ws/runs/<str:run_id>/log/", RunLog.as_asgi()),
    path("ws/runs/<str:run_id>/progress/", RunProgress.as_asgi()),
    re_path(r"", NoSuchSocket.as_asgi()),
]
