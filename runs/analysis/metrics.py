"""What one run measured, read from its directory; bounded, whatever is in there.

Sources, each going before the next where they give the same metric at the same load:

1. JSON files in `output/`, by name: the numbers of an object and of the objects in it, at the
   load that the file names (`erlang`, `load`, or its own name as `load_50.json`), if it does;
2. CSV files there whose header has a column of loads;
3. `progress.jsonl`: by load the program's summary, else the mean of the iterations; without
   loads the last value; the `summary` of its `complete` event.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runs.contract.layout import PROGRESS
from runs.files.regular import Confined

from .metric_files import read_files
from .metric_progress import read_progress
from .readings import MAX_NAMES, MAX_VALUES, Figure, apart, bounded, merged

LONGEST_PROBLEM = 500
PROBLEMS_SAID = 3


@dataclass(frozen=True)
class Found:
    """{metric: [[load, value], …]}, those declared first; loads in Erlang rise, and one alone is
    None where there are none; a value is None where the run wrote NaN or infinity.

    `problem` says what could not be read, in one line.
    """

    metrics: dict[str, list[list[Figure]]] = field(default_factory=dict)
    problem: str = ""


def read_metrics(directory: Path, declared: Sequence[str], root: Path | None = None) -> Found:
    """`declared` are the names of the program's metrics. No symlink is followed out of
    `directory`, which is below `root` (the directory above it, where none is given)."""
    root = root or directory.parent
    if not directory.is_dir():
        return Found(problem="its directory is no longer on disk")
    files = read_files(root, directory, declared)
    progress = read_progress(Confined(root, directory, PROGRESS), declared)
    known = list(dict.fromkeys([*declared, *progress.names]))
    table = merged([*files.readings, progress.reading], known)
    apart(table)
    metrics, cut = bounded(table, declared)
    problems = files.problems + progress.problems
    if cut:
        problems.append(
            f"more than {MAX_NAMES} metrics or {MAX_VALUES:,} values: the rest was left out"
        )
    return Found(metrics, said(problems))


def said(problems: Sequence[str]) -> str:
    more = len(problems) - PROBLEMS_SAID
    rest = [f"{more} more"] if more > 0 else []
    return "; ".join([*problems[:PROBLEMS_SAID], *rest])[:LONGEST_PROBLEM]
