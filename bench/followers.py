"""200 followers of one log at 1,000 lines a second, one that never reads, 1,000 idle sockets.

All on one web process, with the load made by another process on the same machine. What the
stack can do at all is told by `/health/live`, asked at the same moments.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from runs.models import Run

from .figure import Figure, percentile
from .followed_run import finish, followed_run, log_of
from .lab import Lab

FOLLOWERS = 200
LINES_A_SECOND = 1000
LINE_BYTES = 80
SECONDS = 20.0
IDLE = 1000
# Each is asked twice with a ping meanwhile.
IDLE_SECONDS = 60.0
PAGES = 100
STILL_BYTES = 100_000_000
SETTLE_SECONDS = 2.0
PROBE = "/health/live"


def measure(lab: Lab) -> list[Figure]:
    for path in ("/runs/", PROBE):
        assert lab.get(path)[0] == 200
    # memory that 1,000 sockets have left would hide what 200 take
    return [*measure_followers(lab), *measure_still(lab), *measure_idle(lab)]


def measure_followers(lab: Lab) -> list[Figure]:
    run = followed_run()
    # the server has closed what was idle for a minute
    lab.connection = None
    quiet = asked(lab, PROBE, PAGES)
    web = psutil.Process(lab.web_pid)
    before = web.memory_info().rss
    with many_sockets(lab, run, FOLLOWERS) as sockets:
        writer = threading.Thread(target=write_lines, args=(log_of(run),))
        writer.start()
        began = web.cpu_times()
        time.sleep(SETTLE_SECONDS)
        grown = web.memory_info().rss - before
        pages = asked(lab, "/runs/", PAGES)
        probed = asked(lab, PROBE, PAGES)
        writer.join()
        ended = web.cpu_times()
        time.sleep(SETTLE_SECONDS)
        seen = end_sockets(sockets)
    size = log_of(run).stat().st_size
    finish(run)
    lost = sum(reached != size for reached in seen["reached"])
    core = 100 * (ended.user + ended.system - began.user - began.system) / SECONDS
    load = f"{FOLLOWERS} followers × {LINES_A_SECOND:,} lines a second"
    return [
        Figure(f"followers that lack a line, {load}", lost, "", 0, None),
        Figure(f"line to follower, median, {load}", 1000 * seen["median"], "ms", None, None),
        Figure(
            f"line to follower, 99th percentile, {load}",
            1000 * seen["p99"],
            "ms",
            150.0,
            1000 * percentile(probed, 0.99),
            f"{PROBE} meanwhile",
        ),
        Figure(
            "memory of the web process, each follower", grown / FOLLOWERS / 1000, "KB", 60, None
        ),
        Figure("one core, of the web process", core, "%", None, None),
        Figure(
            f"/runs/ meanwhile, 95th percentile of {PAGES}",
            1000 * percentile(pages, 0.95),
            "ms",
            100.0,
            1000 * percentile(quiet, 0.95),
            f"{PROBE} before",
        ),
    ]


def asked(lab: Lab, path: str, times: int) -> list[float]:
    """Seconds each, evenly over a third of the measurement."""
    seconds = []
    for _ in range(times):
        seconds.append(lab.get(path)[2])
        time.sleep(max(0.0, SECONDS / 3 / times - seconds[-1]))
    return seconds


def write_lines(path: Path) -> None:
    """Each line begins with the time at which it is written, in one write, as a program would."""
    filler = "." * (LINE_BYTES - 19)
    began = time.time()
    with path.open("ab", buffering=0) as log:
        for number in range(int(SECONDS * LINES_A_SECOND)):
            log.write(f"{time.time():.6f} {filler}\n".encode())
            time.sleep(max(0.0, began + (number + 1) / LINES_A_SECOND - time.time()))


def measure_idle(lab: Lab) -> list[Figure]:
    run = followed_run()
    web = psutil.Process(lab.web_pid)
    with many_sockets(lab, run, 1) as one:
        baseline = core_share(web)
        end_sockets(one)
    before = web.memory_info().rss
    with many_sockets(lab, run, IDLE) as sockets:
        time.sleep(SETTLE_SECONDS)
        share = core_share(web)
        grown = web.memory_info().rss - before
        end_sockets(sockets)
    finish(run)
    name = f"{IDLE:,} idle sockets"
    return [
        Figure(f"{name}, of one core", share, "%", 1.0, baseline, "one idle socket"),
        Figure(f"{name}, memory each", grown / IDLE / 1000, "KB", 60, None),
    ]


def core_share(web: psutil.Process) -> float:
    """Percent of one core over a minute."""
    began = web.cpu_times()
    time.sleep(IDLE_SECONDS)
    ended = web.cpu_times()
    return 100 * (ended.user + ended.system - began.user - began.system) / IDLE_SECONDS


def measure_still(lab: Lab) -> list[Figure]:
    """It acknowledges more than there is, so that nothing but its unread socket holds back."""
    run = followed_run()
    web = psutil.Process(lab.web_pid)
    with socket.create_connection(("127.0.0.1", lab.port)) as still:
        still.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        still.sendall(handshake(lab, log_address(run)))
        still.sendall(b'\x81\x94\0\0\0\0{"ack":999999999999}')
        time.sleep(SETTLE_SECONDS)
        before = web.memory_info().rss
        log_of(run).write_bytes((b"x" * (LINE_BYTES - 1) + b"\n") * (STILL_BYTES // LINE_BYTES))
        grown = 0
        for _ in range(50):
            time.sleep(0.1)
            grown = max(grown, web.memory_info().rss - before)
    finish(run)
    name = f"memory for one that never reads {STILL_BYTES // 1_000_000} MB"
    return [Figure(name, grown / 1e6, "MB", 8.0, STILL_BYTES / 1e6, "all of it")]


def handshake(lab: Lab, path: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{lab.port}\r\nOrigin: {lab.address}\r\n"
        f"Cookie: {lab.cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()


def log_address(run: Run) -> str:
    return f"/ws/runs/{run.pk}/log/?offset=0"


@contextmanager
def many_sockets(lab: Lab, run: Run, count: int) -> Iterator[subprocess.Popen[bytes]]:
    script = str(Path(__file__).with_name("many_sockets.py"))
    words = [sys.executable, script, str(lab.port), lab.cookie, log_address(run), str(count)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sockets:
        try:
            assert sockets.stdout is not None
            if sockets.stdout.readline() != b"open\n":
                raise ConnectionError("the sockets could not be opened")
            yield sockets
        finally:
            sockets.kill()


def end_sockets(sockets: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What they have seen."""
    printed, _ = sockets.communicate(b"")
    seen: dict[str, Any] = json.loads(printed)
    return seen
