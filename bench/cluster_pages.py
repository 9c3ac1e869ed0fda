"""Pages and API over a generated cluster of jobs and checkpoints; against the login page."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import quote

from runs.discovery.measure import measure_some
from runs.lifecycle.supervisor.sweep import take_statistics
from runs.models import Job
from runs.search import index_for_search

from .cluster_tree import JOBS, cluster_tree
from .figure import Figure, percentile
from .lab import ROOT, Lab

ROUNDS = 8
PAGES = 3
LISTS = [
    "/",
    "/jobs/",
    "/jobs/?status=running",
    "/jobs/?status=stale",
    "/jobs/?status=failed&status=preempted",
    "/jobs/?project=gpt",
    "/jobs/?project=gpt&group=baselines&status=completed",
    "/jobs/?chip=h100",
    "/jobs/?host=h100-node-07",
    "/jobs/?search=rope",
    "/jobs/?search=no-such-word-anywhere",
    "/jobs/?since=2020-01-01&until=2020-01-02",
    "/jobs/?order=name",
    "/jobs/?fault=1",
    "/checkpoints/",
    "/checkpoints/?project=gpt",
    "/checkpoints/?review=unreviewed",
    "/checkpoints/?latest=1",
    "/checkpoints/?search=final",
    "/checkpoints/?order=-size_bytes",
    "/projects/",
    "/projects/gpt/",
    "/usage/",
    "/alerts/",
    "/roots/",
]
API = [
    "/jobs",
    "/jobs/running",
    "/jobs/recent?hours=100",
    "/jobs?status=stale",
    "/jobs?status=failed,preempted",
    "/jobs?project=gpt&group=baselines&status=completed",
    "/jobs?host=h100-node-07",
    "/jobs?search=rope",
    "/jobs?search=no-such-word-anywhere",
    "/jobs?since=2020-01-01&until=2020-01-02",
    "/jobs?order=name",
    "/jobs?order=-size_bytes",
    "/jobs?fault=true",
    "/checkpoints",
    "/checkpoints?project=gpt&review=unreviewed",
    "/checkpoints?latest=true",
    "/checkpoints?search=final",
    "/checkpoints?order=-score",
    "/checkpoints/summary",
    "/checkpoints/summary?search=final",
    "/projects",
    "/projects/gpt",
    "/stats",
    "/alerts",
]


def measure(lab: Lab) -> list[Figure]:
    fill()
    baseline = [lab.get("/accounts/login/", anonymous=True)[2] for _ in range(100)]
    calls = [f"/api/v1{path}" for path in API]
    return [
        *figures("pages", {path: timings_of(lab, path) for path in LISTS}, baseline),
        *figures("API", {path: timings_of(lab, path) for path in calls}, baseline),
    ]


def figures(what: str, timings: dict[str, list[float]], baseline: list[float]) -> list[Figure]:
    for path, values in timings.items():
        print(f"  {1000 * percentile(values, 0.95):6.1f} ms  {path}", file=sys.stderr)
    slowest = max(timings, key=lambda path: percentile(timings[path], 0.95))
    everything = [seconds for several in timings.values() for seconds in several]
    return [
        Figure(
            f"{what} over 100,000 jobs and 20,000 checkpoints, {name}, 95th percentile",
            1000 * percentile(values, 0.95),
            "ms",
            50.0,
            1000 * percentile(baseline, 0.95),
            "the login page",
        )
        for name, values in (("all", everything), (f"slowest {slowest}", timings[slowest]))
    ]


def timings_of(lab: Lab, path: str) -> list[float]:
    """Seconds of the first pages, following “next”, several times each; the first is warm-up."""
    timings: list[float] = []
    address: str | None = path
    for _ in range(PAGES):
        if address is None:
            break
        status, body, _ = lab.get(address)
        if status != 200:
            raise RuntimeError(f"{address} answered {status}")
        timings += [lab.get(address)[2] for _ in range(ROUNDS)]
        address = next_page(path, body.decode())
    return timings


def next_page(path: str, body: str) -> str | None:
    if path.startswith("/api/"):
        cursor = json.loads(body).get("next")
        return f"{path}{'&' if '?' in path else '?'}cursor={quote(cursor)}" if cursor else None
    found = re.search(r'<a[^>]*rel="next"[^>]*href="([^"]+)"', body)
    if not found:
        return None
    address = found[1].replace("&amp;", "&")
    return address if address.startswith("/") else path.split("?")[0] + address


def fill() -> None:
    """Tables as the supervisor keeps them, where no benchmark before has filled them."""
    if Job.objects.count() < JOBS:
        with cluster_tree() as tree:
            environment = {
                **os.environ,
                "FUSIONWEB_STATUS_DIRS": str(tree / "status"),
                "FUSIONWEB_CHECKPOINT_DIRS": str(tree / "checkpoints"),
            }
            command = [sys.executable, str(ROOT / "manage.py"), "reindex"]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            while measure_some(1000):
                pass
    while index_for_search():
        pass
    take_statistics()
