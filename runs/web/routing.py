"""Addresses of the sockets."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path, re_path

from .consumers.events import Events
from .consumers.log import Log
from .consumers.progress import Progress
from .consumers.run_state import RunState


class NoSuchSocket(AsyncWebsocketConsumer):
    """An address that is no socket says so, instead of a server error."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(4404)


JOB = "ws/jobs/<str:project>/<str:group>/<str:name>/<str:run_id>/"

socket_urlpatterns = [
    path("ws/events/", Events.as_asgi()),
    path("ws/runs/<str:run_id>/", RunState.as_asgi()),
    path("ws/runs/<str:run_id>/log/", Log.as_asgi()),
    path("ws/runs/<str:run_id>/progress/", Progress.as_asgi()),
    path(f"{JOB}log/", Log.as_asgi()),
    path(f"{JOB}progress/", Progress.as_asgi()),
    re_path(r"", NoSuchSocket.as_asgi()),
]
