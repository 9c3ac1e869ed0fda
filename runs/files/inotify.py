"""Watches on a hundred thousand directories: the kernel's calls, and a number for each.

asyncinotify keeps an object and a path object for each watch, some 250 MB for 160,000.
"""

import ctypes
import errno
import os
import select
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MODIFY_IN_PLACE_AND_ENTRIES = 0x8 | 0x40 | 0x80 | 0x100 | 0x200  # CLOSE_WRITE MOVED_* CREATE DELETE
SELF_GONE = 0x400 | 0x800  # DELETE_SELF, MOVE_SELF
ONLY_DIRECTORIES = 0x01000000
NO_SYMLINKS = 0x02000000
MASK = MODIFY_IN_PLACE_AND_ENTRIES | SELF_GONE | ONLY_DIRECTORIES
UNMOUNTED, OVERFLOWN, IGNORED = 0x2000, 0x4000, 0x8000
HEAD = struct.Struct("iIII")
READ_BYTES = 256 * 1024

_libc = ctypes.CDLL(None, use_errno=True)


class Change(NamedTuple):
    """Something happened to the entry `name` of the directory `path`, or to itself (`name` "")."""

    path: str
    name: str


class Allowance:
    """How many directories the trees that share it may watch together; by default nine tenths
    of what the user may: without the rest no log could be followed and no run be watched.

    Once it is `low`, what is old should go without: the last tenth is for what is new.
    """

    def __init__(self, most: int | None = None) -> None:
        self.left = _users_watches() * 9 // 10 if most is None else most
        self.reserve = self.left // 10

    @property
    def low(self) -> bool:
        return self.left <= self.reserve


def _users_watches() -> int:
    try:
        return int(Path("/proc/sys/fs/inotify/max_user_watches").read_text())
    except (OSError, ValueError):
        return 8192


class TreeWatch:
    """Directories and what happens in them. Raises OSError where there is no inotify.

    `full` is set once no more may be watched; the rest must be looked at.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        self.allowance = allowance or Allowance()
        self.descriptor = _libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self.full = False
        self._paths: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def close(self) -> None:
        self.allowance.left += len(self._paths)
        self._paths.clear()
        os.close(self.descriptor)

    def add(self, path: str, *, follow: bool = False) -> bool:
        """Watch a directory; once more is no harm. False where it is gone or cannot be watched.

        A directory that was moved keeps its watch and gets its new path.
        """
        if self.allowance.left <= 0 and path not in self._numbers:
            self.full = True
            return False
        mask = MASK if follow else MASK | NO_SYMLINKS
        number = _libc.inotify_add_watch(self.descriptor, os.fsencode(path), mask)
        if number < 0:
            self.full = self.full or ctypes.get_errno() == errno.ENOSPC
            return False
        before = self._paths.get(number)
        if before is None:
            self.allowance.left -= 1
        elif before != path:
            self._numbers.pop(before, None)
        self._paths[number] = path
        self._numbers[path] = number
        return True

    def drop(self, path: str) -> None:
        """No word of it any more, if there was; one that has moved elsewhere is kept there."""
        number = self._numbers.pop(path, None)
        if number is not None and self._paths.get(number) == path:
            del self._paths[number]
            self.allowance.left += 1
            _libc.inotify_rm_watch(self.descriptor, number)

    def wait(self, seconds: float, *others: int) -> bool:
        """Whether there is something to read, within so long; `others` end the wait as well."""
        ready, _, _ = select.select([self.descriptor, *others], [], [], max(0.0, seconds))
        return self.descriptor in ready

    def read(self) -> Iterator[Change]:
        """All that has happened so far. Raises Overflown where the kernel has lost some of it."""
        while True:
            try:
                data = os.read(self.descriptor, READ_BYTES)
            except BlockingIOError:
                return
            yield from self._changes(data)

    def _changes(self, data: bytes) -> Iterator[Change]:
        at = 0
        while at < len(data):
            number, mask, _, length = HEAD.unpack_from(data, at)
            name = data[at + HEAD.size : at + HEAD.size + length].rstrip(b"\0")
            at += HEAD.size + length
            if mask & OVERFLOWN:
                raise Overflown
            path = self._paths.get(number)
            if path is None:
                continue
            if mask & (SELF_GONE | IGNORED | UNMOUNTED):
                self._forget(number, path, gone=bool(mask & IGNORED))
            yield Change(path, os.fsdecode(name))

    def _forget(self, number: int, path: str, *, gone: bool) -> None:
        """What has moved is watched anew where it is found again."""
        del self._paths[number]
        self.allowance.left += 1
        if self._numbers.get(path) == number:
            del self._numbers[path]
        if not gone:
            _libc.inotify_rm_watch(self.descriptor, number)


class Overflown(Exception):
    """More happened than the kernel's queue holds: only a look at everything helps."""
