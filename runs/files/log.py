"""Read a log that is being written, by byte offset, never more of it than asked for."""

import codecs
import os
from dataclasses import dataclass

from runs.files.regular import Readable, open_regular, pread_full

BLOCK_BYTES = 64 * 1024
TAIL_BYTES = 1024 * 1024
# The longest UTF-8 sequence has four bytes, so at most three belong to a character begun before.
CONTINUATION_BYTES = 3


@dataclass(frozen=True)
class Chunk:
    """The bytes from `offset` to `next` of a log that had `size` bytes when it was read."""

    offset: int
    next: int
    data: bytes
    size: int

    @property
    def truncated(self) -> bool:
        """The log is shorter than where it was read before: it was begun anew."""
        return self.offset > self.size


def log_size(path: Readable) -> int:
    """Bytes; 0 while there is no log yet. Raises NotFound where it is not a file."""
    try:
        with open_regular(path) as descriptor:
            return os.fstat(descriptor).st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def log_exists(path: Readable) -> bool:
    """Raises NotFound where it is there and not a file."""
    try:
        with open_regular(path):
            return True
    except (FileNotFoundError, NotADirectoryError):
        return False


def read_range(path: Readable, offset: int, limit: int) -> Chunk:
    """At most `limit` bytes from byte `offset` on, empty beyond the end or without a log.

    A negative offset reads as 0. Raises NotFound where the path is not a file.
    """
    offset = max(0, offset)
    try:
        with open_regular(path) as descriptor:
            size = os.fstat(descriptor).st_size
            data = pread_full(descriptor, limit, offset) if offset < size else b""
    except (FileNotFoundError, NotADirectoryError):
        return Chunk(offset, offset, b"", 0)
    return Chunk(offset, offset + len(data), data, size)


def decode_chunk(data: bytes, *, at_end: bool = False) -> tuple[str, int]:
    """Text and the number of bytes it stands for; bad bytes become U+FFFD.

    A character cut by the end of `data` is held back (up to three bytes), unless `at_end`.
    However a log is cut, its texts joined are those of the log decoded as a whole.
    """
    return codecs.utf_8_decode(data, "replace", at_end)


def tail(path: Readable, lines: int, max_bytes: int = TAIL_BYTES) -> Chunk:
    """The last lines, at most `max_bytes`; a last line without its newline counts as one.

    Cut short by `max_bytes`, it begins at a line if one begins there, else at a character.
    """
    try:
        with open_regular(path) as descriptor:
            size = os.fstat(descriptor).st_size
            floor = max(0, size - max_bytes)
            start = _tail_start(descriptor, size, floor, lines)
            if start is None:
                start = _line_start(descriptor, floor, size, window=max_bytes)
            data = pread_full(descriptor, size - start, start)
    except (FileNotFoundError, NotADirectoryError):
        return Chunk(0, 0, b"", 0)
    return Chunk(start, start + len(data), data, size)


def snap_to_line(path: Readable, offset: int) -> int:
    """Start of the first line at or after `offset`; a negative one counts from the end.

    Where no line begins within 64 KiB, the start of the next character: a log may be one
    endless line of progress bars, and its reader still wants to see it.
    """
    try:
        with open_regular(path) as descriptor:
            size = os.fstat(descriptor).st_size
            position = max(0, size + offset) if offset < 0 else min(offset, size)
            return _line_start(descriptor, position, size, window=BLOCK_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _tail_start(descriptor: int, size: int, floor: int, lines: int) -> int | None:
    """Where the last `lines` lines begin, read backwards; None if before `floor`."""
    if lines <= 0:
        return size
    # The newline that ends the last line begins no other.
    end, wanted = max(size - 1, 0), lines
    while end > floor:
        start = max(floor, end - BLOCK_BYTES)
        block = pread_full(descriptor, end - start, start)
        newlines = block.count(b"\n")
        if newlines >= wanted:
            return start + nth_newline(block, newlines - wanted + 1) + 1
        wanted -= newlines
        end = start
    return 0 if floor == 0 else None


def _line_start(descriptor: int, position: int, size: int, *, window: int) -> int:
    if position == 0:
        return 0
    # One byte earlier: a newline there makes `position` itself the start of a line.
    data = pread_full(descriptor, window + 1, position - 1)
    newline = data.find(b"\n")
    # The newline that ends the log begins no line to show.
    if newline == 0 or (newline > 0 and position + newline < size):
        return position + newline
    ahead = data[1 : 1 + CONTINUATION_BYTES]
    return position + next((i for i, byte in enumerate(ahead) if byte & 0xC0 != 0x80), 0)


def nth_newline(data: bytes, n: int) -> int:
    """Index of the n-th newline, counted from 1; ValueError where there are fewer.

    Halves the search by counting: finding one after the other takes a call for each.
    """
    low, high = 0, len(data)
    while high - low > 512:
        middle = (low + high) // 2
        newlines = data.count(b"\n", low, middle)
        if newlines >= n:
            high = middle
        else:
            n -= newlines
            low = middle
    index = low - 1
    for _ in range(n):
        index = data.index(b"\n", index + 1, high)
    return index
