"""Read `progress.jsonl` while a program writes it: whole lines only, by byte offset."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from runs.contract.tolerant_json import load_json
from runs.errors import NotFound
from runs.files.regular import Readable, open_regular, pread_full

LONGEST_LINE_BYTES = 1024 * 1024
BLOCK_BYTES = 256 * 1024
# So much of one absurd line is passed over in one reading, in a fraction of a second.
MOST_SKIPPED_BYTES = 1024 * 1024 * 1024

Event = dict[str, Any]


@dataclass
class ParsedLines:
    """The events of the whole lines from byte `offset` to byte `next`.

    `malformed` holds the offset of each line that is no JSON object or longer than 1 MiB.
    `skipping` says that `next` lies inside such a long line, already counted: hand it on.
    `reset` says that the file was begun anew and `offset` is 0 again.
    """

    offset: int
    next: int
    events: list[Event] = field(default_factory=list)
    malformed: list[int] = field(default_factory=list)
    skipping: bool = False
    reset: bool = False


def parse_lines(data: bytes, offset: int, *, skipping: bool = False) -> ParsedLines:
    """Parse what was read from `offset` on; a last line without its newline waits."""
    parsed = ParsedLines(offset, offset + data.rfind(b"\n") + 1)
    for start, line in _lines(data):
        if skipping:
            skipping = False
            continue
        _take_line(parsed, offset + start, line)
    tail = offset + len(data) - parsed.next
    if skipping or tail > LONGEST_LINE_BYTES:
        if not skipping:
            parsed.malformed.append(parsed.next)
        parsed.next = offset + len(data)
        parsed.skipping = True
    return parsed


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield start, data[start:end]
        start = end + 1


def _take_line(parsed: ParsedLines, offset: int, line: bytes) -> None:
    if not line.strip():
        return
    event = _event(line)
    if event is None:
        parsed.malformed.append(offset)
    else:
        parsed.events.append(event)


def _event(line: bytes) -> Event | None:
    if len(line) > LONGEST_LINE_BYTES:
        return None
    try:
        value = load_json(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


class LineReader:
    """Follows one progress file. `offset` may be one of its earlier `next`."""

    def __init__(self, path: Readable, offset: int = 0) -> None:
        self.path = path
        self.offset = offset
        self._skipping = False
        self._identity: tuple[int, int] | None = None

    def poll(self, limit: int = BLOCK_BYTES) -> ParsedLines:
        """The next whole lines, about `limit` bytes of them; none where there is nothing new.

        Starts anew where the file became shorter, was replaced, or no longer has the end of a
        line before the offset: a job restarted under its old run id truncates and regrows it.
        A file that is missing or cannot be read has nothing new.
        """
        try:
            with open_regular(self.path) as descriptor:
                return self._poll(descriptor, limit)
        except (OSError, NotFound):
            return ParsedLines(self.offset, self.offset)

    def _poll(self, descriptor: int, limit: int) -> ParsedLines:
        reset = self._begun_anew(descriptor)
        if reset:
            self.offset, self._skipping = 0, False
        data = pread_full(descriptor, limit, self.offset)
        if len(data) == limit and b"\n" not in data:
            data = pread_full(descriptor, max(limit, LONGEST_LINE_BYTES + 1), self.offset)
        parsed = parse_lines(data, self.offset, skipping=self._skipping)
        parsed.reset = reset
        self.offset, self._skipping = parsed.next, parsed.skipping
        return parsed

    def _begun_anew(self, descriptor: int) -> bool:
        found = os.fstat(descriptor)
        identity = (found.st_dev, found.st_ino)
        replaced = self._identity not in (None, identity)
        self._identity = identity
        if self.offset == 0:
            return False
        if replaced or found.st_size < self.offset:
            return True
        return not self._skipping and os.pread(descriptor, 1, self.offset - 1) != b"\n"


def read_whole_lines(path: Readable, offset: int = 0) -> ParsedLines:
    """One reading for who asks again with its `next` and keeps nothing else: never inside a line.

    A line of more than 1 MiB is passed over to its end; while it has none, `next` is its start.
    """
    reader = LineReader(path, offset)
    parsed = reader.poll()
    while parsed.skipping and parsed.next - parsed.malformed[-1] < MOST_SKIPPED_BYTES:
        more = reader.poll(LONGEST_LINE_BYTES)
        if more.next == parsed.next or more.reset:
            break
        parsed.next, parsed.skipping = more.next, more.skipping
        parsed.events += more.events
        parsed.malformed += more.malformed
    if parsed.skipping:
        parsed.next = parsed.malformed.pop()
    return parsed
