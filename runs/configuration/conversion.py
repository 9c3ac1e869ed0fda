"""INI values are text: this makes of them what the schema expects."""

import ast
import json
import math
import re
from collections.abc import Callable
from typing import Any

from runs.configuration.places import DIGITS_MAX
from runs.configuration.schema_check import find_reference
from runs.errors import Problem

TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}
WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list such as [1, 2]",
    "object": 'a mapping such as {"a": 1}',
    "null": "nothing",
    "string": "a text",
}


def resolved(part: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """The part with its reference followed; what stands beside a `$ref` goes before it."""
    if not isinstance(part, dict):
        return {}
    if isinstance(part.get("$ref"), str):
        target = resolved(find_reference(schema, part["$ref"]), schema)
        return {**target, **{key: part[key] for key in part if key != "$ref"}}
    return part


def types_of(part: dict[str, Any]) -> list[str]:
    """The types a value may have, guessed from its choices where the schema names none."""
    declared = part.get("type")
    if declared is not None:
        return [declared] if isinstance(declared, str) else list(declared)
    choices = part.get("enum", [part["const"]] if "const" in part else [])
    return list(dict.fromkeys(_type_name(choice) for choice in choices))


def _type_name(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "null" if value is None else "object")


def properties_of(part: dict[str, Any]) -> dict[str, Any]:
    properties = part.get("properties")
    return properties if isinstance(properties, dict) else {}


def convert_sections(
    values: dict[str, Any], schema: dict[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """The values in their types, and a Problem, without a line, for each that has another.

    What fails is left as text.
    """
    typed: dict[str, Any] = {}
    problems: list[Problem] = []
    for section, keys in values.items():
        known = properties_of(resolved(properties_of(schema).get(section), schema))
        typed[section] = {}
        for key, text in keys.items():
            try:
                typed[section][key] = convert(text, resolved(known.get(key), schema))
            except ValueError as error:
                typed[section][key] = text
                problems.append(Problem(str(error), section=section, key=key))
    return typed, problems


def convert(text: str, part: dict[str, Any]) -> Any:
    """Raises ValueError with the sentence for a person."""
    types = types_of(part)
    if not types:
        return text
    # Text last: it takes anything.
    for name in sorted(types, key=lambda name: name == "string"):
        try:
            return READERS[name](text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    expected = " or ".join(WORDS[name] for name in types)
    raise ValueError(f"expected {expected}, got '{shortened(text)}'")


def shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"


def _integer(text: str) -> int:
    if not re.fullmatch(rf"[-+]?[0-9]{{1,{DIGITS_MAX}}}", text, re.ASCII):
        raise ValueError
    return int(text)


def _number(text: str) -> int | float:
    if re.fullmatch(r"[-+]?[0-9]+", text, re.ASCII):
        return _integer(text)
    # float() takes 1_000 and other scripts' digits, which not every program does.
    if not re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", text, re.ASCII):
        raise ValueError
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in TRUE | FALSE:
        raise ValueError
    return word in TRUE


def _null(text: str) -> None:
    if text.lower() not in ("", "none", "null"):
        raise ValueError


def _array(text: str) -> list[Any]:
    value = _literal(text)
    if not isinstance(value, list):
        raise ValueError
    return value


def _object(text: str) -> dict[str, Any]:
    value = _literal(text)
    if not isinstance(value, dict):
        raise ValueError
    return value


def _literal(text: str) -> Any:
    """JSON, or the Python literal that simulators print and read back."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError:
        return _plain(ast.literal_eval(text))


def _no_number(text: str) -> None:
    raise ValueError(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError


READERS: dict[str, Callable[[str], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
    "array": _array,
    "object": _object,
    "string": str,
}
