"""Metrics in the final files of a run: JSON objects, and CSV with a column of loads."""

import csv
import io
import json
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runs.contract.layout import OUTPUT
from runs.contract.progress import number
from runs.contract.small_file import LARGEST_BYTES
from runs.contract.tolerant_json import storable_text
from runs.errors import NotFound
from runs.files.regular import Confined, open_regular, pread_full

from .readings import LOAD_KEYS, MAX_LOADS, Figure, Load, Reading, figures_of, is_metric

MAX_FILES = 600
MAX_ENTRIES = 5000
MAX_DEPTH = 3
MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 100_000
CONFIGURATION = re.compile(r"(effective_)?config(uration)?\b.*", re.IGNORECASE)
# `load_50.json` as the bundled simulator names it, `50.0_erlang.json` as others do.
LOAD_IN_NAME = re.compile(r"load_([0-9.]+(?:e[+-]?[0-9]+)?)|([0-9.]+)_erlang", re.IGNORECASE)
DIGITS = re.compile(r"([0-9]+)")


@dataclass
class FileReadings:
    """A reading for each file, JSON before CSV; a sentence for each that could not be read."""

    readings: list[Reading] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    bytes_read: int = 0
    first: dict[tuple[str, Load], Figure] = field(default_factory=dict)

    def take(self, name: str, reading: Reading) -> None:
        """Two files that differ are said: what the first has counts."""
        self.readings.append(reading)
        figures = {
            (metric, load): value
            for metric, values in reading.values.items()
            for load, value in values.items()
        }
        differing = [key for key in figures if self.first.get(key, figures[key]) != figures[key]]
        if differing and not is_table(name):
            self.problems.append(
                storable_text(f"{name}: another file before it has another {differing[0][0]}")
            )
        self.first = {**figures, **self.first}


def read_files(root: Path, directory: Path, declared: Collection[str]) -> FileReadings:
    found = FileReadings()
    names = files_in(directory)
    if len(names) > MAX_FILES:
        found.problems.append(f"{OUTPUT}/ has more than {MAX_FILES} files with figures")
    for name in names[:MAX_FILES]:
        try:
            data = content_of(Confined(root, directory, name), found)
            read = read_json if name.lower().endswith(".json") else read_csv
            found.take(name, read(data, Path(name).stem, declared))
        except (OSError, NotFound, ValueError, RecursionError, csv.Error) as error:
            found.problems.append(storable_text(f"{name}: {reason(error)}"))
    return found


def reason(error: Exception) -> str:
    """Said so that no path of the machine is told."""
    if isinstance(error, OSError):
        return error.strerror or "cannot be read"
    if isinstance(error, NotFound | Unfit):
        return str(error).rstrip(".")
    return "does not parse"


class Unfit(ValueError):
    """A file that is there and is not read; the message says why."""


def files_in(directory: Path) -> list[str]:
    """By their paths in the run's directory: JSON first, shallow first, numbers as numbers."""
    if (directory / OUTPUT).resolve().parent != directory.resolve():
        return []
    found = list(below(directory, OUTPUT, MAX_DEPTH, [MAX_ENTRIES]))
    return sorted(found, key=lambda name: (is_table(name), name.count("/"), natural(name)))


def natural(name: str) -> list[tuple[int, str]]:
    """Whole numbers of a name by size: `load_9` before `load_10`."""
    return [(len(part) if part[:1].isdigit() else 0, part) for part in DIGITS.split(name)]


def is_table(name: str) -> bool:
    return name.lower().endswith(".csv")


def below(directory: Path, place: str, depth: int, left: list[int]) -> Iterator[str]:
    """`left` counts the entries that may still be looked at."""
    try:
        with os.scandir(directory / place) as scan:
            entries = [entry for entry, _ in zip(scan, range(left[0]), strict=False)]
    except OSError:
        return
    left[0] -= len(entries)
    for entry in entries:
        name = f"{place}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from below(directory, name, depth - 1, left)
        elif is_figures(entry.name):
            yield name


def is_figures(name: str) -> bool:
    return name.lower().endswith((".json", ".csv")) and not CONFIGURATION.fullmatch(name)


def content_of(file: Confined, found: FileReadings) -> bytes:
    """Raises OSError, NotFound and Unfit."""
    with open_regular(file) as descriptor:
        size = os.fstat(descriptor).st_size
        if size > LARGEST_BYTES:
            raise Unfit("is larger than 8 MiB and was not read")
        if found.bytes_read + size > MAX_BYTES:
            raise Unfit("was not read: the files before it have 64 MiB")
        found.bytes_read += size
        return pread_full(descriptor, size, 0)


def read_json(data: bytes, stem: str, declared: Collection[str]) -> Reading:
    """Of an object, or of a list of objects that each name their load. Raises ValueError."""
    value = json.loads(data.decode("utf-8-sig", errors="replace"))
    rows = value if isinstance(value, list) else [value]
    table = Rows(declared)
    for row in rows:
        if isinstance(row, dict):
            load = load_of(row, declared)
            if load is None and value is row:
                load = load_in_name(stem)
            if load is not None or value is row:
                table.add(load, figures_of(row, declared))
    return table.reading()


def load_of(row: dict[str, object], declared: Collection[str]) -> Load:
    loads = (number(row.get(key)) for key in LOAD_KEYS if key not in declared)
    return next((load for load in loads if load is not None), None)


def load_in_name(stem: str) -> Load:
    found = LOAD_IN_NAME.fullmatch(stem)
    return number(parse_number(found[1] or found[2])) if found else None


class Rows:
    """Rows of one file; those of the same load are one, their mean."""

    def __init__(self, declared: Collection[str]) -> None:
        self.declared = declared
        self.sure: set[str] = set()
        self.by_load: dict[Load, dict[str, list[Figure]]] = {}

    def add(self, load: Load, figures: dict[str, object]) -> None:
        if load not in self.by_load and len(self.by_load) >= MAX_LOADS:
            return
        row = self.by_load.setdefault(load, {})
        for name, value in figures.items():
            row.setdefault(name, []).append(number(value))
        self.sure.update(name for name, value in figures.items() if value is not None)

    def reading(self) -> Reading:
        reading = Reading()
        for load, figures in self.by_load.items():
            reading.take(load, figures, self.sure)
        return reading


def read_csv(data: bytes, stem: str, declared: Collection[str]) -> Reading:
    """Nothing where no column of its header is the load. Raises csv.Error."""
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig", errors="replace"), newline=""))
    header = [storable_text(name.strip()) for name in next(lines, [])]
    table = Rows(declared)
    places = [header.index(key) for key in LOAD_KEYS if key in header and key not in declared]
    if not places:
        return table.reading()
    columns = {name: place for place, name in enumerate(header) if is_metric(name, declared)}
    for row, _ in zip(lines, range(MAX_ROWS), strict=False):
        cells = dict(enumerate(row))
        load = number(parse_number(cells.get(places[0], "")))
        if load is not None:
            figures = {name: parse_number(cells.get(place, "")) for name, place in columns.items()}
            # an empty cell says nothing, unlike a null
            table.add(load, {name: value for name, value in figures.items() if value is not None})
    return table.reading()


def parse_number(cell: str) -> float | None:
    """NaN and infinities too; None for what is no number."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None
