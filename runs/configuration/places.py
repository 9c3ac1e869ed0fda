"""Where in a configuration something stands, and how a fault there is worded.

A path is the tuple of keys from the top down; the items of a list are "0", "1", …
"""

import re

from runs.errors import ConfigurationInvalid, Problem

Path = tuple[str, ...]

TEXT_BYTES_MAX = 1024 * 1024
NESTING_MAX = 20
# INI and JSON are read in about 1 s then; YAML has a limit of its own.
VALUES_MAX = 50_000
# Python refuses to read or print longer whole numbers, and no floating point holds them.
DIGITS_MAX = 300


def problem_at(path: Path, message: str, line: int | None = None) -> Problem:
    """Names the first key as the section and the rest as the key; alone, it is the key."""
    if len(path) == 1:
        return Problem(message, key=path[0], line=line)
    return Problem(message, section=path[0] if path else "", key=dotted(path[1:]), line=line)


def invalid(message: str, path: Path = (), line: int | None = None) -> ConfigurationInvalid:
    return ConfigurationInvalid([problem_at(path, message, line)])


def dotted(path: Path) -> str:
    """`("mods", "0", "name")` → `mods[0].name`"""
    text = ""
    for part in path:
        text += f"[{part}]" if part.isdecimal() and text else f".{part}" if text else part
    return text


def clean_text(text: str) -> str:
    """The text without a byte order mark, which programs stumble over.

    Raises ConfigurationInvalid for what is too long, or holds characters that neither
    a UTF-8 file nor a database keeps.
    """
    text = text.removeprefix("\ufeff")
    if bad := re.search("[\0\ud800-\udfff]", text):
        line = text.count("\n", 0, bad.start()) + 1
        raise invalid("a character that cannot be kept (NUL or half a surrogate)", line=line)
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise invalid("the configuration is longer than 1 MiB")
    return text


def unkeepable(value: str) -> bool:
    return re.search("[\0\ud800-\udfff]", value) is not None
