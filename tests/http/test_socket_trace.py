"""Each socket is counted while it is open, and has one line of the log at its end."""

import json
import logging

import pytest

from runs.asking import asker
from runs.http.socket_trace import SocketTrace, kind_of
from runs.http.traffic import REGISTRY
from runs.logs import Json


def sample(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


async def nothing(message=None):
    return {"type": "websocket.connect"}


async def serve(application, path="/ws/runs/0a1b/log/"):
    scope = {"type": "websocket", "path": path, "headers": [], "client": ["10.0.0.7", 5]}
    await SocketTrace(application)(scope, nothing, nothing)


async def test_it_counts_open_sockets_and_what_they_sent(caplog):
    caplog.set_level(logging.INFO, "runs.sockets")
    before = sample("fusionweb_streamed_bytes_total", via="socket")
    seen = []

    async def application(scope, receive, send):
        seen.append(sample("fusionweb_open_sockets", kind="log"))
        seen.append(asker())
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "abc"})
        await send({"type": "websocket.send", "text": "äö"})
        await send({"type": "websocket.close", "code": 4404})

    await serve(application)
    assert seen[0] == sample("fusionweb_open_sockets", kind="log") + 1
    assert sample("fusionweb_streamed_bytes_total", via="socket") == before + 7
    line = json.loads(Json().format(caplog.records[-1]))
    assert (line["path"], line["code"], line["bytes"]) == ("/ws/runs/0a1b/log/", 4404, 7)
    assert line["address"] == seen[1].address == "10.0.0.7"
    assert seen[1].trace_id


async def test_it_counts_no_more_what_has_failed():
    before = sample("fusionweb_open_sockets", kind="events")

    async def application(scope, receive, send):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await serve(application, "/ws/events/")
    assert sample("fusionweb_open_sockets", kind="events") == before


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/ws/runs/0a1b/log/", "log"),
        ("/ws/jobs/a/b/c/d/progress/", "progress"),
        ("/ws/events/", "events"),
        ("/ws/runs/0a1b/", "state"),
        ("/made/up/", "state"),
    ],
)
def test_it_knows_few_kinds(path, kind):
    assert kind_of(path) == kind
