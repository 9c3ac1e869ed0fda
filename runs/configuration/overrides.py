"""Values laid over a configuration: read from a command line, bounded, merged."""

import copy
import json
import math
from collections.abc import Iterable
from typing import Any

from runs.configuration.places import DIGITS_MAX, unkeepable
from runs.configuration.scalars import Scalar, read_scalar
from runs.errors import InvalidInput

LEVELS_MAX = 5
KEYS_MAX = 200
TEXT_MAX = 100_000


def parse_override(text: str) -> dict[str, Any]:
    """`section.key=value` → `{section: {key: value}}`, the value as YAML reads it.

    `[1, 2]` and `{"a": 1}` are read as JSON, quotes make text of anything, and nothing at
    all is the empty text. Raises InvalidInput.
    """
    name, equals, value = text.partition("=")
    path = [part.strip() for part in name.split(".")]
    if not equals or not all(path):
        raise InvalidInput(f"expected section.key=value, got '{text}'", field="overrides")
    nested = _read_value(value.strip(), name.strip())
    for key in reversed(path):
        nested = {key: nested}
    return nested


def _read_value(text: str, name: str) -> Any:
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return _read_number_or_text(text, name)


def _read_number_or_text(text: str, name: str) -> Scalar:
    try:
        return read_scalar(text) if text else ""
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}", field="overrides") from error


def check_overrides(overrides: dict[str, Any]) -> None:
    """Raises InvalidInput, with the path at fault as field, for what is beyond the limits."""
    _check_level(overrides, (), 1)


def _check_level(value: dict[str, Any] | list[Any], path: tuple[str, ...], level: int) -> None:
    if level > LEVELS_MAX:
        raise _refusal(path, f"nested more than {LEVELS_MAX} levels deep")
    if len(value) > KEYS_MAX:
        raise _refusal(path, f"has {len(value)} entries, at most {KEYS_MAX} are allowed")
    for key, item in _entries(value, path):
        if isinstance(item, dict | list):
            _check_level(item, (*path, key), level + 1)
        else:
            _check_scalar(item, (*path, key))


def _entries(value: dict[Any, Any] | list[Any], path: tuple[str, ...]) -> Iterable[tuple[str, Any]]:
    if isinstance(value, list):
        return [(str(index), item) for index, item in enumerate(value)]
    for key in value:
        if not isinstance(key, str) or not key.strip():
            raise _refusal(path, "has a key that is no text")
        _check_scalar(key, path)
    return value.items()


def _check_scalar(value: object, path: tuple[str, ...]) -> None:
    if isinstance(value, str):
        if len(value) > TEXT_MAX:
            raise _refusal(path, f"has {len(value)} characters, at most {TEXT_MAX} are allowed")
        if unkeepable(value):
            raise _refusal(path, "has a character that cannot be kept (NUL or half a surrogate)")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _refusal(path, "is not a finite number")
    elif isinstance(value, int) and abs(value) >= 10**DIGITS_MAX:
        raise _refusal(path, f"has more than {DIGITS_MAX} digits")
    elif value is not None and not isinstance(value, int | float):
        raise _refusal(path, f"is of a kind that cannot be written ({type(value).__name__})")


def _refusal(path: tuple[str, ...], message: str) -> InvalidInput:
    place = ".".join(path)[:200]
    return InvalidInput(f"{place or 'the overrides'}: {message}", field=place or "overrides")


def merge(values: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """A copy of values with the overrides laid over: sections merge, all else is replaced."""
    merged = dict(values)
    for key, value in overrides.items():
        before = values.get(key)
        if isinstance(value, dict):
            merged[key] = merge(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged
