"""Show what an artifact holds without running, unpickling or rendering any of it."""

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath

from runs.files.log import decode_chunk
from runs.files.regular import Readable, open_regular, pread_full

TEXT_BYTES = 256 * 1024
STRUCTURED_BYTES = 1024 * 1024
LARGEST_IMAGE_BYTES = 20 * 1024 * 1024
HEXDUMP_BYTES = 512
MAX_ROWS = 500
MAX_COLUMNS = 50
LONGEST_CELL = 500
# SVG is not among them: it is a document that may hold scripts.
IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


@dataclass(frozen=True)
class Preview:
    """`kind` is text, json, csv, image, binary, empty or too_large.

    `text` is what to show (of binary files a hex dump), `columns` and `rows` a table's head and
    body, `note` a sentence where something is not as its name says. An image is fetched as a
    download; `media_type` is what it really is.
    """

    kind: str
    media_type: str
    size_bytes: int
    text: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    truncated: bool = False
    note: str = ""


def preview(path: Readable) -> Preview:
    """Of a path that `resolve_inside` gave; reads a mebibyte at most.

    Raises FileNotFoundError where it vanished, NotFound where it is not a file, OSError where it
    became a symlink.
    """
    with open_regular(path, follow=False) as descriptor:
        size = os.fstat(descriptor).st_size
        data = pread_full(descriptor, STRUCTURED_BYTES, 0)
    if not data:
        return Preview("empty", "text/plain", size)
    image = image_type(data)
    if image:
        kind = "image" if size <= LARGEST_IMAGE_BYTES else "too_large"
        return Preview(kind, image, size)
    if _is_binary(data):
        return _binary(data, size)
    return _readable(PurePath(path.name).suffix.lower(), data, size)


def image_type(data: bytes) -> str | None:
    """The media type of an image every browser shows, by its first bytes, not by its name."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in IMAGES.items() if data.startswith(magic)), None)


def _readable(suffix: str, data: bytes, size: int) -> Preview:
    if suffix == ".json":
        return _json(data, size)
    if suffix in (".csv", ".tsv"):
        return _table(data, size, tabs=suffix == ".tsv")
    return _text(data, size)


def _is_binary(data: bytes) -> bool:
    """A NUL, or bad UTF-8 in more than a tenth of the beginning: pickles need not hold a NUL."""
    head = data[:8192]
    text, _ = decode_chunk(head)
    controls = sum(
        char == "\ufffd" or (char < " " and char not in "\t\n\r\x1b\f\b") for char in text
    )
    return b"\0" in head or controls * 10 > len(text)


def _text(data: bytes, size: int, note: str = "") -> Preview:
    shown = data[:TEXT_BYTES]
    text, _ = decode_chunk(shown, at_end=size == len(shown))
    truncated = size > len(shown)
    return Preview("text", "text/plain", size, text, truncated=truncated, note=note)


def _json(data: bytes, size: int) -> Preview:
    if size > len(data):
        return _text(data, size, "Too large to lay out: shown as it is.")
    try:
        value = json.loads(data.decode("utf-8-sig"))
        text, truncated = _laid_out(value)
    except (ValueError, RecursionError) as error:
        return _text(data, size, f"This is not JSON: {error}.")
    return Preview("json", "application/json", size, text, truncated=truncated)


def _laid_out(value: object) -> tuple[str, bool]:
    """Indented text, and whether it was cut: deep nesting makes a mebibyte into hundreds."""
    pieces: list[str] = []
    length = 0
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value):
        pieces.append(piece)
        length += len(piece)
        if length > TEXT_BYTES:
            return _encodable("".join(pieces)[:TEXT_BYTES]), True
    return _encodable("".join(pieces)), False


def _encodable(text: str) -> str:
    """JSON may hold half a character (a lone surrogate), which no page can."""
    return text.encode("utf-8", errors="replace").decode()


def _table(data: bytes, size: int, *, tabs: bool) -> Preview:
    text, _ = decode_chunk(data.removeprefix(b"\xef\xbb\xbf"), at_end=size == len(data))
    if size > len(data):
        text = text[: text.rfind("\n") + 1] or text
    head = text.split("\n", 1)[0]
    delimiter = "\t" if tabs else ";" if head.count(";") > head.count(",") else ","
    try:
        columns, *rows = islice(_records(text, delimiter), MAX_ROWS + 2)
    except (csv.Error, ValueError) as error:
        return _text(data, size, f"This is not a table: {error}.")
    wide = max(len(row) for row in [columns, *rows]) > MAX_COLUMNS
    truncated = wide or len(rows) > MAX_ROWS or size > len(data)
    media_type = "text/tab-separated-values" if tabs else "text/csv"
    cut = [_cut(row) for row in rows[:MAX_ROWS]]
    return Preview("csv", media_type, size, "", _cut(columns), cut, truncated)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return (row for row in reader if row)


def _cut(row: list[str]) -> list[str]:
    return [cell[:LONGEST_CELL] for cell in row[:MAX_COLUMNS]]


def _binary(data: bytes, size: int) -> Preview:
    shown = data[:HEXDUMP_BYTES]
    text = "\n".join(_hex_line(at, shown[at : at + 16]) for at in range(0, len(shown), 16))
    truncated = size > len(shown)
    return Preview("binary", "application/octet-stream", size, text, truncated=truncated)


def _hex_line(offset: int, data: bytes) -> str:
    letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    return f"{offset:08x}  {data.hex(' '):<47}  {letters}"
