"""A batch of 1,000 runs that end at once, from the request to its result; against a bare loop.

And its page: a batch of 1,000 that have measured something, against the login page.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from django.conf import settings
from django.contrib.auth import get_user_model

from runs.accounts.tokens import make_token
from runs.contract.status import FINAL, Status
from runs.models import Batch, Program, Project
from runs.models.token import Scope

from .figure import Figure, percentile
from .lab import Lab

RUNS = 1000
SLOTS = 2
SHARE = 0.4
PAGE_ROUNDS = 60
PATIENCE_SECONDS = 600
PYTHON = [sys.executable, "-c", "pass"]
TRUE = ["/bin/true"]
MEASURING = """#!/bin/sh
echo "{\\"loss\\": 0.$1, \\"latency\\": $(( $1 * 7919 % 1000 )), \\"blocked\\": $(( $1 % 37 ))}" \\
    > "$2/result.json"
"""


def measure(lab: Lab) -> list[Figure]:
    assert settings.FUSIONWEB_MAX_RUNNING == SLOTS
    Project.objects.get_or_create(slug="bench")
    owner = get_user_model().objects.get(username="bench")
    _, token = make_token(owner=owner, label="bench", scopes=Scope.values)
    figures = [
        *paces(lab, token, "python", PYTHON, "a Python that ends at once", SHARE),
        *paces(lab, token, "true", TRUE, "/bin/true", None),
    ]
    return [*figures, *page(lab, run_batch(lab, token, "measuring", measuring())[0])]


def paces(
    lab: Lab, token: str, name: str, argv: list[str], title: str, share: float | None
) -> list[Figure]:
    """`share` is what has to be reached of the loop's pace; None: no goal."""
    loop, loop_of_two = RUNS / bare_seconds(argv, 1), RUNS / bare_seconds(argv, SLOTS)
    before = cpu_seconds(lab)
    _, seconds = run_batch(lab, token, name, argv)
    spent = {part: cpu - before.get(part, 0.0) for part, cpu in cpu_seconds(lab).items()}
    pace = RUNS / seconds
    goal = share and share * loop
    what = f"batch of {RUNS:,} of {title}"
    return [
        Figure(what, pace, "runs/s", goal, loop, "subprocess.run in a loop", at_least=True),
        Figure("… beside two such loops at once", pace, "runs/s", None, loop_of_two, "both loops"),
        *(
            Figure(f"… CPU time of the {part}, a run", 1000 * cpu / RUNS, "ms", None, None)
            for part, cpu in spent.items()
        ),
    ]


def bare_seconds(argv: list[str], at_once: int) -> float:
    """Of all runs as bare subprocesses, so many at once."""

    def loop(times: int) -> None:
        for _ in range(times):
            subprocess.run(argv, check=True)

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(loop, [RUNS // at_once] * at_once))
    return time.perf_counter() - began


def run_batch(lab: Lab, token: str, name: str, argv: Sequence[str]) -> tuple[Batch, float]:
    """The batch with its result, and the seconds from the request to that."""
    Program.objects.update_or_create(
        slug=name, defaults={"title": name, "command": " ".join(argv), "config_format": "ini"}
    )
    wanted = {
        "kind": "repeat",
        "program": name,
        "project": "bench",
        "name": name,
        "config": "[a]\nb = 1\n",
        "num_iterations": RUNS,
    }
    began = time.perf_counter()
    batch = Batch.objects.get(pk=lab.post_json("/api/v1/batches", wanted, token)["id"])
    while batch.status not in FINAL:
        if time.perf_counter() - began > PATIENCE_SECONDS:
            raise TimeoutError(f"the batch has not ended: {batch.status}")
        time.sleep(0.1)
        batch.refresh_from_db()
    seconds = time.perf_counter() - began
    assert (batch.status, batch.runs.filter(status=Status.COMPLETED).count()) == ("completed", RUNS)
    assert batch.result is not None
    return batch, seconds


def cpu_seconds(lab: Lab) -> dict[str, float]:
    """Of the processes that stay; shims and programs are nobody's children for long."""
    web, supervisor = (psutil.Process(process.pid) for process in lab.processes)
    named = {"web process": web, "supervisor": supervisor}
    for child in supervisor.children():
        if "reindex" in child.cmdline():
            named["indexer"] = child
    return {name: sum(process.cpu_times()[:2]) for name, process in named.items()}


def measuring() -> list[str]:
    script = Path(settings.FUSIONWEB_DATA) / "measuring.sh"
    script.write_text(MEASURING)
    script.chmod(0o755)
    return [str(script), "{seed}", "{output_dir}"]


def page(lab: Lab, batch: Batch) -> list[Figure]:
    baseline = [lab.get("/accounts/login/", anonymous=True)[2] for _ in range(PAGE_ROUNDS)]
    tabs = ("results", "runs", "configuration")
    paths = {tab: f"/batches/{batch.pk}/?tab={tab}" for tab in tabs}
    return [
        Figure(
            f"page of a batch of {RUNS:,} runs, {name}, 95th percentile",
            1000 * percentile(page_seconds(lab, path), 0.95),
            "ms",
            50.0,
            1000 * percentile(baseline, 0.95),
            "the login page",
        )
        for name, path in paths.items()
    ]


def page_seconds(lab: Lab, path: str) -> list[float]:
    seconds = []
    for _ in range(PAGE_ROUNDS):
        status, _, took = lab.get(path)
        assert status == 200
        seconds.append(took)
    return seconds
