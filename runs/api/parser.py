"""What is sent to us, read within limits before anything is built from it.

A body is JSON in UTF-8, whatever its Content-Type says. Sizes and shapes that no call needs are
refused from the bare bytes: a few MiB of brackets would otherwise become hundreds of MiB of
objects.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from runs.configuration.places import unkeepable
from runs.errors import InvalidInput, Malformed, TooLarge

BODY_BYTES_MAX = 10 * 1024 * 1024
DEPTH_MAX = 20
VALUES_MAX = 100_000
TEXT_MAX = 100_000
# A string ends at its quote, or unfinished at the end: otherwise junk is looked through from
# each of its quotes once more.
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)
BRACKETS = re.compile(rb"[\[\]{}]")
OPENING = (b"[", b"{")
# A file that answers a session's question: nothing but the body bounds it.
UPLOAD = re.compile(r"extra_inputs\.[^.]+\.content_base64")


class BoundedParser(Parser):
    """For all of the API. Raises Malformed, TooLarge and InvalidInput."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Said twice, nobody knows which of the two was meant."""
        for name, values in data.lists():
            if len(values) > 1 and name not in list_fields:
                raise InvalidInput(f"{name[:100]} stands more than once in the address.", name)
            if any(unkeepable(value) for value in values):
                raise unkept(name)
        return dict(super().parse_querydict(data, list_fields, request))


def read_json(body: bytes) -> Any:
    """The value of a body of at most 10 MiB, 20 levels and 100,000 values."""
    if len(body) > BODY_BYTES_MAX:
        raise TooLarge(f"A body may have at most {BODY_BYTES_MAX // 1024 // 1024} MiB.")
    check_shape(STRING.sub(b'""', body))
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=unique,
            parse_constant=refuse_constant,
            parse_float=finite,
        )
    except (ValueError, RecursionError) as error:
        # ValueError: neither UTF-8 nor JSON, or a number of thousands of digits
        raise Malformed(sentence_for(error)) from error
    check_texts(value)
    return value


def check_shape(skeleton: bytes) -> None:
    """Of a body without the content of its strings."""
    if skeleton.count(b",") + skeleton.count(b"[") + skeleton.count(b"{") > VALUES_MAX:
        raise TooLarge(f"A body may hold at most {VALUES_MAX:,} values.")
    depth = 0
    for bracket in BRACKETS.findall(skeleton):
        depth += 1 if bracket in OPENING else -1
        if depth > DEPTH_MAX:
            raise InvalidInput(f"The body is nested more than {DEPTH_MAX} levels deep.")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(f"{twice[:100]} stands twice in one object.", printable(twice))
    return found


def refuse_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON.")


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidInput(f"{text[:40]} is larger than any number we can keep.")
    return number


def sentence_for(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"This body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return f"This body is not UTF-8: byte {error.start + 1} fits no character."
    return "This body is not JSON that can be read."


def check_texts(value: Any) -> None:
    """No text too long, and none with characters that no database keeps."""
    for path, text in texts_of(value, ""):
        if len(text) > TEXT_MAX and not UPLOAD.fullmatch(path):
            raise InvalidInput(
                f"{path or 'The text'} has {len(text):,} characters; at most {TEXT_MAX:,}"
                " are allowed.",
                path,
            )
        if unkeepable(text):
            raise unkept(path)


def texts_of(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text with its dotted path, the names of fields among them."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield path, name
            yield from texts_of(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_of(item, f"{path}.{index}" if path else str(index))


def unkept(path: str) -> InvalidInput:
    place = printable(path)
    return InvalidInput(
        f"{place or 'The body'}: a character that cannot be kept (NUL or half a surrogate).", place
    )


def printable(text: str) -> str:
    return text[:200].replace("\0", "�").encode(errors="replace").decode()
