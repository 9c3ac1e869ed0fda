"""Whether a JSON Schema may be used: checked once, when a program is saved by staff.

After that, `schema.py` may trust it: no reference leaves it or leads back to itself, and
no pattern takes for ever.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from runs.errors import InvalidInput

DEPTH_MAX = 40
# With references followed: a handful of definitions can stand for millions of schemas.
PARTS_MAX = 20_000
PATTERN_MAX = 200
# (a+)+ and its kin: time grows exponentially with the length of the value.
NESTED_REPETITION = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")


def check_schema(schema: Any) -> None:
    """Raises InvalidInput, in a sentence, for a schema that cannot be used."""
    if not isinstance(schema, dict):
        raise _refusal("expected a JSON object")
    for number, part in enumerate(_parts(schema, schema, 0)):
        if number > PARTS_MAX:
            raise _refusal("too long, with its references followed")
        _check_part(part)
    _check_meaning(schema)


def _check_meaning(schema: dict[str, Any]) -> None:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = ".".join(map(str, error.absolute_path))
        raise _refusal(f"{place or 'at the top'}: {error.message[:300]}") from error
    if schema.get("type", "object") != "object":
        raise _refusal("a configuration is an object: expected type 'object' at the top")


def _parts(part: Any, schema: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Every object inside of part, references followed."""
    if depth > DEPTH_MAX:
        raise _refusal("nested too deep, or refers to itself")
    if isinstance(part, dict):
        yield part
        if isinstance(part.get("$ref"), str):
            yield from _parts(find_reference(schema, part["$ref"]), schema, depth + 1)
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for item in inside:
        yield from _parts(item, schema, depth + 1)


def _check_part(part: dict[str, Any]) -> None:
    for name in ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"):
        if isinstance(part.get(name), str):
            raise _refusal(f"{name} is not supported; use $ref with #/$defs/…")
    if isinstance(part.get("pattern"), str):
        _check_pattern(part["pattern"])
    if isinstance(part.get("patternProperties"), dict):
        for pattern in part["patternProperties"]:
            _check_pattern(str(pattern))


def _check_pattern(pattern: str) -> None:
    if len(pattern) > PATTERN_MAX:
        raise _refusal(f"a pattern of {len(pattern)} characters; at most {PATTERN_MAX}")
    if NESTED_REPETITION.search(pattern):
        raise _refusal(f"the pattern '{pattern}' repeats a repetition, which can take for ever")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise _refusal(f"the pattern '{pattern}' is no regular expression: {error}") from error


def find_reference(schema: dict[str, Any], reference: str) -> Any:
    """The part of the schema that a local reference means. Raises InvalidInput for others."""
    found: Any = schema
    if reference != "#" and not reference.startswith("#/"):
        raise _refusal(f"$ref '{reference[:200]}' leads outside; use #/$defs/…")
    for step in reference.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or name not in found:
            raise _refusal(f"$ref '{reference[:200]}' leads nowhere")
        found = found[name]
    return found


def _refusal(message: str) -> InvalidInput:
    return InvalidInput(f"the schema cannot be used: {message}", field="schema")
