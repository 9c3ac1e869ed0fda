"""200,000 lines of 100 bytes at once to one client; against a tail that sends line by line."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from websockets.asyncio.client import connect

from runs.models import Run

from .figure import Figure
from .followed_run import finish, followed_run, log_of
from .lab import Lab, free_port, wait_until_served

LINES = 200_000
LINE_BYTES = 100
# The baseline is so slow that a tenth of the lines is read and the time multiplied.
BASELINE_SHARE = 10


def measure(lab: Lab) -> list[Figure]:
    run = followed_run()
    seconds = asyncio.run(receive_burst(lab, run))
    finish(run)
    return [
        Figure(
            f"{LINES:,} lines at once to one client",
            seconds,
            "s",
            2.0,
            line_by_line_seconds() * BASELINE_SHARE,
            f"a line-by-line event stream ({LINES // BASELINE_SHARE:,} lines × {BASELINE_SHARE})",
        )
    ]


def lines(count: int) -> bytes:
    return b"".join(b"%099d\n" % number for number in range(count))


async def receive_burst(lab: Lab, run: Run) -> float:
    """Seconds from the write to the last line; raises where a line is missing or misplaced."""
    content = lines(LINES)
    address = f"ws://127.0.0.1:{lab.port}/ws/runs/{run.pk}/log/?offset=0"
    headers = {"Cookie": lab.cookie, "Origin": lab.address}
    async with connect(address, additional_headers=headers, max_size=None) as socket:
        await asyncio.sleep(1)
        began = time.perf_counter()
        log_of(run).write_bytes(content)
        received: list[str] = []
        offset = 0
        while offset < len(content):
            frame = json.loads(await socket.recv())
            if frame["kind"] != "log":
                continue
            received.append(frame["text"])
            offset = frame["next"]
            await socket.send(json.dumps({"ack": offset}))
        seconds = time.perf_counter() - began
    if "".join(received).encode() != content:
        raise AssertionError("the lines did not arrive complete and in order")
    return seconds


def line_by_line_seconds() -> float:
    """The same through Daphne as the systems before did it: one event a line."""
    port = free_port()
    path = Path(__file__).with_name("line_by_line.py")
    content = Path(f"/tmp/fusionweb-bench-{port}.log")
    content.write_bytes(lines(LINES // BASELINE_SHARE))
    server = subprocess.Popen([sys.executable, str(path), str(port), str(content)])
    try:
        wait_until_served(port)
        began = time.perf_counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=120) as response:
            response.read()
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(10)
        content.unlink()
