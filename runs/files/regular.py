"""Open files that others may have replaced by something else."""

import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runs.errors import ArtifactNotFound, PathOutside


@dataclass(frozen=True)
class Confined:
    """The file `relative` of a directory below `root` that belongs to others.

    They may put a symlink in the place of the file, or of any directory on the way, at any
    moment: so where it really is, is asked of the opened file, each time.
    """

    root: Path
    directory: Path
    relative: str

    @property
    def path(self) -> Path:
        return self.directory / self.relative

    @property
    def name(self) -> str:
        return self.path.name

    def check(self, descriptor: int) -> None:
        """Raises PathOutside where the opened file lies outside of the directory."""
        home = self.root.resolve() / self.directory.relative_to(self.root)
        if not real_path(descriptor).is_relative_to(home):
            raise PathOutside(f"{self.name} leads out of its directory.")


Readable = Path | Confined


def within(home: Path, file: Path) -> Confined:
    """A file found below `home`, a real path: wherever it leads by the time it is opened, what is
    read lies there. Both as `resolve_inside` gives them."""
    return Confined(Path(home.anchor), home, str(file))


@contextmanager
def open_regular(path: Readable | str, *, follow: bool = True) -> Iterator[int]:
    """A descriptor for reading a regular file, closed at the end.

    Raises FileNotFoundError where there is none, and NotFound for a pipe, socket, device or
    directory: opening a pipe would wait for a writer for ever. With `follow=False` a symlink is
    refused too, for paths that were resolved before and may have been swapped since. What is
    confined raises NotFound for whatever else keeps it from being read.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = _open(path, flags if follow else flags | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            name = path.name if isinstance(path, Confined) else Path(path).name
            raise ArtifactNotFound(f"{name} is not a file.")
        if isinstance(path, Confined):
            path.check(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def _open(path: Readable | str, flags: int) -> int:
    if not isinstance(path, Confined):
        return os.open(path, flags)
    try:
        return os.open(path.path, flags)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise ArtifactNotFound(f"{path.name} cannot be read: {error.strerror}.") from error


def real_path(descriptor: int) -> Path:
    """Where an open file is now, whatever names led to it."""
    if sys.platform == "darwin":
        found = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024))
        return Path(os.fsdecode(found.rstrip(b"\0")))
    return Path(f"/proc/self/fd/{descriptor}").readlink()


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
