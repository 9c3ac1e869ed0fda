"""What differs between two configurations: by value, and line by line."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from runs.configuration.places import Path, dotted

CONTEXT_LINES = 3
# Of longer texts, all between the first and the last difference is one change: for a page
# of equal lines difflib takes half a minute.
MATCHED_MAX = 10_000
_Step = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Change:
    """`path` as `section.key`; `before` or `after` is None where there was nothing."""

    path: str
    before: Any
    after: Any
    kind: Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class DiffLine:
    """Line numbers from 1; None on the side that has no such line. `text` without its end."""

    kind: Literal[" ", "+", "-"]
    old_line: int | None
    new_line: int | None
    text: str


def diff_values(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Key by key in the order of `before`, then what is new; a list is one value."""
    return list(_changes(before, after, ()))


def _changes(before: dict[str, Any], after: dict[str, Any], path: Path) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        here = (*path, key)
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changes(old, new, here)
        elif key not in before:
            yield from _one_sided(new, here, "added")
        elif key not in after:
            yield from _one_sided(old, here, "removed")
        elif not is_same(old, new):
            yield Change(dotted(here), old, new, "changed")


def _one_sided(value: Any, path: Path, kind: Literal["added", "removed"]) -> Iterator[Change]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _one_sided(item, (*path, key), kind)
    elif kind == "added":
        yield Change(dotted(path), None, value, kind)
    else:
        yield Change(dotted(path), value, None, kind)


def is_same(before: Any, after: Any) -> bool:
    # To Python, True is 1; to a configuration it is not.
    return bool(before == after) and isinstance(before, bool) == isinstance(after, bool)


def diff_text(before: str, after: str) -> list[list[DiffLine]]:
    """Hunks of a unified diff with three lines of context; none where nothing differs."""
    old, new = _lines(before), _lines(after)
    return [
        [line for step in group for line in _step_lines(step, old, new)]
        for group in _groups(old, new)
        if any(step[0] != "equal" for step in group)
    ]


def _groups(old: list[str], new: list[str]) -> Iterable[list[_Step]]:
    if max(len(old), len(new)) <= MATCHED_MAX:
        return difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT_LINES)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    i, j = len(old) - tail, len(new) - tail
    if head == i == j:
        return []
    above, below = min(head, CONTEXT_LINES), min(tail, CONTEXT_LINES)
    return [
        [
            ("equal", head - above, head, head - above, head),
            ("replace", head, i, head, j),
            ("equal", i, i + below, j, j + below),
        ]
    ]


def _common(old: list[str], new: list[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(old), len(new)))


def _lines(text: str) -> list[str]:
    """Line ends of every system are alike here: a browser sends other ones than a file has."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _step_lines(step: _Step, old: list[str], new: list[str]) -> Iterator[DiffLine]:
    tag, old_start, old_end, new_start, new_end = step
    if tag == "equal":
        for offset in range(old_end - old_start):
            i, j = old_start + offset, new_start + offset
            yield DiffLine(" ", i + 1, j + 1, old[i])
        return
    for i in range(old_start, old_end):
        yield DiffLine("-", i + 1, None, old[i])
    for j in range(new_start, new_end):
        yield DiffLine("+", None, j + 1, new[j])
