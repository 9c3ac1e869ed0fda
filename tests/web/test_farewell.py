"""A web process that is told to end while clients of all kinds are at it."""

import http.client
import json
import signal
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import wait_for
from tests.web.test_server import Served, close_code, serve_in  # noqa: F401

TOKEN = """
from django.contrib.auth import get_user_model
from runs.accounts.tokens import make_token
print(make_token(owner=get_user_model().objects.get(), label="t", scopes=["read", "run"])[1])
"""

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc/net/tcp")


@pytest.fixture
def served(tmp_path, tmp_path_factory):
    yield from serve_in(tmp_path / "product", tmp_path_factory)


def answer_of(plain):
    """Status, headers and body of what comes until the server hangs up."""
    response = http.client.HTTPResponse(plain)
    response.begin()
    return response.status, response.headers, response.read()


def ask(served, path, method="GET"):
    """A request that has been sent; the answer is still to be read."""
    plain = served.open_plain()
    plain.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return plain


def stream(served, **options):
    return served.ask(f"/api/v1/runs/{served.run_id}/log/stream", **options)


def read_until(plain, words):
    seen = b""
    while words not in seen:
        data = plain.recv(65536)
        assert data, seen
        seen += data
    return seen


@contextmanager
def held_open(served):
    """While it lasts the server is ending, and waits for a download that nobody reads."""
    with served.log.open("wb") as log:
        log.truncate(200_000_000)
    download = served.raw_log(receive_bytes=4096)
    download.recv(12)
    served.process.send_signal(signal.SIGTERM)
    refused = wait_for(lambda: answer_of(ask(served, "/health/live"))[0] == 503)
    assert refused
    yield
    download.close()


def ended_well(served):
    code = served.process.wait(5)
    printed = served.product.printed.read_text()
    assert (code, "Traceback" in printed) == (0, False), printed


PATHS = ["/", "/api/v1/runs", "/health/ready", "/nowhere"]


def test_it_refuses_what_is_new_in_the_shape_its_sender_reads(served):
    with held_open(served):
        for path in PATHS:
            status, headers, body = answer_of(ask(served, path))
            assert status == 503
            assert (headers["Retry-After"], headers["Connection"]) == ("2", "close")
            assert headers["X-Trace-Id"]
            if path.startswith("/api/"):
                assert json.loads(body)["error"]["code"] == "shutting_down"
            else:
                assert b"The server is restarting" in body
                assert headers["Refresh"] == "2"
                assert "default-src 'self'" in headers["Content-Security-Policy"]
        # what belongs to a page that was answered before is no new work
        assert answer_of(ask(served, "/static/nothing.js"))[0] == 404
        assert close_code(served.socket()) == 1012
        form = served.open_plain()
        form.sendall(
            b"POST /runs/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\na=b&"
        )
        status, headers, _ = answer_of(form)
        assert (status, headers["Refresh"]) == (503, None)
    ended_well(served)


def test_a_stream_goes_on_at_the_next_server_where_the_last_one_ended(served):
    lines = [b"line %06d\n" % number for number in range(2000)]
    served.log.write_bytes(b"".join(lines[:1000]))
    with stream(served) as first:
        before = read_until(first, b"line 000999")
        served.process.terminate()
        ended_well(served)
    served.log.write_bytes(b"".join(lines))
    last_id = before.split(b"\nid: ")[-1].split(b"\n")[0].decode()
    assert int(last_id) == len(b"".join(lines[:1000]))
    served.process = served.product.serve()
    connection = http.client.HTTPConnection("127.0.0.1", served.product.port, timeout=10)
    headers = {"Cookie": f"sessionid={served.product.session}", "Last-Event-ID": last_id}
    connection.request("GET", f"/api/v1/runs/{served.run_id}/log/stream", headers=headers)
    response = connection.getresponse()
    seen = b""
    while b"line 001999" not in seen:
        seen += response.read1()
    assert b"line 000999" not in seen
    assert seen.count(b"line ") == 1000
    connection.close()


@contextmanager
def locked_database(served):
    path = served.product.data / "fusionweb.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield database


def make_token(served):
    return served.product.call("shell", "-v0", "-c", TOKEN).stdout.strip()


def send_change(served, token):
    """A request that has to wait for the database: sent, taken, and not answered."""
    plain = served.open_plain()
    body = json.dumps({"name": "renamed"}).encode()
    plain.sendall(
        f"PATCH /api/v1/runs/{served.run_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    wait_for(lambda: unread_by_server(plain) == 0)
    return plain


def unread_by_server(plain):
    """Bytes that the kernel holds for the other end of a connection on this machine."""
    here, there = (f"{address[1]:04X}" for address in (plain.getsockname(), plain.getpeername()))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if (local[-4:], remote[-4:]) == (there, here):
            return int(queues.split(":")[1], 16)
    raise AssertionError("no such connection")


@needs_linux
def test_what_is_under_way_is_answered(served):
    token = make_token(served)
    with locked_database(served) as database:
        plain = send_change(served, token)
        served.process.terminate()
        wait_for(lambda: answer_of(ask(served, "/"))[0] == 503)
        database.execute("ROLLBACK")
        status, _, body = answer_of(plain)
    assert (status, json.loads(body)["name"]) == (200, "renamed")
    ended_well(served)


@needs_linux
def test_it_ends_in_time_although_a_thread_waits_for_a_locked_database(served):
    token = make_token(served)
    with locked_database(served), send_change(served, token):
        began = time.monotonic()
        served.process.terminate()
        ended_well(served)
        assert time.monotonic() - began < 5


def test_who_waits_to_be_accepted_is_told(served):
    with ThreadPoolExecutor(40) as threads:
        clients = [threads.submit(ask, served, "/health/live") for _ in range(80)]
        served.process.terminate()
        statuses = set()
        for client in clients:
            try:
                statuses.add(answer_of(client.result())[0])
            except (TimeoutError, ConnectionError, http.client.HTTPException):
                # came after the last one was accepted
                statuses.add(None)
    assert statuses <= {200, 503, None}
    assert statuses & {200, 503}
    ended_well(served)


def test_all_of_them_at_once(served):
    """Sockets, event streams, a download, half a form, idle connections, and one that is still."""
    served.log.write_bytes(b"a line of the log\n" * 100_000)
    sockets = [served.socket() for _ in range(10)]
    streams = [stream(served) for _ in range(10)]
    download = served.raw_log(receive_bytes=4096)
    still = stream(served, receive_bytes=4096)
    others = [served.open_plain() for _ in range(3)]
    others[0].sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nhalf")
    for each in streams:
        read_until(each, b'"next":1800000')
    served.process.terminate()
    ended_well(served)
    assert {close_code(client) for client in sockets} == {1012}
    for each in streams:
        assert b"event: done" not in read_until(each, b"retry: 1000\n\n")
    for each in (*streams, download, still, *others):
        each.close()
