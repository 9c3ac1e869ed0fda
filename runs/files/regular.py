"""Open files that others may have replaced by something else."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runs.errors import NotFound


@contextmanager
def open_regular(path: Path | str, *, follow: bool = True) -> Iterator[int]:
    """A descriptor for reading a regular file, closed at the end.

    Raises FileNotFoundError where there is none, and NotFound for a pipe, socket, device or
    directory: opening a pipe would wait for a writer for ever. With `follow=False` a symlink is
    refused too, for paths that were resolved before and may have been swapped since.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotFound(f"{Path(path).name} is not a file.")
        yield descriptor
    finally:
        os.close(descriptor)


def pread_full(descriptor: int, size: int, offset: int) -> bytes:
    """Up to `size` bytes from `offset`; fewer only at the end of the file.

    One read gives at most 2 GiB, and less over a network file system.
    """
    data = os.pread(descriptor, size, offset)
    if len(data) in (0, size):
        return data
    pieces = [data]
    missing = size - len(data)
    while missing and (data := os.pread(descriptor, missing, offset + size - missing)):
        pieces.append(data)
        missing -= len(data)
    return b"".join(pieces)
