"""The web process: how it ends its sockets, and what a client that does not read costs."""

import asyncio
import hashlib
import http.client
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psutil
import pytest
from daphne.ws_protocol import WebSocketProtocol
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from runs.web.server import Server
from tests.conftest import wait_for
from tests.management.product import furnished

MOST_GROWTH_BYTES = 30_000_000
LARGE_BYTES = 200_000_000
# What a client in the same machine's kernel may hold for a reader that does not read.
PATIENCE_SECONDS = 3


class Served:
    """A `serve` process and one pending run, whose log the tests write."""

    def __init__(self, product):
        self.product = product
        self.run_id = product.launch()
        self.log = product.directory(self.run_id) / "output.log"
        self.log.touch()
        self.sockets = ExitStack()
        self.process = product.serve()
        self.watched = psutil.Process(self.process.pid)

    def socket(self, stream="log/", **options):
        return self.sockets.enter_context(
            connect(
                f"ws://127.0.0.1:{self.product.port}/ws/runs/{self.run_id}/{stream}",
                additional_headers={"Cookie": f"sessionid={self.product.session}"},
                origin=self.product.address,
                close_timeout=0.1,
                **options,
            )
        )

    def open_plain(self, receive_bytes=0):
        """A TCP connection; a small receive buffer makes the server feel a reader's pace."""
        plain = socket.socket()
        if receive_bytes:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        plain.settimeout(20)
        plain.connect(("127.0.0.1", self.product.port))
        return plain

    def ask(self, path, **options):
        plain = self.open_plain(**options)
        plain.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Cookie: sessionid={self.product.session}\r\n\r\n".encode()
        )
        return plain

    def raw_log(self, **options):
        return self.ask(f"/runs/{self.run_id}/log/raw/", **options)

    def status_of(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=10)
        connection.request("GET", path, headers={"Cookie": f"sessionid={self.product.session}"})
        return connection.getresponse().status

    def descriptors(self):
        return sum(1 for link in self.watched.net_connections("tcp") if link.status != "LISTEN")

    def most_memory(self, seconds=PATIENCE_SECONDS):
        """The largest resident size while `seconds` pass."""
        end = time.monotonic() + seconds
        most = 0
        while time.monotonic() < end:
            most = max(most, self.watched.memory_info().rss)
            time.sleep(0.05)
        return most


def serve_in(folder, tmp_path_factory):
    product = furnished(tmp_path_factory, folder)
    served = Served(product)
    yield served
    product.end()
    served.sockets.close()


@pytest.fixture
def served(tmp_path, tmp_path_factory):
    """For tests that end it."""
    yield from serve_in(tmp_path / "product", tmp_path_factory)


@pytest.fixture(scope="module")
def started_once(tmp_path_factory):
    yield from serve_in(tmp_path_factory.mktemp("lasting") / "product", tmp_path_factory)


@pytest.fixture
def lasting(started_once):
    """For tests that leave it as it was: one start for all of them."""
    yield started_once
    started_once.sockets.close()
    wait_for(lambda: started_once.descriptors() == 0)


def close_code(client):
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            client.recv(timeout=10)
    return closed.value.rcvd and closed.value.rcvd.code


def test_it_closes_every_socket_with_1012(served):
    served.log.write_bytes(b"a line of the log\n" * 100_000)
    streams = ["", "log/", "progress/"] * 10
    with ThreadPoolExecutor(len(streams)) as threads:
        clients = list(threads.map(served.socket, streams))
        codes = [threads.submit(close_code, client) for client in clients]
        # half of the bursts are under way: nobody acknowledges beyond the first MiB
        with served.log.open("ab") as log:
            log.write(b"and one more\n" * 1000)
        served.process.terminate()
        assert served.process.wait(5) == 0
        assert [code.result() for code in codes] == [1012] * len(streams)
    assert "Traceback" not in served.product.printed.read_text()


@pytest.mark.parametrize("state", ["STATE_CLOSING", "STATE_CLOSED"])
@pytest.mark.parametrize("reply", [{"type": "websocket.send", "text": "late"},
                                   {"type": "websocket.close"}])  # fmt: skip
def test_it_drops_what_comes_after_the_farewell(state, reply):
    """For a moment a socket has said goodbye and its consumer has not heard of it."""
    leaving = WebSocketProtocol()
    leaving.state = getattr(WebSocketProtocol, state)
    server = Server(None, endpoints=["tcp:0"])
    server.connections = {leaving: {}}
    asyncio.run(server.handle_reply(leaving, reply))


def test_it_closes_sockets_in_the_middle_of_opening(served):
    with ThreadPoolExecutor(30) as threads:
        served.socket().close()
        clients = [threads.submit(served.socket) for _ in range(30)]
        wait_for(lambda: any(client.done() for client in clients))
        served.process.terminate()
        assert served.process.wait(5) == 0
        opened = [client.result() for client in clients if client.exception() is None]
        assert {close_code(client) for client in opened} == {1012}
    assert "Traceback" not in served.product.printed.read_text()


def test_it_ends_in_time_with_clients_that_do_not_read(served):
    with served.log.open("wb") as log:
        log.truncate(LARGE_BYTES)
    download = served.raw_log(receive_bytes=4096)
    download.recv(100)
    idle = served.open_plain()
    half = served.open_plain()
    half.sendall(b"POST /runs/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nhalf")
    served.process.terminate()
    assert served.process.wait(5) == 0
    for client in (download, idle, half):
        client.close()
    assert "Traceback" not in served.product.printed.read_text()


def test_a_download_that_nobody_reads_costs_little_memory_and_holds_up_no_page(lasting):
    with lasting.log.open("wb") as log:
        log.truncate(LARGE_BYTES)
    assert lasting.status_of("/runs/") == 200
    before = lasting.watched.memory_info().rss
    with lasting.raw_log(receive_bytes=4096) as download:
        assert download.recv(12) == b"HTTP/1.1 200"
        assert lasting.most_memory() - before < MOST_GROWTH_BYTES
        assert lasting.status_of("/runs/") == 200


def test_a_socket_that_nobody_reads_costs_little_memory(lasting):
    """It even acknowledges what it has not read, so that only the transport can hold back."""
    with lasting.log.open("wb") as log:
        log.write(b"0123456789abcdef" * (LARGE_BYTES // 16))
    assert lasting.status_of("/runs/") == 200
    before = lasting.watched.memory_info().rss
    lasting.socket(max_queue=1).send('{"ack": 999999999999}')
    assert lasting.most_memory() - before < MOST_GROWTH_BYTES
    assert lasting.status_of("/runs/") == 200


def test_an_event_stream_that_nobody_reads_costs_little_memory(lasting):
    with lasting.log.open("wb") as log:
        log.write(b"0123456789abcdef" * (LARGE_BYTES // 16))
    assert lasting.status_of("/runs/") == 200
    before = lasting.watched.memory_info().rss
    with lasting.ask(f"/api/v1/runs/{lasting.run_id}/log/stream", receive_bytes=4096) as stream:
        assert stream.recv(12) == b"HTTP/1.1 200"
        assert lasting.most_memory() - before < MOST_GROWTH_BYTES
        assert lasting.status_of("/runs/") == 200


def test_event_streams_hold_no_thread_and_no_database_while_nothing_comes(lasting):
    lasting.log.write_bytes(b"one\n")
    lasting.socket().close()
    wait_for(lambda: lasting.descriptors() == 0)
    threads, files = lasting.watched.num_threads(), lasting.watched.num_fds()
    with ExitStack() as streams:
        for _ in range(40):
            stream = streams.enter_context(lasting.ask(f"/api/v1/runs/{lasting.run_id}/log/stream"))
            seen = b""
            while b"event: log" not in seen:
                seen += stream.recv(65536)
        wait_for(lambda: lasting.watched.num_threads() < threads + 20)
        assert lasting.watched.num_fds() < files + 60
    wait_for(lambda: lasting.descriptors() == 0)
    wait_for(lambda: lasting.watched.num_fds() <= files + 10)


def test_a_slow_reader_gets_every_byte(lasting):
    pattern = b"".join(number.to_bytes(4, "big") for number in range(2_000_000))
    lasting.log.write_bytes(pattern)
    received = hashlib.sha256()
    size = 0
    with lasting.raw_log(receive_bytes=65536) as download, download.makefile("rb") as stream:
        while stream.readline() != b"\r\n":
            pass
        while data := stream.read(200_000):
            received.update(data)
            size += len(data)
            time.sleep(0.02)
    assert size == len(pattern)
    assert received.digest() == hashlib.sha256(pattern).digest()


def test_sockets_that_open_and_close_leave_nothing_behind(lasting):
    lasting.socket().close()
    wait_for(lambda: lasting.descriptors() == 0)
    before = lasting.watched.num_fds()
    with ThreadPoolExecutor(10) as threads:
        for _ in range(4):
            for client in list(threads.map(lambda _: lasting.socket(), range(50))):
                client.socket.close()
    wait_for(lambda: lasting.descriptors() == 0)
    wait_for(lambda: lasting.watched.num_fds() <= before + 10)


MALFORMED = {
    "no request": b"\x00\xff\x16\x03\x01junk\r\n\r\n",
    "no host": b"GET / HTTP/1.0\r\n\r\n",
    "foreign host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "bad path": b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "null in path": b"GET /runs/%00/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no UTF-8 in path": b"GET /runs/%ff%fe/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "bad length": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: many\r\n\r\n",
    "huge header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n",
    "bad header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX A\x01: b\r\n\r\n",
    "bad cookie": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid=\xff\x80;;=;\r\n\r\n",
    "unknown method": b"BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "post nowhere": b"POST /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
    "bad socket": b"GET /ws/events/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n\r\n",
    "bad form": b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n"
    b"Content-Type: multipart/form-data\r\n\r\n--\xff--\r\n\r\n",
}  # fmt: skip


def test_it_refuses_what_is_malformed_without_a_server_error(lasting):
    for what, request in MALFORMED.items():
        with lasting.open_plain() as plain:
            plain.sendall(request)
            try:
                answer = plain.recv(65536)
            except ConnectionResetError:
                answer = b""
        status = answer.split(b" ", 2)[1:2]
        assert not status or status[0][:1] in (b"2", b"3", b"4"), (what, answer[:200])
    assert lasting.status_of("/runs/") == 200
    assert "Traceback" not in lasting.product.printed.read_text()
