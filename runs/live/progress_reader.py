"""The progress of a run or a job as pieces: whole lines, parsed."""

import os

from runs.contract.progress_lines import LONGEST_LINE_BYTES, LineReader, ParsedLines
from runs.errors import NotFound
from runs.files.regular import Readable, open_regular, pread_full

from .pieces import RESET, Frame, Piece, SharedText, frame_of

BLOCK_BYTES = 64 * 1024


class ProgressReader:
    """Reads on from `offset`, which it moves. May wait for the disk: to be called in a thread."""

    def __init__(self, path: Readable, offset: int) -> None:
        self.lines = LineReader(path, offset)

    @property
    def offset(self) -> int:
        return self.lines.offset

    def read(self, stop: int | None = None, *, at_end: bool = False) -> Piece | None:
        """What comes next, None where there is nothing new.

        Ends at `stop`, where a line ends, unless a line before it is longer than a block. A line
        without its newline is never sent, `at_end` or not.
        """
        limit = BLOCK_BYTES if stop is None else max(1, min(BLOCK_BYTES, stop - self.offset))
        parsed = self.lines.poll(limit)
        if parsed.next == parsed.offset and not parsed.reset:
            return None
        frames = frames_of(parsed)
        full = parsed.next > parsed.offset
        return Piece(parsed.offset, parsed.next, frames, reset=parsed.reset, full=full)


def frames_of(parsed: ParsedLines) -> tuple[Frame, ...]:
    frames = [RESET] if parsed.reset else []
    frames += [warning(offset, parsed.offset) for offset in parsed.malformed]
    if parsed.next > parsed.offset:
        events = parsed.events
        frames.append(frame_of("progress", parsed.offset, parsed.next, events=events))
    return tuple(frames)


def warning(offset: int, standing: int) -> Frame:
    """A line that is no JSON object. It moves nobody on: the events of its piece come after it."""
    told = {"kind": "warning", "code": "malformed_progress", "offset": offset}
    return Frame("warning", standing, SharedText.of(told))


def progress_at_edge(path: Readable) -> ProgressReader:
    """Where the last whole line ends; 0 where none does within the longest a line may be."""
    try:
        with open_regular(path) as descriptor:
            size = os.fstat(descriptor).st_size
            begin = max(0, size - LONGEST_LINE_BYTES)
            newline = pread_full(descriptor, size - begin, begin).rfind(b"\n")
    except (OSError, NotFound):
        return ProgressReader(path, 0)
    return ProgressReader(path, begin + newline + 1 if newline >= 0 else 0)


def progress_start(path: Readable, asked: int) -> int:
    """A negative number: from the last whole line on, for only lines have a meaning."""
    return asked if asked >= 0 else progress_at_edge(path).offset
