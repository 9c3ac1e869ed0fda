"""INI configurations, read as configparser reads them and changed in place.

No interpolation; keys in lower case; comments on lines of their own; values over several
lines. What `[DEFAULT]` holds is in every section, and is no section itself.
"""

import configparser
import io
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from runs.configuration.places import VALUES_MAX, Path, invalid
from runs.errors import ConfigurationInvalid, InvalidInput, Problem

HEADER = re.compile(r"\[(?P<name>.+)\]")
KEY = re.compile(r"(?P<key>.*?)\s*[=:]\s*")
COMMENT = ("#", ";")
# configparser's time grows by the square of them: 8,000 take it 0.6 s, 100,000 minutes.
SPACES_MAX = 100
SPACES = re.compile(rf"\S\s{{{SPACES_MAX + 1},}}\S")
INHERITED_MAX = 100_000
PROBLEMS_MAX = 50


@dataclass
class _Entry:
    """A header (key None) or a key: its first line and the one behind its last, from 0."""

    section: str
    key: str | None
    first: int
    behind: int
    indent: int


class IniDocument:
    format = "ini"

    def __init__(self, text: str) -> None:
        self.text = text
        # As a program reads a file: \r\n and \r end lines too, unlike \f or U+2028.
        self.lines = list(io.StringIO(text, newline=""))
        # First, since configparser's time grows by the square with lines that are wrong.
        self.entries = _scan(self.lines)
        self.values: dict[str, Any] = _read(text)
        self.line_break = "\r\n" if "\r\n" in text else "\n"
        self.places = {(each.section, each.key): each for each in self.entries}
        self.last_of = {each.section: index for index, each in enumerate(self.entries)}

    def line_of(self, path: Path) -> int | None:
        if not path or len(path) > 2 or path[0] not in self.values:
            return None
        section, key = path[0], path[1] if len(path) > 1 else None
        if key is not None and key not in self.values[section]:
            return None
        entry = self.places.get((section, key)) or self.places[configparser.DEFAULTSECT, key]
        return entry.first + 1

    def with_overrides(self, overrides: dict[str, Any]) -> str:
        wanted = _checked(overrides)
        ends: dict[int, str] = {}
        lines = list(self.lines)
        added = ""
        for section, values in wanted.items():
            if section not in self.values:
                added += self._new_section(section, values)
                continue
            for key, value in values.items():
                if entry := self.places.get((section, key)):
                    self._replace(lines, entry, value)
                elif self.values[section].get(key) != value:
                    place, text = self._new_key(section, key, value)
                    ends[place] = ends.get(place, "") + text
        for place in sorted(ends, reverse=True):
            lines[place - 1] = self._ended(lines[place - 1]) + ends[place]
        return self._ended("".join(lines)) + added if added else "".join(lines)

    def without(self, paths: Collection[Path]) -> str:
        lines = list(self.lines)
        for path in paths:
            first, behind = self._extent(path)
            lines[first:behind] = [""] * (behind - first)
        return "".join(lines)

    def _extent(self, path: Path) -> tuple[int, int]:
        """The lines of a key, or of a section up to the next header; none where it is missing."""
        entry = self.places.get((path[0], path[1] if len(path) > 1 else None))
        if entry is None or len(path) > 2:
            return 0, 0
        if entry.key is not None:
            return entry.first, entry.behind
        headers = (each.first for each in self.entries if each.key is None)
        return entry.first, min(
            (first for first in headers if first > entry.first), default=len(self.lines)
        )

    def _replace(self, lines: list[str], entry: _Entry, value: str) -> None:
        section, key = entry.section, str(entry.key)
        if self.values[section][key] == value:
            return
        line = self.lines[entry.first]
        prefix = "".join(_key_and_delimiter(line, entry.indent))
        below = self.lines[entry.first + 1 : entry.behind]
        comments = "".join(each for each in below if each.strip().startswith(COMMENT))
        ending = line[len(line.rstrip("\r\n")) :]
        text = self._laid_out(prefix, value, entry.indent)
        if entry.behind < len(self.lines) or ending:
            text = self._ended(text)
        for index in range(entry.first, entry.behind):
            lines[index] = ""
        lines[entry.first] = text + comments

    def _new_key(self, section: str, key: str, value: str) -> tuple[int, str]:
        """The place, in lines, to put it behind, and its text."""
        index = self.last_of[section]
        last = self.entries[index]
        if last.key is not None:
            line = self.lines[last.first]
            _, delimiter = _key_and_delimiter(line, last.indent)
            prefix = line[: last.indent] + key + delimiter
            return last.behind, self._ended(self._laid_out(prefix, value, last.indent))
        # Less indented than the next header, it would take that for its continuation.
        indent = self.entries[index + 1].indent if index + 1 < len(self.entries) else 0
        text = self._laid_out(f"{' ' * indent}{key} = ", value, indent)
        return last.behind, self._ended(text)

    def _new_section(self, section: str, values: dict[str, str]) -> str:
        rows = [self._laid_out(f"{key} = ", value, 0) for key, value in values.items()]
        break_ = self.line_break
        return break_ + break_.join([f"[{section}]", *rows]) + break_

    def _laid_out(self, prefix: str, value: str, indent: int) -> str:
        first, *more = value.split("\n")
        rows = [f"{prefix}{first}".rstrip()]
        rows += [f"{' ' * (indent + 4)}{row}" if row else "" for row in more]
        return self.line_break.join(rows)

    def _ended(self, text: str) -> str:
        return text if not text or text.endswith(("\n", "\r")) else text + self.line_break


def _read(text: str) -> dict[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error as error:
        raise _translated(error) from error
    if len(parser.sections()) * len(parser.defaults()) > INHERITED_MAX:
        raise invalid("too many sections for so many keys in [DEFAULT]")
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _translated(error: configparser.Error) -> ConfigurationInvalid:
    if isinstance(error, configparser.MissingSectionHeaderError):
        message = "expected a [section] before the first key"
        return invalid(message, line=error.lineno)
    if isinstance(error, configparser.DuplicateSectionError):
        message = f"section [{error.section}] appears twice"
        problem = Problem(message, section=error.section, line=error.lineno)
        return ConfigurationInvalid([problem])
    if isinstance(error, configparser.DuplicateOptionError):
        path = (error.section, error.option)
        return invalid("this key appears twice in its section", path, error.lineno)
    return invalid(f"cannot be read as INI: {error.message}")


def _scan(lines: list[str]) -> list[_Entry]:
    """Headers and keys by configparser's own rules, up to what it does not read at all.

    Raises ConfigurationInvalid for lines that are neither.
    """
    entries: list[_Entry] = []
    wrong: list[Problem] = []
    for number, line in enumerate(lines):
        text = line.strip()
        if not text or text.startswith(COMMENT):
            continue
        if fault := _scan_line(number, text, len(line) - len(line.lstrip()), entries):
            wrong.append(Problem(fault, line=number + 1))
        if len(entries) > VALUES_MAX:
            raise invalid(f"more than {VALUES_MAX} sections and keys", line=number + 1)
        if not entries or len(wrong) == PROBLEMS_MAX:
            break
    if wrong:
        raise ConfigurationInvalid(wrong)
    return entries


def _scan_line(number: int, text: str, indent: int, entries: list[_Entry]) -> str | None:
    """Adds the line to the entries, or says what is wrong with it."""
    last = entries[-1] if entries else None
    if SPACES.search(text):
        return f"more than {SPACES_MAX} spaces in a row"
    if last and last.key is not None and indent > last.indent:
        last.behind = number + 1
    elif header := HEADER.match(text):
        entries.append(_Entry(header["name"], None, number, number + 1, indent))
    elif last and (found := KEY.match(text)) and found["key"]:
        key = found["key"].lower()
        entries.append(_Entry(last.section, key, number, number + 1, indent))
    elif last:
        return "expected [section], key = value, or a comment with # or ;"
    return None


def _key_and_delimiter(line: str, indent: int) -> tuple[str, str]:
    """Indent and key; delimiter and the space around it, with a space where a value lacked."""
    found = KEY.match(line, indent)
    if not found:
        return line[:indent], " = "
    delimiter = line[found.end("key") : found.end()].rstrip("\r\n")
    has_value = line[found.end() :].strip()
    return line[: found.end("key")], delimiter if has_value else f"{delimiter.rstrip()} "


def _checked(overrides: dict[str, Any]) -> dict[str, dict[str, str]]:
    wanted: dict[str, dict[str, str]] = {}
    for section, values in overrides.items():
        if not isinstance(values, dict):
            raise _refusal(section, "stands alone; INI has sections: write section.key")
        if not re.fullmatch(r"[^\[\]\r\n]+", section) or section == configparser.DEFAULTSECT:
            raise _refusal(section, "cannot be the name of a section")
        wanted[section] = {_checked_key(section, key): as_text(values[key]) for key in values}
    return wanted


def _checked_key(section: str, key: str) -> str:
    name = key.strip().lower()
    if not re.fullmatch(r"[^\[#;=:\r\n][^=:\r\n]*", name):
        raise _refusal(f"{section}.{key}", "cannot be a key of an INI file")
    return name


def as_text(value: Any) -> str:
    """The value as configparser reads it back from what is written for it.

    Every line loses the space around it. Raises InvalidInput for a line that would be
    taken for a comment.
    """
    if not isinstance(value, str):
        simple = value is None or isinstance(value, bool | int | float)
        return ("" if value is None else str(value)) if simple else json.dumps(value)
    rows = [row.strip() for row in io.StringIO(value, newline=None).read().split("\n")]
    if any(row.startswith(COMMENT) for row in rows[1:]):
        raise InvalidInput("an INI value cannot have a line that begins with # or ;", "overrides")
    return "\n".join(rows).rstrip()


def _refusal(place: str, message: str) -> InvalidInput:
    return InvalidInput(f"'{place[:200]}' {message}", field="overrides")
