"""The process that searches a log: `python -I -S scan.py SPEC`, the log on standard input.

A process of its own, of the standard library alone, because nothing else can stop a regular
expression that backtracks for ever, and because it must not hold up the sockets meanwhile. SPEC
is the JSON of a `Request`; it prints one JSON object a line: matches, then a summary.
"""

import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

BLOCK_BYTES = 1024 * 1024
# A match across two pieces of a line longer than a block is still found if it is shorter.
OVERLAP_BYTES = 4096
SHOWN_CHARACTERS = 500
SHOWN_BEFORE = 100
MEMORY_BYTES = 1024**3
# Colours and cursor movements: people search for what they see.
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass
class Request:
    """`line` is the number of the line at byte `offset`; counting stops at `cap` matches."""

    query: str
    regex: bool
    ignore_case: bool
    offset: int
    line: int
    limit: int
    cap: int
    seconds: int


@dataclass
class Piece:
    """Whole lines of the log, or a part of one longer than a block.

    `line` is the number of its first line, which begins at `line_offset`, maybe before `offset`.
    """

    offset: int
    line: int
    line_offset: int
    data: bytes


@dataclass
class Hit:
    """A matching line, as search.Match."""

    line_number: int
    offset: int
    text: str
    start: int
    end: int


def pieces(descriptor: int, offset: int, line: int) -> Iterator[Piece]:
    """The log from byte `offset` on, in pieces that end with a line where a line ends."""
    rest, line_offset = b"", offset
    while data := os.pread(descriptor, BLOCK_BYTES, offset + len(rest)):
        data = rest + data
        end = data.rfind(b"\n") + 1
        rest = data
        if end:
            yield Piece(offset, line, line_offset, data[:end])
            line += data.count(b"\n")
            offset += end
            rest, line_offset = data[end:], offset
        elif len(data) > BLOCK_BYTES:
            yield Piece(offset, line, line_offset, data)
            offset += len(data) - OVERLAP_BYTES
            rest = data[-OVERLAP_BYTES:]
    if rest:
        yield Piece(offset, line, line_offset, rest)


def hits(piece: Piece, pattern: re.Pattern[str], *, by_line: bool) -> Iterator[Hit]:
    """The first match of each line, its place given in the line without ANSI codes."""
    text = piece.data.decode("utf-8", errors="replace")
    if "\x1b" in text:
        text = ANSI.sub("", text)
    raw, number = 0, piece.line
    found = _hits_by_line(text, pattern) if by_line else _hits_of_literal(text, pattern)
    for skipped, line, start, end in found:
        for _ in range(skipped):
            raw = piece.data.index(b"\n", raw) + 1
        number += skipped
        begin = max(0, start - SHOWN_BEFORE)
        shown = line[begin : begin + SHOWN_CHARACTERS]
        offset = piece.offset + raw if raw else piece.line_offset
        yield Hit(number, offset, shown, start - begin, min(end - begin, len(shown)))


def _hits_by_line(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str, int, int]]:
    """(lines since the last hit, line, start, end): an expression must not cross a line's end."""
    skipped = 0
    for line in text.removesuffix("\n").split("\n"):
        match = pattern.search(line)
        if match:
            yield skipped, line, match.start(), match.end()
            skipped = 0
        skipped += 1


def _hits_of_literal(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str, int, int]]:
    """The same for a literal, which crosses no line: several times as fast."""
    searched = text
    if pattern.flags & re.IGNORECASE and text.isascii():
        # Eight times as fast as leaving the case to the expression.
        searched, pattern = text.lower(), re.compile(pattern.pattern.lower())
    begin = position = 0
    while match := pattern.search(searched, position):
        start = text.rfind("\n", begin, match.start()) + 1 or begin
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        skipped = text.count("\n", begin, start)
        yield skipped, text[start:end], match.start() - start, match.end() - start
        begin, position = start, end
        if end == len(text):
            break


class Search:
    """Counts the matching lines and prints those of the first page."""

    def __init__(self, request: Request, pattern: re.Pattern[str]) -> None:
        self.request = request
        self.pattern = pattern
        self.total = 0
        self.last_line = 0
        self.after_page: int | None = None

    def run(self) -> None:
        deadline = time.monotonic() + self.request.seconds
        for piece in pieces(sys.stdin.fileno(), self.request.offset, self.request.line):
            if time.monotonic() > deadline:
                next_offset = piece.offset if self.after_page is None else self.after_page
                self.summary(next_offset=next_offset, timed_out=True)
                return
            self.take(piece)
            if self.total >= self.request.cap:
                break
        self.summary(next_offset=self.after_page, timed_out=False)

    def take(self, piece: Piece) -> None:
        for hit in hits(piece, self.pattern, by_line=self.request.regex):
            # Two pieces of one endless line may both match.
            if hit.line_number == self.last_line:
                continue
            self.last_line = hit.line_number
            self.total += 1
            if self.total <= self.request.limit:
                say(asdict(hit))
            elif self.after_page is None:
                self.after_page = hit.offset
            if self.total >= self.request.cap:
                return

    def summary(self, *, next_offset: int | None, timed_out: bool) -> None:
        capped = self.total >= self.request.cap
        outcome = {"next_offset": next_offset, "capped": capped, "timed_out": timed_out}
        say({"total": self.total, **outcome})


def say(message: Mapping[str, object]) -> None:
    """Flushed at once: what is found before the time is up counts."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    request = Request(**json.loads(sys.argv[1]))
    # The time is up for good a second later, also inside one endless match: the default action
    # of SIGALRM ends this process wherever it is.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(request.seconds + 1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    query = request.query if request.regex else re.escape(request.query)
    try:
        pattern = re.compile(query, re.IGNORECASE if request.ignore_case else 0)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        say({"invalid": str(error) or type(error).__name__})
        return
    Search(request, pattern).run()


if __name__ == "__main__":
    main()
