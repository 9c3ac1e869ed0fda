"""Which line an offset of a log lies in, and where a line begins, also in ten gigabytes.

Newlines are counted once per mebibyte, as far as a question needs it, and the sums are kept
while the process lives: 8 bytes for each mebibyte of log.
"""

import math
import os
import threading
import time
from bisect import bisect_left
from functools import lru_cache

from runs.files.log import nth_newline
from runs.files.regular import Readable, open_regular, pread_full

BLOCK_BYTES = 1024 * 1024
# So many bytes at the end of what is counted tell a log begun anew from one that grew.
FINGERPRINT_BYTES = 64


class LineIndex:
    """Lines count from 1. Safe to ask from several threads; a log begun anew is counted anew.

    Every question raises FileNotFoundError without a log, NotFound where it is not a file.
    """

    def __init__(self, path: Readable) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._forget(None)

    def count_for(self, seconds: float) -> float:
        """Count on for so long at most; the fraction of the log that is counted by now."""
        if not self._lock.acquire(timeout=seconds):
            return 0.0
        try:
            with open_regular(self.path) as descriptor:
                self._check(descriptor)
                blocks = os.fstat(descriptor).st_size // BLOCK_BYTES
                self._count_until(descriptor, blocks=blocks, deadline=time.monotonic() + seconds)
                return min(1.0, (len(self._sums) - 1) / blocks) if blocks else 1.0
        finally:
            self._lock.release()

    def line_number_at(self, offset: int) -> int:
        """The line byte `offset` lies in; beyond the end, the last one."""
        with self._lock, open_regular(self.path) as descriptor:
            self._check(descriptor)
            offset = max(0, min(offset, os.fstat(descriptor).st_size))
            self._count_until(descriptor, blocks=offset // BLOCK_BYTES)
            block = min(offset // BLOCK_BYTES, len(self._sums) - 1)
            start = block * BLOCK_BYTES
            rest = pread_full(descriptor, offset - start, start)
            return self._sums[block] + rest.count(b"\n") + 1

    def offset_of_line(self, number: int) -> int | None:
        """Where line `number` begins; None where the log has no such line yet."""
        if number <= 1:
            return 0
        with self._lock, open_regular(self.path) as descriptor:
            self._check(descriptor)
            self._count_until(descriptor, newlines=number - 1)
            # The first sum that reaches the newline before the line belongs to the block after.
            block = bisect_left(self._sums, number - 1) - 1
            start = block * BLOCK_BYTES
            data = pread_full(descriptor, BLOCK_BYTES, start)
            try:
                return start + nth_newline(data, number - 1 - self._sums[block]) + 1
            except ValueError:
                return None

    def _forget(self, identity: tuple[int, int] | None) -> None:
        self._identity = identity
        # _sums[i] newlines stand before block i.
        self._sums = [0]
        self._fingerprint = b""

    def _check(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        identity = (found.st_dev, found.st_ino)
        if identity != self._identity or self._read_fingerprint(descriptor) != self._fingerprint:
            self._forget(identity)

    def _read_fingerprint(self, descriptor: int) -> bytes:
        end = (len(self._sums) - 1) * BLOCK_BYTES
        return pread_full(descriptor, FINGERPRINT_BYTES, end - FINGERPRINT_BYTES) if end else b""

    def _count_until(
        self,
        descriptor: int,
        *,
        blocks: int = -1,
        newlines: int = -1,
        deadline: float = math.inf,
    ) -> None:
        """Count whole blocks until there are so many blocks or newlines, or the log ends."""
        while len(self._sums) <= blocks or self._sums[-1] < newlines:
            if time.monotonic() > deadline:
                break
            data = pread_full(descriptor, BLOCK_BYTES, (len(self._sums) - 1) * BLOCK_BYTES)
            if len(data) < BLOCK_BYTES:
                break
            self._sums.append(self._sums[-1] + data.count(b"\n"))
        self._fingerprint = self._read_fingerprint(descriptor)


@lru_cache(maxsize=64)
def line_index(path: Readable) -> LineIndex:
    """The index of this process for the log at `path`."""
    return LineIndex(path)
