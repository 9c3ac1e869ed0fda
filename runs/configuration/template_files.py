"""Finding and reading template files: what lies below a folder, and what is wrong with it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runs.configuration.places import TEXT_BYTES_MAX

SUFFIXES = {".ini": "ini", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}
DEPTH_MAX = 10
FILES_MAX = 10_000


@dataclass(frozen=True)
class Fault:
    """A file that is no template, or a folder that cannot be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Found:
    """A file with a template's suffix. Two are equal while the file has not changed."""

    path: str
    modified_ns: int
    changed_ns: int
    size_bytes: int
    inode: int


class Unreadable(Exception):
    """Why a file is left out, in a sentence."""


def scan(folder: Path) -> tuple[list[Found], list[Fault]]:
    """In the order of names; without what is hidden. A folder that is missing is empty."""
    found: list[Found] = []
    faults: list[Fault] = []
    for each in _walk(str(folder), str(folder.resolve()), 0):
        if isinstance(each, Fault):
            faults.append(each)
        else:
            found.append(each)
        if len(found) + len(faults) >= FILES_MAX:
            faults.append(Fault(str(folder), f"more than {FILES_MAX} files: the rest is left out"))
            break
    return found, faults


def _walk(folder: str, root: str, depth: int) -> Iterator[Found | Fault]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        yield Fault(_printable(folder), f"cannot be read: {error.strerror}")
        return
    for entry in listed:
        if entry.name.startswith("."):
            yield from _hidden(entry)
        elif entry.is_dir(follow_symlinks=False):
            yield from _inside(entry, root, depth)
        elif is_template := _file(entry, root):
            yield is_template


def _hidden(entry: os.DirEntry[str]) -> Iterator[Fault]:
    if _has_suffix(entry.name):
        yield Fault(_printable(entry.path), "is hidden")


def _inside(entry: os.DirEntry[str], root: str, depth: int) -> Iterator[Found | Fault]:
    if depth >= DEPTH_MAX:
        yield Fault(_printable(entry.path), f"lies more than {DEPTH_MAX} folders deep")
    else:
        yield from _walk(entry.path, root, depth + 1)


def _file(entry: os.DirEntry[str], root: str) -> Found | Fault | None:
    path = _printable(entry.path)
    if entry.name.endswith("~"):
        return Fault(path, "is a backup") if _has_suffix(entry.name.rstrip("~")) else None
    if not _has_suffix(entry.name) and not entry.is_symlink():
        return None
    if path != entry.path or not entry.name.isprintable():
        return Fault(path, "has a name that cannot be shown")
    try:
        return _checked(entry, root)
    except OSError as error:
        return Fault(path, f"cannot be read: {error.strerror}")


def _checked(entry: os.DirEntry[str], root: str) -> Found | Fault | None:
    target = Path(entry.path).resolve(strict=True) if entry.is_symlink() else Path(entry.path)
    if entry.is_symlink() and not target.is_relative_to(root):
        return Fault(entry.path, "is a link that leads out of the folder")
    facts = target.stat()
    if stat.S_ISDIR(facts.st_mode):
        return Fault(entry.path, "is a link to a folder, which is not followed")
    if not _has_suffix(entry.name):
        return None
    if not stat.S_ISREG(facts.st_mode):
        return Fault(entry.path, "is not a regular file")
    if facts.st_size > TEXT_BYTES_MAX:
        return Fault(entry.path, "is longer than 1 MiB")
    return Found(entry.path, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino)


def _has_suffix(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES


def _printable(path: str) -> str:
    return path.encode(errors="surrogateescape").decode(errors="replace")


def read_text(path: Path) -> str:
    """Raises Unreadable; OSError where the file is gone."""
    # Without waiting, should it have become a pipe since it was found.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("is not a regular file")
        content = file.read(TEXT_BYTES_MAX + 1)
    if len(content) > TEXT_BYTES_MAX:
        raise Unreadable("is longer than 1 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8: byte {error.start + 1} fits no character") from error
