"""Whether this process is alive: answered before anything that could hang or fail."""

from typing import Any

PATH = "/health/live"
BODY = b'{"status":"ok"}'
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


class Liveness:
    """Around the HTTP application. Django's own requests share one thread: behind one that waits
    for the database, an answer from there would say that a living process is dead."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != PATH or scope["method"] not in ("GET", "HEAD"):
            await self.application(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        body = BODY if scope["method"] == "GET" else b""
        await send({"type": "http.response.body", "body": body})
