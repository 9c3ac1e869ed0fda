"""JSON as programs write it, read into values every database and browser takes.

Python writes and reads NaN, infinities, lone surrogates and NUL characters; PostgreSQL's jsonb,
SQLite's JSON check and UTF-8 answers refuse them. They become null and U+FFFD here, once.
"""

import json
import math
import re

DEEPEST = 64
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def load_json(data: bytes) -> object:
    """Any JSON value; ValueError for what is not JSON or nests deeper than 64 levels."""
    try:
        value = json.loads(data.decode("utf-8-sig", errors="replace"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return _storable(value, DEEPEST)


def storable_text(text: str) -> str:
    return text if text.isascii() and "\0" not in text else UNSTORABLE.sub("\ufffd", text)


def _storable(value: object, depth: int) -> object:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict | list) and depth == 0:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        return {storable_text(key): _storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth - 1) for item in value]
    return value
