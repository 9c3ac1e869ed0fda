"""A log as pieces: whole characters, at most 64 KiB each."""

from runs.files.log import BLOCK_BYTES, decode_chunk, log_size, read_range
from runs.files.regular import Readable

from .pieces import BEGUN_ANEW, Piece, frame_of

CONTINUATION = range(0x80, 0xC0)
# Enough to see whether the last character is cut: it has at most three bytes of four.
LONGEST_CHARACTER = 4


class LogReader:
    """Reads on from `offset`, which it moves. May wait for the disk: to be called in a thread."""

    def __init__(self, path: Readable, offset: int) -> None:
        self.path = path
        self.offset = offset

    def read(self, stop: int | None = None, *, at_end: bool = False) -> Piece | None:
        """What comes next, None where there is nothing new. Raises NotFound.

        Ends at `stop` at the latest, which is where a character ends. A character cut by the
        end of the file waits for its rest, unless `at_end` says that none will come.
        """
        limit = BLOCK_BYTES if stop is None else max(0, min(BLOCK_BYTES, stop - self.offset))
        chunk = read_range(self.path, self.offset, limit)
        if chunk.truncated:
            self.offset = 0
            return BEGUN_ANEW
        last = chunk.next == stop or (at_end and chunk.next >= chunk.size)
        text, used = decode_chunk(chunk.data, at_end=last)
        if not used:
            return None
        begin, self.offset = self.offset, self.offset + used
        frame = frame_of("log", begin, self.offset, text=text)
        return Piece(begin, self.offset, (frame,), full=len(chunk.data) == BLOCK_BYTES)


def log_at_edge(path: Readable) -> LogReader:
    """Where the last whole character ends. Raises NotFound."""
    begin = max(0, log_size(path) - LONGEST_CHARACTER)
    _, used = decode_chunk(read_range(path, begin, LONGEST_CHARACTER).data)
    return LogReader(path, begin + used)


def log_start(path: Readable, asked: int) -> int:
    """A negative number counts bytes from the end, past the rest of a character begun before."""
    if asked >= 0:
        return asked
    offset = max(0, log_size(path) + asked)
    if offset == 0:
        return 0
    ahead = read_range(path, offset, LONGEST_CHARACTER - 1).data
    return offset + next(
        (i for i, byte in enumerate(ahead) if byte not in CONTINUATION), len(ahead)
    )
