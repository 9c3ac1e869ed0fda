"""From a line written by a program to the frame that holds it; against one-second polling."""

import asyncio
import json
import time
from pathlib import Path

from websockets.asyncio.client import connect

from runs.models import Run

from .figure import Figure, percentile
from .followed_run import finish, followed_run, log_of
from .lab import Lab

LINES = 400
PAUSE_SECONDS = 0.025
POLLED_LINES = 80


def measure(lab: Lab) -> list[Figure]:
    run, other = followed_run(), followed_run()
    pushed = asyncio.run(push_latencies(lab, run))
    polled = asyncio.run(poll_latencies(lab, other))
    finish(run)
    finish(other)
    return [
        Figure(
            f"line written to frame, {name}",
            1000 * percentile(pushed, share),
            "ms",
            goal,
            1000 * percentile(polled, share),
            "the log fetched once a second",
        )
        for name, share, goal in (("median", 0.5, 20.0), ("99th percentile", 0.99, 60.0))
    ]


async def push_latencies(lab: Lab, run: Run) -> list[float]:
    latencies: list[float] = []
    address = f"ws://127.0.0.1:{lab.port}/ws/runs/{run.pk}/log/?offset=0"
    headers = {"Cookie": lab.cookie, "Origin": lab.address}
    async with connect(address, additional_headers=headers, max_size=None) as socket:
        await asyncio.sleep(1)
        writer = asyncio.create_task(asyncio.to_thread(write_lines, log_of(run), LINES))
        while len(latencies) < LINES:
            frame = json.loads(await socket.recv())
            now = time.time()
            stamps = frame["text"].split()
            latencies += [now - float(stamp) for stamp in stamps]
            await socket.send(json.dumps({"ack": frame["next"]}))
        await writer
    return latencies


async def poll_latencies(lab: Lab, run: Run) -> list[float]:
    path = log_of(run)
    writer = asyncio.create_task(asyncio.to_thread(write_lines, path, POLLED_LINES))
    latencies: list[float] = []
    while len(latencies) < POLLED_LINES:
        await asyncio.sleep(1)
        _, body, _ = await asyncio.to_thread(lab.get, f"/runs/{run.pk}/log/raw/")
        now = time.time()
        stamps = body.decode().split()
        latencies += [now - float(stamp) for stamp in stamps[len(latencies) :]]
    await writer
    return latencies


def write_lines(path: Path, count: int) -> None:
    """Each line is the time at which it is written, in one write, as a program would."""
    with path.open("ab", buffering=0) as log:
        for _ in range(count):
            log.write(f"{time.time():.6f}\n".encode())
            time.sleep(PAUSE_SECONDS)
