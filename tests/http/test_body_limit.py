"""No request is larger than what we take: refused before it is read, by the real server."""

import json
import socket
from contextlib import closing
from itertools import repeat

import psutil
import pytest

from runs.accounts.tokens import make_token
from tests.management.product import furnished

MIB = 1024 * 1024
LIMIT = 10 * MIB
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    product = furnished(tmp_path_factory, tmp_path_factory.mktemp("bounded"))
    process = product.serve()
    yield product.port, psutil.Process(process.pid)
    product.end()


@pytest.fixture
def port(served):
    return served[0]


def talk(port, head, pieces=()):
    """All that the server answers; what it no longer takes is not an error of ours."""
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)) as plain:
        try:
            plain.sendall(head)
            for piece in pieces:
                plain.sendall(piece)
        except (ConnectionResetError, BrokenPipeError):
            pass
        answer = b""
        while data := plain.recv(MIB):
            answer += data
        return answer


def head(path, *lines, method="POST"):
    first = (f"{method} {path} HTTP/1.1", "Host: localhost", *lines)
    return "\r\n".join(first).encode() + b"\r\n\r\n"


def chunk(size):
    return f"{size:x}\r\n".encode() + bytes(size) + b"\r\n"


def test_it_refuses_an_announced_length_without_reading_it(port):
    answer = talk(port, head("/api/v1/runs", f"Content-Length: {LIMIT + 1}"))
    top, _, body = answer.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/json" in top.lower()
    error = json.loads(body)["error"]
    assert error["code"] == "payload_too_large"
    assert "10 MiB" in error["message"]
    assert len(error["trace_id"]) == 16


def test_it_refuses_with_a_page_where_a_page_was_asked_for(port):
    answer = talk(port, head("/accounts/login/", "Content-Length: 99999999999999999999"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"<h1>" in answer


def test_it_refuses_a_body_without_a_length_when_it_has_grown_too_large(served):
    port, process = served
    before = process.memory_info().rss
    pieces = repeat(chunk(MIB), 60)
    answer = talk(port, head("/api/v1/runs", "Transfer-Encoding: chunked"), pieces)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert process.memory_info().rss - before < 30 * MIB


def test_it_does_not_read_the_rest_of_a_refused_body_as_a_request(port):
    smuggled = head("/health/live", method="GET")
    answer = talk(port, head("/", f"Content-Length: {LIMIT + 1}"), [smuggled])
    assert answer.count(b"HTTP/1.1 ") == 1


def test_it_takes_what_is_just_within_the_limit(port):
    lines = ("Transfer-Encoding: chunked", "Connection: close", "Content-Type: application/json")
    answer = talk(port, head("/api/v1/runs", *lines), [*repeat(chunk(MIB), 9), b"0\r\n\r\n"])
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"payload_too_large" not in answer


@pytest.mark.parametrize(
    "request_head",
    [
        head("/" + "a" * 20_000, method="GET"),
        head("/", "X-Long: " + "a" * 20_000, method="GET"),
        head("/", *("X-Many: 1" for _ in range(600)), method="GET"),
        head("/", "Content-Length: -1"),
        head("/", "Content-Length: 5", "Transfer-Encoding: chunked"),
        head("/", "X-Nul: a\0b", method="GET"),
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    ],
    ids=["url", "header", "headers", "negative", "two lengths", "nul", "tls"],
)
def test_it_refuses_a_head_that_is_too_large_or_no_head(port, request_head):
    """A line beyond 16 KiB is no request at all: the server hangs up."""
    answer = talk(port, request_head)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


def test_it_still_answers_after_all_that(port):
    answer = talk(port, head("/health/live", "Connection: close", method="GET"))
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_page_refuses_a_large_form_whichever_server_brings_it(client, member):
    client.force_login(member)
    answer = client.post("/runs/new/", "x", content_type="text/plain", CONTENT_LENGTH=LIMIT + 1)
    assert answer.status_code == 413
    assert "X-Trace-Id" in answer


def test_the_api_refuses_a_large_body_in_its_own_shape(client, member):
    _, text = make_token(owner=member, label="script", scopes=["read", "run"])
    answer = client.post(
        "/api/v1/runs",
        "x" * (LIMIT + 1),
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}"},
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "payload_too_large"


def test_a_form_has_a_bounded_number_of_fields(client, member):
    client.force_login(member)
    answer = client.post("/runs/new/", {f"field-{n}": "1" for n in range(2001)})
    assert answer.status_code == 400
