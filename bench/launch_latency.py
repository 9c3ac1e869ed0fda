"""From the request that launches to the first line in the log; against a bare subprocess."""

import re
import subprocess
import sys
import time

from runs.models import Program, Project, Run

from .figure import Figure, percentile
from .followed_run import log_of
from .lab import Lab

ROUNDS = 15
HELLO = [sys.executable, "-c", "print('hello', flush=True)"]
CONFIG = "[a]\nb = 1\n"


def measure(lab: Lab) -> list[Figure]:
    Program.objects.update_or_create(
        slug="hello",
        defaults={"title": "hello", "command": " ".join(map(repr, HELLO))},
    )
    Project.objects.get_or_create(slug="bench")
    launched = sorted(launch_seconds(lab, number) for number in range(ROUNDS))
    bare = sorted(bare_seconds() for _ in range(ROUNDS))
    return [
        Figure(
            "request to first log line, median",
            1000 * percentile(launched, 0.5),
            "ms",
            300.0,
            1000 * percentile(bare, 0.5),
            "the program as a bare subprocess",
        ),
        Figure(
            "request to first log line, worst of 15",
            1000 * launched[-1],
            "ms",
            None,
            1000 * bare[-1],
            "the program as a bare subprocess",
        ),
    ]


def launch_seconds(lab: Lab, number: int) -> float:
    fields = {
        "program": "hello",
        "project": "bench",
        "group": "default",
        "name": f"hello-{number}",
        "config": CONFIG,
        "base_config": "",
        "launch": "1",
    }
    token = lab.csrf_token("/runs/new/?program=hello")
    began = time.perf_counter()
    address = lab.post("/runs/new/", fields, token)
    found = re.search(r"/runs/([0-9a-f]{12})/", address)
    if not found:
        raise AssertionError(f"the form did not launch: {address}")
    log = log_of(Run.objects.get(pk=found[1]))
    while not (log.exists() and log.stat().st_size):
        time.sleep(0.001)
    return time.perf_counter() - began


def bare_seconds() -> float:
    began = time.perf_counter()
    process = subprocess.Popen(HELLO, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    seconds = time.perf_counter() - began
    process.wait()
    return seconds
