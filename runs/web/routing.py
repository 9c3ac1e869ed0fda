"""Addresses of the sockets."""

from django.urls import path, re_path

from .consumers.batch import BatchEvents
from .consumers.events import Events
from .consumers.followed_file import Log, Progress
from .consumers.no_such_socket import NoSuchSocket
from .consumers.run_state import RunState
from .consumers.session import SessionEvents

JOB = "ws/jobs/<str:project>/<str:group>/<str:name>/<str:run_id>/"

socket_urlpatterns = [
    path("ws/events/", Events.as_asgi()),
    path("ws/runs/<str:run_id>/", RunState.as_asgi()),
    path("ws/runs/<str:run_id>/log/", Log.as_asgi()),
    path("ws/runs/<str:run_id>/progress/", Progress.as_asgi()),
    path(f"{JOB}log/", Log.as_asgi()),
    path(f"{JOB}progress/", Progress.as_asgi()),
    path("ws/batches/<str:batch_id>/", BatchEvents.as_asgi()),
    path("ws/sessions/<str:session_id>/events/", SessionEvents.as_asgi()),
    re_path(r"", NoSuchSocket.as_asgi()),
]
