"""What a schema's complaint means, in plain words."""

import difflib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import ValidationError

from runs.configuration.conversion import WORDS, shortened

MESSAGE_MAX = 300


def explain(error: ValidationError) -> str:
    sentence = SENTENCES.get(str(error.validator))
    message = sentence(error.validator_value, error.instance) if sentence else error.message
    return message if len(message) <= MESSAGE_MAX else f"{message[: MESSAGE_MAX - 1]}…"


def unknown_keys(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Each key that `additionalProperties: false` refuses, with its sentence."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    known = list(schema.get("properties", {}))
    patterns = list(schema.get("patternProperties", {}))
    noun = "key" if error.absolute_path else "section"
    instance: dict[str, Any] = dict(error.instance)  # type: ignore[arg-type]
    for key, value in instance.items():
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        word = noun if isinstance(value, dict) else "key"
        yield key, f"unknown {word} '{shortened(key)}'{_suggestion(key, known)}"


def missing_keys(error: ValidationError) -> Iterator[tuple[str, str]]:
    """The key that `required` misses; jsonschema reports each on its own."""
    names: list[str] = list(error.validator_value)  # type: ignore[arg-type]
    for key in names:
        if error.message.startswith(f"{key!r} is a required"):
            yield key, f"missing {_noun(error, key)} '{key}'"


def _noun(error: ValidationError, key: str) -> str:
    schema = error.schema if isinstance(error.schema, dict) else {}
    part = schema.get("properties", {}).get(key, {})
    is_section = not error.absolute_path and isinstance(part, dict) and "properties" in part
    return "section" if is_section else "key"


def _suggestion(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word[:200], known, n=1)
    return f", did you mean '{near[0]}'?" if near else ""


def _type(expected: Any, value: Any) -> str:
    names = [expected] if isinstance(expected, str) else expected
    return f"expected {' or '.join(WORDS[name] for name in names)}, got {_shown(value)}"


def _choice(expected: Any, value: Any) -> str:
    known = [each if isinstance(each, str) else json.dumps(each) for each in expected]
    hint = _suggestion(value, known) if isinstance(value, str) else ""
    return f"expected one of {', '.join(known)}, got {_shown(value)}{hint}"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{shortened(value)}'"
    return shortened(json.dumps(value, ensure_ascii=False, default=str))


def _compared(words: str) -> Callable[[Any, Any], str]:
    return lambda limit, value: f"expected {words} {_shown(limit)}, got {_shown(value)}"


def _counted(words: str, noun: str) -> Callable[[Any, Any], str]:
    return lambda limit, value: f"expected {words} {limit} {noun}, got {len(value)}"


SENTENCES: dict[str, Callable[[Any, Any], str]] = {
    "type": _type,
    "enum": _choice,
    "const": lambda expected, value: f"expected {_shown(expected)}, got {_shown(value)}",
    "minimum": _compared("at least"),
    "maximum": _compared("at most"),
    "exclusiveMinimum": _compared("more than"),
    "exclusiveMaximum": _compared("less than"),
    "multipleOf": _compared("a multiple of"),
    "pattern": _compared("a text of the form"),
    "minLength": _counted("at least", "characters"),
    "maxLength": _counted("at most", "characters"),
    "minItems": _counted("at least", "items"),
    "maxItems": _counted("at most", "items"),
    "minProperties": _counted("at least", "entries"),
    "maxProperties": _counted("at most", "entries"),
    "uniqueItems": lambda _, value: f"expected no item twice, got {_shown(value)}",
    "anyOf": lambda _, value: f"{_shown(value)} has none of the allowed forms",
    "oneOf": lambda _, value: f"{_shown(value)} does not have exactly one of the allowed forms",
}
