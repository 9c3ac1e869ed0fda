"""The ASGI application: pages over HTTP, log, progress and state over sockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fusionweb.settings")
django_application = get_asgi_application()

# Django must be set up before these are imported.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from runs.http.liveness import Liveness  # noqa: E402
from runs.http.socket_trace import SocketTrace  # noqa: E402
from runs.web.routing import socket_urlpatterns  # noqa: E402
from runs.web.socket_auth import SocketAuth  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Liveness(django_application),
        "websocket": SocketTrace(SocketAuth(URLRouter(socket_urlpatterns))),
    }
)
