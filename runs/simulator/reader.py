"""Read a configuration file into typed values, as schema.json describes them.

Understands what that schema uses: objects of sections, integer, number, boolean, string and
object values, minimum, maximum, enum, default, required.
"""

import ast
import configparser
import difflib
import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runs.simulator.errors import ConfigurationError

SCHEMA_PATH = Path(__file__).parent / "schema.json"
MAXIMUM_BYTES = 1 << 20
INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

Values = dict[str, dict[str, Any]]


def read_configuration(path: Path) -> Values:
    """All sections and keys of the schema, defaults filled in.

    Raises ConfigurationError for a file that is missing or does not parse, and for the first
    unknown, missing or unfit key.
    """
    return read_values(_parse(path))


def read_values(texts: Mapping[str, Mapping[str, str]]) -> Values:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    sections = schema["properties"]
    for name in texts:
        if name not in sections:
            raise ConfigurationError(name, f"unknown section{_suggestion(name, sections)}")
    for name in schema["required"]:
        if name not in texts:
            raise ConfigurationError(name, "section is missing")
    return {
        name: _read_section(name, texts.get(name, {}), section)
        for name, section in sections.items()
    }


def _parse(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        content = path.read_bytes()
        if len(content) > MAXIMUM_BYTES:
            raise ConfigurationError(str(path), f"larger than {MAXIMUM_BYTES} bytes")
        parser.read_string(content.decode("utf-8-sig"), source=path.name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(str(path), f"cannot be read: {reason}") from error
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), f"does not parse: {error}") from error
    return {name: dict(parser[name]) for name in parser.sections()}


def _read_section(
    section_name: str, texts: Mapping[str, str], section: dict[str, Any]
) -> dict[str, Any]:
    keys = section["properties"]
    for name in texts:
        if name not in keys:
            raise ConfigurationError(
                f"{section_name}.{name}", f"unknown key{_suggestion(name, keys)}"
            )
    for name in section["required"]:
        if name not in texts:
            raise ConfigurationError(f"{section_name}.{name}", "is missing")
    return {
        name: _read_value(f"{section_name}.{name}", texts[name], rule)
        if name in texts
        else rule["default"]
        for name, rule in keys.items()
    }


def _read_value(key: str, text: str, rule: dict[str, Any]) -> Any:
    read, expected = READERS[rule["type"]]
    value = read(text)
    if value is None:
        raise ConfigurationError(key, f"expected {expected}, got {_shown(text)}")
    if "enum" in rule and value not in rule["enum"]:
        choices = ", ".join(rule["enum"])
        raise ConfigurationError(key, f"{_shown(text)} is none of {choices}")
    if "minimum" in rule and value < rule["minimum"]:
        raise ConfigurationError(key, f"{_shown(text)} is below {rule['minimum']}")
    if "maximum" in rule and value > rule["maximum"]:
        raise ConfigurationError(key, f"{_shown(text)} is above {rule['maximum']}")
    return value


def _integer(text: str) -> int | None:
    return int(text) if INTEGER.fullmatch(text) else None


def _number(text: str) -> float | None:
    value = float(text) if NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _boolean(text: str) -> bool | None:
    return BOOLEANS.get(text.lower())


def _string(text: str) -> str:
    return text


def _object(text: str) -> dict[Any, Any] | None:
    """JSON, or the Python literal that FUSION's files also use."""
    for load in (json.loads, ast.literal_eval):
        try:
            value = load(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return value if isinstance(value, dict) else None
    return None


READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "integer": (_integer, "a whole number"),
    "number": (_number, "a number"),
    "boolean": (_boolean, "true or false"),
    "string": (_string, "text"),
    "object": (_object, 'an object such as {"100": 1.0}'),
}


def _shown(text: str) -> str:
    short = text if len(text) <= 60 else f"{text[:57]}..."
    return ascii(short) if text else "nothing"


def _suggestion(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" {_shown(name)}, did you mean {close[0]}?" if close else f" {_shown(name)}"
