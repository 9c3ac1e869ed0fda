"""A job with a log of 200 MB: first bytes of its page and of its log, and the memory they take."""

import http.client
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from .figure import Figure, percentile
from .lab import ROOT, Lab

LOG_BYTES = 200_000_000
ROUNDS = 20
JOB = "bench/default/big/20261101_000000"
# A tenth of the log: code that is first needed here is part of it.
MEMORY_GOAL_MB = 20.0
FIRST_BYTES_GOAL_MS = 100.0
ADDRESSES = {
    "job page": f"/jobs/{JOB}/",
    "job page at its log": f"/jobs/{JOB}/?tab=log",
    "last 500 lines of the log": f"/jobs/{JOB}/log/lines/?tail=500",
    "64 kB from the middle": f"/jobs/{JOB}/log/lines/?from_offset={LOG_BYTES // 2}",
    "the whole log, first bytes": f"/jobs/{JOB}/log/raw/",
}


def measure(lab: Lab) -> list[Figure]:
    write_job()
    subprocess.run([sys.executable, str(ROOT / "manage.py"), "reindex"], check=True)
    baseline = [first_bytes(lab, "/accounts/login/", cookie="") for _ in range(ROUNDS)]
    before = peak_mb(lab.web_pid)
    figures = []
    for name, address in ADDRESSES.items():
        seconds = [first_bytes(lab, address) for _ in range(ROUNDS)]
        figures.append(
            Figure(
                f"job with a log of 200 MB: {name}, 95th percentile",
                1000 * percentile(seconds, 0.95),
                "ms",
                FIRST_BYTES_GOAL_MS,
                1000 * percentile(baseline, 0.95),
                "the login page",
            )
        )
    grown = peak_mb(lab.web_pid) - before
    memory = Figure("memory these requests added at most", grown, "MB", MEMORY_GOAL_MB, None)
    return [*figures, memory]


def first_bytes(lab: Lab, address: str, *, cookie: str | None = None) -> float:
    """Seconds until the first byte of the body is here; the rest is left unread."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": lab.cookie if cookie is None else cookie})
    response = connection.getresponse()
    response.read(1)
    seconds = time.perf_counter() - began
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{address} answered {response.status}")
    return seconds


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kib) / 1024


def write_job() -> None:
    directory = Path(os.environ["FUSIONWEB_DATA"]) / "status" / JOB
    directory.mkdir(parents=True)
    now = datetime.now().isoformat()
    (directory / "metadata.json").write_text(
        f'{{"status": "completed", "start_time": "{now}", "last_heartbeat": "{now}"}}'
    )
    line = b"2026-11-01 00:00:00 | INFO | TRAIN | 32/3051 | loss 9.8765432101234\n"
    block = line * (1_000_000 // len(line))
    with (directory / "output.log").open("wb") as log:
        while log.tell() < LOG_BYTES:
            log.write(block)
