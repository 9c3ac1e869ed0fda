"""A tree of 100,000 jobs and 20,000 checkpoints, as training programs write them."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .lab import ROOT

GENERATOR = ROOT.parent / "shared" / "tools" / "gen_tree.py"
JOBS, CHECKPOINTS = 100_000, 20_000


@contextmanager
def cluster_tree() -> Iterator[Path]:
    """The folder with `status` and `checkpoints`; `BENCH_TREE` names one that is there already."""
    if given := os.environ.get("BENCH_TREE"):
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="fusionweb-tree-") as folder:
        sizes = ["--jobs", str(JOBS), "--checkpoints", str(CHECKPOINTS), "--seed", "1"]
        command = [sys.executable, str(GENERATOR), "--root", folder, *sizes]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield Path(folder)


def bare_seconds(status: Path) -> float:
    """Walk, read and parse every metadata.json, and nothing else."""
    began = time.perf_counter()
    for path in run_directories(str(status)):
        try:
            with open(f"{path}/metadata.json", "rb") as file:
                json.loads(file.read())
        except (OSError, ValueError):
            pass
    return time.perf_counter() - began


def bare_stat_seconds(status: Path) -> float:
    """Stat every metadata.json, their paths known."""
    paths = [f"{path}/metadata.json" for path in run_directories(str(status))]
    began = time.perf_counter()
    for path in paths:
        try:
            os.stat(path)
        except OSError:
            pass
    return time.perf_counter() - began


def run_directories(path: str, depth: int = 4) -> Iterator[str]:
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth == 1:
                    yield entry.path
                else:
                    yield from run_directories(entry.path, depth - 1)
