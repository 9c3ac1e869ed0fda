"""Measure everything, or the benchmarks named: `python -m bench [log_latency …]`."""

import importlib
import sys

from .figure import Figure, print_table
from .lab import data_folder, open_lab, prepare_django

# In this order: what one leaves in the tables, the next goes on with.
BENCHMARKS = (
    "log_latency",
    "log_burst",
    "launch_latency",
    "batch_pace",
    "run_list",
    "discovery",
    "cluster_pages",
    "big_log",
    "followers",
)
WITH_SUPERVISOR = {"launch_latency", "batch_pace"}


def measure(name: str) -> list[Figure]:
    module = importlib.import_module(f"bench.{name}")
    with open_lab(supervisor=name in WITH_SUPERVISOR) as lab:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures: list[Figure] = module.measure(lab)
        return figures


def main() -> None:
    chosen = sys.argv[1:] or BENCHMARKS
    unknown = set(chosen) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {BENCHMARKS}")
    with data_folder() as data:
        prepare_django(data)
        print_table([figure for name in chosen for figure in measure(name)])


main()
