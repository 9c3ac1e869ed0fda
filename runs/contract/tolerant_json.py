"""JSON as programs write it, read into values every database and browser takes.

Python writes and reads NaN, infinities, lone surrogates and NUL characters; PostgreSQL's jsonb,
SQLite's JSON check and UTF-8 answers refuse them. They become null and U+FFFD here, once.
"""

import json
import math
import re

DEEPEST = 64
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=lambda name: None)


def load_json(data: bytes) -> object:
    """Any JSON value; ValueError for what is not JSON or nests deeper than 64 levels."""
    text = data.decode("utf-8-sig", errors="replace")
    try:
        value = DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    # only an escape can name what UTF-8 cannot hold; most files have none, and few brackets
    if "\\u" in text or text.count("{") + text.count("[") > DEEPEST:
        return _storable(value, DEEPEST)
    return value


def storable_text(text: str) -> str:
    return text if text.isascii() and "\0" not in text else UNSTORABLE.sub("\ufffd", text)


def _storable(value: object, depth: int) -> object:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict | list) and depth == 0:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        return {storable_text(key): _storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth - 1) for item in value]
    return value
