"""Each request has a trace id, one line of the log, and is counted by its route."""

import json
import logging

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from prometheus_client import REGISTRY as FOREIGN

from runs.asking import asker
from runs.http.trace import Trace
from runs.http.traffic import REGISTRY
from runs.logs import Json
from runs.models import Event


@pytest.fixture
def lines(caplog):
    """The lines of requests so far, each as its JSON object."""
    caplog.set_level(logging.DEBUG, "runs.requests")

    def read():
        records = [record for record in caplog.records if record.name == "runs.requests"]
        return [json.loads(Json().format(record)) for record in records]

    return read


def sample(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


def test_it_writes_one_line_a_request(client, member, lines):
    client.force_login(member)
    answer = client.get("/runs/?search=my+own+words", REMOTE_ADDR="10.1.2.3")
    (line,) = lines()
    assert line["trace_id"] == answer["X-Trace-Id"]
    assert (line["method"], line["path"], line["route"]) == ("GET", "/runs/", "runs/")
    assert (line["status"], line["user"], line["address"]) == (200, "ada", "10.1.2.3")
    assert line["bytes"] == len(answer.content)
    assert line["ms"] > 0
    assert "own" not in json.dumps(line)


@pytest.mark.django_db
def test_it_never_writes_a_login_link(client, lines):
    client.get("/accounts/link/t0ps3cret-link:abc:def/")
    client.get("/accounts/link/t0ps3cret-link:abc:def")
    assert len(lines()) == 2
    assert "t0ps3cret" not in json.dumps(lines())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/health/live", "/health", "/metrics", "/static/none.css"])
def test_it_is_quiet_about_what_is_asked_every_few_seconds(client, caplog, address):
    caplog.set_level(logging.DEBUG, "runs.requests")
    client.get(address)
    assert [record.levelname for record in caplog.records if record.name == "runs.requests"] == [
        "DEBUG"
    ]


@pytest.mark.django_db
def test_it_counts_by_route_and_never_by_address(client):
    labels = {"method": "GET", "route": "runs/<str:run_id>/", "status": "302"}
    before = sample("fusionweb_http_requests_total", **labels)
    for run_id in ("0a1b2c3d4e5f", "another", "third"):
        client.get(f"/runs/{run_id}/")
    assert sample("fusionweb_http_requests_total", **labels) == before + 3


@pytest.mark.django_db
def test_it_counts_made_up_addresses_and_methods_as_one(client):
    labels = {"method": "other", "route": "unknown", "status": "404"}
    before = sample("fusionweb_http_requests_total", **labels)
    client.generic("BREW", "/nowhere/1/")
    client.generic("STEEP", "/nowhere/2/")
    assert sample("fusionweb_http_requests_total", **labels) == before + 2


def test_it_counts_apart_from_other_libraries():
    names = {metric.name for metric in FOREIGN.collect()}
    assert not [name for name in names if name.startswith("fusionweb")]


def test_its_events_and_its_line_name_who_asked(client, member, make_run, lines):
    run = make_run()
    client.force_login(member)
    client.post(f"/runs/{run.pk}/cancel/", REMOTE_ADDR="10.1.2.3")
    event = Event.objects.filter(actor=member).latest("seq")
    assert event.address == lines()[-1]["address"] == "10.1.2.3"


async def pieces():
    yield b"one"
    yield b"three"


def streamed(**headers):
    """The answer of a request whose view streams, as the middleware hands it on."""
    view = Trace(lambda request: StreamingHttpResponse(pieces(), headers=headers))
    return view(RequestFactory().get("/somewhere/"))


async def read(response):
    return b"".join([part async for part in response])


async def test_it_tells_of_a_stream_at_its_end(lines):
    before = sample("fusionweb_streamed_bytes_total", via="download")
    response = streamed()
    assert not lines()
    assert await read(response) == b"onethree"
    response.close()
    assert lines()[0]["bytes"] == 8
    assert lines()[0]["trace_id"] == response["X-Trace-Id"]
    assert sample("fusionweb_streamed_bytes_total", via="download") == before + 8
    response.close()
    assert len(lines()) == 1


async def test_it_tells_of_a_stream_whose_reader_went_away(lines):
    response = streamed()
    parts = aiter(response)
    await anext(parts)
    await parts.aclose()
    response.close()
    assert lines()[0]["bytes"] == 3


async def test_it_counts_open_streams_of_events():
    before = sample("fusionweb_open_streams")
    response = streamed(**{"Content-Type": "text/event-stream"})
    assert sample("fusionweb_open_streams") == before + 1
    await read(response)
    response.close()
    assert sample("fusionweb_open_streams") == before


def test_nobody_asks_outside_of_a_request(client, db):
    client.get("/health/live")
    assert asker().trace_id == ""
