"""List directories of anybody's making: no hidden names, no symlinks, nothing that is not UTF-8."""

import os

from .kinds import Fault

NOT_UTF8 = "Its name is not UTF-8."


def subdirectories(path: str) -> tuple[dict[str, int], list[Fault]]:
    """The inode of each directory in `path` by name, and what was left out with a reason.

    Raises OSError where `path` cannot be listed.
    """
    found: dict[str, int] = {}
    faults: list[Fault] = []
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == "." or not entry.is_dir(follow_symlinks=False):
                continue
            if is_utf8(name):
                found[name] = entry.inode()
            else:
                faults.append(Fault(entry.path, NOT_UTF8))
    return found, faults


def is_utf8(name: str) -> bool:
    """Python reads other bytes as lone surrogates, which no database takes."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def modified_ns(path: str) -> int:
    """When the directory itself last changed. Raises OSError."""
    return os.stat(path, follow_symlinks=False).st_mtime_ns
