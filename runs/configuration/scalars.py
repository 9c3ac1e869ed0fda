"""Single values as YAML writes them, so that programs of YAML 1.1 and 1.2 read the same."""

import json
import math
import re
from typing import Any

from runs.configuration.places import DIGITS_MAX

Scalar = None | bool | int | float | str

NULLS = {"", "~", "null", "Null", "NULL"}
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False}
BOOLEANS["FALSE"] = False
INTEGER = re.compile(r"[-+]?[0-9][0-9_]*", re.ASCII)
BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+", re.ASCII)
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# Words that no reader takes for anything but text.
PLAIN = re.compile(r"[A-Za-z_/][\w./-]*( [\w./-]+)*", re.ASCII)
YAML_1_1_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read_scalar(text: str) -> Scalar:
    """The value of an unquoted scalar, by the rules of YAML 1.2; a date stays text.

    Raises ValueError, in plain words, for a number that is not finite or absurdly long.
    """
    if text in NULLS:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if NOT_FINITE.fullmatch(text):
        raise ValueError(f"expected a finite number, got {text}")
    if FLOAT.fullmatch(text) or BASED.fullmatch(text):
        return _number(text)
    return text


def _number(text: str) -> int | float:
    if len(text) > DIGITS_MAX:
        raise ValueError(f"a number of {len(text)} digits is too long")
    if BASED.fullmatch(text):
        return int(text, 0)
    if INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    number = float(text.replace("_", ""))
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {text}")
    return number


def write_scalar(value: Scalar) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # PyYAML takes 1e-05 for text: a float needs its point.
        digits, mark, exponent = repr(value).partition("e")
        return f"{digits}.0e{exponent}" if mark and "." not in digits else repr(value)
    if PLAIN.fullmatch(value) and value.lower() not in YAML_1_1_WORDS:
        return value
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", _quoted(value))


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def write_flow(value: Any) -> str:
    """Nested values on one line, valid inside and outside of other flow collections."""
    if isinstance(value, dict):
        pairs = (f"{write_scalar(key)}: {write_flow(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_flow, value)) + "]"
    return write_scalar(value)


def write_block(values: dict[str, Any], indent: int) -> str:
    """Whole lines `key: value`, a section's keys two columns further in."""
    text = ""
    for key, value in values.items():
        head = f"{' ' * indent}{write_scalar(key)}:"
        if isinstance(value, dict) and value:
            text += f"{head}\n{write_block(value, indent + 2)}"
        else:
            text += f"{head} {write_flow(value)}\n"
    return text
