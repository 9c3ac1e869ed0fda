"""The baseline of log_burst: an ASGI application that sends a file one line, one event.

Usage: line_by_line.py PORT FILE
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from twisted.internet import asyncioreactor

asyncioreactor.install()

from daphne.endpoints import build_endpoint_description_strings  # noqa: E402
from daphne.server import Server  # noqa: E402

PATH = Path(sys.argv[2])


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    with PATH.open() as log:
        while line := await asyncio.to_thread(log.readline):
            body = f"event: log\ndata: {line}\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


Server(
    application,
    endpoints=build_endpoint_description_strings(host="127.0.0.1", port=int(sys.argv[1])),
).run()
