"""The configurations of several runs, key by key, as each was frozen."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runs.configuration.diff import is_same
from runs.configuration.document import parse
from runs.configuration.places import Path as Keys
from runs.configuration.places import dotted
from runs.errors import ConfigurationInvalid, NotFound
from runs.files.regular import Confined, open_regular, pread_full
from runs.models import Run

# Longer ones take seconds to parse: their run's page shows them.
LONGEST_BYTES = 128 * 1024
MOST_ROWS = 1000
LONGEST_VALUE = 300
# Keys of one configuration.
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """`path` as `section.key`; a value is None where that run has no such key."""

    path: str
    values: Sequence[str | None]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """`rows` are those that differ, or all; `problems` says by run why it has no values here."""

    rows: Sequence[Row]
    differing: int
    total: int
    problems: Sequence[tuple[Run, str]]

    @property
    def cut(self) -> int:
        return max(0, len(self.rows) - MOST_ROWS)

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[:MOST_ROWS]


def compare(runs: Sequence[Run], *, everything: bool) -> Comparison:
    """Runs whose configuration cannot be read make no difference."""
    # runs of a batch share most of their text
    read = cache(values_in)
    found = [read(*text_of(run)) for run in runs]
    known = [values for values in found if not isinstance(values, str)]
    paths = dict.fromkeys(path for values in known for path in values)
    rows = [row_of(path, found, known) for path in paths]
    differing = [row for row in rows if row.differs]
    problems = [(run, why) for run, why in zip(runs, found, strict=True) if isinstance(why, str)]
    return Comparison(rows if everything else differing, len(differing), len(rows), problems)


def row_of(path: str, found: Sequence[Values | str], known: Sequence[Values]) -> Row:
    first = known[0]
    differs = any(
        path not in values or path not in first or not is_same(values[path], first[path])
        for values in known
    )
    told = [
        None if isinstance(values, str) or path not in values else written(values[path])
        for values in found
    ]
    return Row(path, told, differs)


def text_of(run: Run) -> tuple[bytes | None, str]:
    """What the program reads, None where it is not there, and its format."""
    try:
        with open_regular(
            Confined(Path(run.root), run.directory, run.config_path.name)
        ) as descriptor:
            text = pread_full(descriptor, LONGEST_BYTES + 1, 0)
    except (OSError, NotFound):
        return None, run.program.config_format
    return text, run.program.config_format


def values_in(text: bytes | None, format: str) -> Values | str:
    """By path, or a sentence why there are none."""
    if text is None:
        return "its configuration is no longer on disk"
    if len(text) > LONGEST_BYTES:
        return "its configuration is too long to be compared here"
    try:
        return dict(leaves(parse(text.decode(), format).values, ()))
    except (ConfigurationInvalid, UnicodeDecodeError):
        return f"its configuration is no {format.upper()} that can be read"


def leaves(values: Mapping[str, Any], keys: Keys) -> Iterator[tuple[str, Any]]:
    """A list is one value, and so is an empty section."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*keys, key))
        else:
            yield dotted((*keys, key)), value


def written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
