"""Finding 100,000 jobs: the first scan, an unchanged one, at rest, and what others feel of it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from runs.discovery.follow import request_scan
from runs.models import Checkpoint, Job, Root

from .cluster_tree import bare_seconds, bare_stat_seconds, cluster_tree
from .figure import Figure, percentile
from .lab import ROOT, Lab

IDLE_SECONDS = 60
NEW_JOBS = 20
REQUESTS = 200
PAGE = "/runs/"
READY_SECONDS = 600


def measure(lab: Lab) -> list[Figure]:
    with cluster_tree() as tree, tempfile.TemporaryDirectory(prefix="fusionweb-new-") as new:
        (Path(new) / "live").mkdir()
        environment = {
            **os.environ,
            "FUSIONWEB_STATUS_DIRS": f"{tree / 'status'}{os.pathsep}{Path(new) / 'live'}",
            "FUSIONWEB_CHECKPOINT_DIRS": str(tree / "checkpoints"),
        }
        figures = quiet_scan(tree, environment) + scan_among_requests(lab, environment)
        return figures + follow(tree, Path(new) / "live", environment)


def reindex(environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "manage.py"), "reindex", *words]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def quiet_scan(tree: Path, environment: dict[str, str]) -> list[Figure]:
    """With nothing else to do, into a database of its own."""
    bare = bare_seconds(tree / "status")
    with tempfile.TemporaryDirectory(prefix="fusionweb-scan-") as data:
        alone = {**environment, "FUSIONWEB_DATA": data}
        command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
        subprocess.run(command, env=alone, check=True)
        process = reindex(alone)
        peak_bytes = 0
        while process.poll() is None:
            peak_bytes = max(peak_bytes, bytes_of_tree(process.pid))
            time.sleep(0.5)
        assert process.stdout
        printed = process.stdout.read().decode()
    found = re.search(r"([0-9,]+) jobs;.*\(([0-9.]+) s\)", printed)
    assert found, printed
    return [
        Figure(
            f"first scan of {found[1]} jobs",
            float(found[2]),
            "s",
            12.0,
            bare,
            "bare walk, read and parse",
        ),
        Figure("peak memory of the scan, both processes", peak_bytes / 1e6, "MB", 300.0, None),
    ]


def scan_among_requests(lab: Lab, environment: dict[str, str]) -> list[Figure]:
    before = [lab.get(PAGE)[2] for _ in range(REQUESTS)]
    process = reindex(environment)
    during = []
    while process.poll() is None:
        during.append(lab.get(PAGE)[2])
    assert process.returncode == 0, "reindex failed"
    return [
        Figure(
            "run list while scanning, 99th percentile",
            1000 * percentile(during, 0.99),
            "ms",
            100.0,
            1000 * percentile(before, 0.99),
            "the same before",
        ),
    ]


def bytes_of_tree(pid: int) -> int:
    """Memory of the process and its children now; what they share counts once (Linux: PSS)."""
    try:
        children = [child.pid for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return 0
    return sum(bytes_of(each) for each in (pid, *children))


def bytes_of(pid: int) -> int:
    """0 once the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def follow(tree: Path, live: Path, environment: dict[str, str]) -> list[Figure]:
    process = reindex(environment, "--follow")
    try:
        live_root, root = (Root.objects.get(path=str(path)) for path in (live, tree / "status"))
        wait_until(lambda: read(root).watched_directories > 0)
        wait_until(lambda: read(live_root).watched_directories > 0)
        wait_until(measured)
        unchanged = [unchanged_seconds(read(root)) for _ in range(3)]
        share = cpu_share(process.pid)
        latencies = [latency(live, number) for number in range(NEW_JOBS)]
    finally:
        process.terminate()
        process.wait(10)
    return [
        Figure(
            "scan with nothing changed, median of 3",
            percentile(unchanged, 0.5),
            "s",
            1.5,
            bare_stat_seconds(tree / "status"),
            "bare stat of every metadata.json",
        ),
        Figure(
            f"idle follower, share of a core over {IDLE_SECONDS} s", 100 * share, "%", 3.0, None
        ),
        Figure(
            "new job directory to its row, worst of 20",
            1000 * max(latencies),
            "ms",
            1000.0,
            None,
        ),
    ]


def read(root: Root) -> Root:
    return Root.objects.get(pk=root.pk)


def measured() -> bool:
    """Whether nothing is left for the thread that measures sizes."""
    unmeasured = (kind.objects.filter(measured_at=None) for kind in (Job, Checkpoint))
    return not any(rows.exists() for rows in unmeasured)


def unchanged_seconds(root: Root) -> float:
    before = root.scanned_at
    request_scan(root)
    wait_until(lambda: read(root).scanned_at != before)
    return read(root).scan_seconds or 0.0


def cpu_share(pid: int) -> float:
    process = psutil.Process(pid)
    before = process.cpu_times()
    time.sleep(IDLE_SECONDS)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return float(used / IDLE_SECONDS)


def latency(live: Path, number: int) -> float:
    """From the directory's making to its row."""
    directory = live / "bench" / "new" / f"job-{number}" / "20261119_214811"
    began = time.perf_counter()
    directory.mkdir(parents=True)
    (directory / "metadata.json").write_text(json.dumps({"status": "running"}))
    wait_until(lambda: Job.objects.filter(name=f"job-{number}").exists())
    return time.perf_counter() - began


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the follower did not get there")
        time.sleep(0.005)
