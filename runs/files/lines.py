"""Whole lines of a log by their number, as a page shows them: absurd ones cut."""

from dataclasses import dataclass, field

from runs.files.line_index import line_index
from runs.files.log import Chunk, decode_chunk, log_size, read_range, tail
from runs.files.regular import Readable

LONGEST_SHOWN_CHARACTERS = 10_000
LONGEST_WHOLE_BYTES = 32 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
TAIL_BYTES = 256 * 1024
# A page waits no longer for its lines to be counted: ten gigabytes take many seconds.
COUNT_SECONDS = 0.03
# So many are shown of the end even where absurd lines fill the last 256 KiB.
LEAST_TAIL_LINES = 50


@dataclass(frozen=True)
class Line:
    """`text` is what a terminal would leave of the line; `size_bytes` counts all of it."""

    number: int
    text: str
    size_bytes: int
    cut: bool


@dataclass
class Lines:
    """Consecutive lines from byte `offset` on; `next` is where the line after them begins.

    `open_line` is a last line without its newline: still being written, or never ended.
    Where less than all of the log is `counted` yet, lines are numbered from 1 for the moment.
    """

    first: int
    offset: int
    next: int
    size: int
    lines: list[Line] = field(default_factory=list)
    open_line: Line | None = None
    counted: float = 1.0

    @property
    def shown_characters(self) -> int:
        return sum(len(line.text) for line in self.lines)

    @property
    def next_number(self) -> int:
        return self.first + len(self.lines)

    @property
    def at_end(self) -> bool:
        """No whole line follows."""
        return self.open_line is not None or self.next >= self.size


def read_lines(path: Readable, first: int, count: int) -> Lines:
    """At most `count` lines from line `first` on, and at most about 1 MiB of text.

    Fewer where the log ends: then `open_line` is its unfinished last line, if it has one.
    Without a log, or without such a line, there are none. Raises NotFound where the path is
    not a file.
    """
    first = max(1, first)
    size = log_size(path)
    start = line_index(path).offset_of_line(first) if size else None
    if start is None:
        return Lines(first, size, size, size)
    found = Lines(first, start, start, size)
    while len(found.lines) < count and found.shown_characters < PIECE_BYTES:
        chunk = read_range(path, found.next, PIECE_BYTES)
        if not chunk.data or not _take(found, path, chunk, count):
            break
    return found


def counted(path: Readable, seconds: float | None = None) -> float:
    """Count the log's lines on for so long; the fraction of the log that is counted by now."""
    patience = COUNT_SECONDS if seconds is None else seconds
    return line_index(path).count_for(patience) if log_size(path) else 1.0


def last_lines(path: Readable, count: int) -> Lines:
    """The end of the log: at most `count` lines, about 256 KiB unless that were too few.

    Of a log whose lines are not counted yet it comes at once, in 256 KiB.
    """
    chunk = tail(path, count, TAIL_BYTES)
    if not chunk.data:
        return Lines(1, 0, 0, chunk.size)
    fraction = counted(path)
    if fraction < 1:
        return _uncounted(chunk, fraction)
    last = line_index(path).line_number_at(chunk.size)
    first = line_index(path).line_number_at(chunk.offset)
    return read_lines(path, min(first, last - min(count, LEAST_TAIL_LINES)), count)


def whole_line(path: Readable, number: int) -> str:
    """All of one line, as far as 32 MiB; empty where there is no such line."""
    start = line_index(path).offset_of_line(number) if log_size(path) else None
    if start is None:
        return ""
    end = line_index(path).offset_of_line(number + 1)
    limit = LONGEST_WHOLE_BYTES if end is None else min(end - 1 - start, LONGEST_WHOLE_BYTES)
    return decode_chunk(read_range(path, start, limit).data, at_end=True)[0]


def _uncounted(chunk: Chunk, fraction: float) -> Lines:
    found = Lines(1, chunk.offset, chunk.offset, chunk.size, counted=fraction)
    *whole, rest = chunk.data.split(b"\n")
    for raw in whole:
        found.lines.append(_line(found.next_number, raw, len(raw)))
        found.next += len(raw) + 1
    if rest:
        found.open_line = _line(found.next_number, rest, len(rest))
    return found


def _take(found: Lines, path: Readable, chunk: Chunk, count: int) -> bool:
    """Add the lines that `chunk` begins with; whether there may be more."""
    end = chunk.data.rfind(b"\n")
    if end < 0:
        return _take_longer(found, path, chunk)
    for raw in chunk.data[:end].split(b"\n")[: count - len(found.lines)]:
        found.lines.append(_line(found.next_number, raw, len(raw)))
        found.next += len(raw) + 1
    return True


def _take_longer(found: Lines, path: Readable, chunk: Chunk) -> bool:
    """A line that ends beyond the chunk, or nowhere yet."""
    after = line_index(path).offset_of_line(found.next_number + 1)
    if after is None:
        found.open_line = _line(found.next_number, chunk.data, chunk.size - chunk.offset)
        return False
    found.lines.append(_line(found.next_number, chunk.data, after - 1 - found.next))
    found.next = after
    return True


def _line(number: int, raw: bytes, size_bytes: int) -> Line:
    # A progress bar returns to the start of its line again and again: its last state counts.
    text = decode_chunk(raw.rstrip(b"\r").rpartition(b"\r")[2], at_end=True)[0]
    cut = len(text) > LONGEST_SHOWN_CHARACTERS or len(raw) < size_bytes
    return Line(number, text[:LONGEST_SHOWN_CHARACTERS], size_bytes, cut)
