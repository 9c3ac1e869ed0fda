"""JSON configurations. JSON has no comments, so the text is written anew in its key order."""

import json
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from runs.configuration.overrides import merge
from runs.configuration.places import DIGITS_MAX, NESTING_MAX, VALUES_MAX, Path, invalid, unkeepable
from runs.errors import ConfigurationInvalid

# An open string is taken to the end at once: trying each quote in it would take for ever.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
OPENING, CLOSING = ("{", "["), ("}", "]")
DEPTH = {"{": 1, "[": 1, "}": -1, "]": -1}
PLAIN_WORDS = {
    "Expecting property name enclosed in double quotes": 'expected a key in double quotes (")',
    "Expecting value": "expected a value",
    "Expecting ',' delimiter": "expected a comma before this",
    "Expecting ':' delimiter": "expected a colon after the key",
    "Extra data": "expected nothing more after the end",
    "Invalid control character at": "a text has to end on its own line",
}


class JsonDocument:
    format = "json"

    def __init__(self, text: str) -> None:
        self.text = text
        self.values = _load(text)
        self.lines: dict[Path, int] = {}
        for path, line in _places(text):
            if path in self.lines:
                raise invalid("this key appears twice", path, line)
            self.lines[path] = line

    def line_of(self, path: Path) -> int | None:
        return self.lines.get(path)

    def with_overrides(self, overrides: dict[str, Any]) -> str:
        merged = merge(self.values, overrides)
        if json.dumps(merged) == json.dumps(self.values):
            return self.text
        return self._written(merged)

    def without(self, paths: Collection[Path]) -> str:
        kept = pruned(self.values, paths)
        return self.text if kept == self.values else self._written(kept)

    def _written(self, values: dict[str, Any]) -> str:
        return json.dumps(values, indent=_indent(self.text), ensure_ascii=False) + "\n"


def pruned(values: dict[str, Any], paths: Collection[Path]) -> dict[str, Any]:
    """A copy of the values without what these paths lead to."""
    gone = {path[0] for path in paths if len(path) == 1}
    kept = {}
    for key, value in values.items():
        if key in gone:
            continue
        deeper = [path[1:] for path in paths if len(path) > 1 and path[0] == key]
        kept[key] = pruned(value, deeper) if isinstance(value, dict) else value
    return kept


def _indent(text: str) -> int | str:
    found = re.search(r'\{\s*?\n([ \t]+)"', text)
    if not found:
        return 2
    return found[1] if "\t" in found[1] else len(found[1])


def _load(text: str) -> dict[str, Any]:
    _check_tokens(text)
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise _translated(error) from error
    if not isinstance(values, dict):
        raise invalid("expected an object in braces {} at the top", line=1)
    return values


def _check_tokens(text: str) -> None:
    """Before json reads the text, since it recurses, and reads more than can be kept."""
    depth = values = 0
    for token in TOKEN.finditer(text):
        depth += DEPTH.get(token[0], 0)
        values += token[0] == ","
        if values > VALUES_MAX:
            raise invalid(f"more than {VALUES_MAX} values", line=_line(text, token.start()))
        if depth > NESTING_MAX:
            raise invalid(f"nested more than {NESTING_MAX} deep", line=_line(text, token.start()))
        if fault := _fault(token[0]):
            raise invalid(fault, line=_line(text, token.start()))


def _fault(token: str) -> str | None:
    if token.startswith('"'):
        # Only an escape can bring in what the text itself must not hold.
        hidden = "\\u" in token and unkeepable(_unescaped(token))
        return "a character that cannot be kept (NUL or half a surrogate)" if hidden else None
    if token in ("NaN", "Infinity", "-Infinity"):
        return f"expected a finite number, got {token}"
    if not token.lstrip("-")[:1].isdigit():
        return None
    if len(token) > DIGITS_MAX:
        return f"a number of {len(token)} digits is too long"
    return None if _finite(token) else f"expected a finite number, got {token}"


def _unescaped(token: str) -> str:
    try:
        return str(json.loads(token))
    except json.JSONDecodeError:
        return ""


def _finite(token: str) -> bool:
    try:
        return math.isfinite(float(token))
    except ValueError:
        return True


def _translated(error: json.JSONDecodeError) -> ConfigurationInvalid:
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("}", "]"):
        return invalid("a comma before the closing bracket", line=_line(error.doc, len(before)))
    if error.msg.startswith("Illegal trailing comma"):
        return invalid("a comma before the closing bracket", line=error.lineno)
    message = PLAIN_WORDS.get(error.msg, error.msg.lower())
    found = error.doc[error.pos : error.pos + 20].split("\n")[0]
    got = f", got '{found}'" if found else ", got the end of the text"
    return invalid(f"cannot be read as JSON: {message}{got}", line=error.lineno)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


@dataclass
class _Open:
    """An object or a list that the scan is inside of, and the entry it is at."""

    is_list: bool
    index: int = 0
    key: str | None = None

    @property
    def part(self) -> str:
        return str(self.index) if self.is_list else str(self.key)


def _places(text: str) -> Iterator[tuple[Path, int]]:
    """Path and line of each key and list item of a text that is known to be valid."""
    inside: list[_Open] = []
    line, place = 1, 0
    for token in TOKEN.finditer(text):
        line += text.count("\n", place, token.start())
        place = token.start()
        if token[0] in CLOSING:
            inside.pop()
        elif token[0] == ",":
            inside[-1].index += 1
            inside[-1].key = None
        elif token[0] != ":":
            yield from _entry(inside, token[0], line)


def _entry(inside: list[_Open], token: str, line: int) -> Iterator[tuple[Path, int]]:
    if inside and (inside[-1].is_list or inside[-1].key is None):
        if not inside[-1].is_list:
            inside[-1].key = json.loads(token)
        yield tuple(each.part for each in inside), line
    if token in OPENING:
        inside.append(_Open(is_list=token == "["))
