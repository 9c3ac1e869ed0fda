"""Look into the directory a run wrote, and never out of it."""

import os
import re
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import islice
from pathlib import Path

from runs.errors import ArtifactNotFound, InvalidInput, PathOutside

MAX_ENTRIES = 2_000
# A directory with more is not read to its end.
MAX_COUNTED = 100_000
MAX_TREE_FILES = 1_000_000
Order = tuple[bool, list[tuple[int, int, str]], str]
UNENCODABLE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Entry:
    """`path` is relative to the root, `type` is "file" or "directory".

    A name that is not UTF-8 is shown with U+FFFD in it, and can be had through the zip alone.
    """

    name: str
    path: str
    type: str
    size_bytes: int
    modified_at: datetime


@dataclass(frozen=True)
class Listing:
    """`total` counts what there is to list, as far as 100,000; `truncated`: more follows, behind
    `cursor`."""

    entries: list[Entry]
    truncated: bool
    total: int
    cursor: str = ""


def resolve_inside(root: Path, relative: str) -> Path:
    """The real path of a file or directory under `root`; "" is the root itself.

    `relative` is decoded already, once. Raises PathOutside for what is absolute, hidden or leads
    out of the root, also through a symlink; NotFound for what is missing or neither a file nor a
    directory. No message names the real path.
    """
    parts = [part for part in relative.split("/") if part]
    if relative.startswith("/") or "\0" in relative or any(part[0] == "." for part in parts):
        raise PathOutside(f"{_shown(relative)} is not an artifact.")
    real = _real(root, relative)
    if real is None:
        raise ArtifactNotFound(f"There is no {_shown(relative)}.")
    if not _is_inside(real, root):
        raise PathOutside(f"{_shown(relative)} is not an artifact.")
    if not (real.is_file() or real.is_dir()):
        raise ArtifactNotFound(f"{_shown(relative)} is neither a file nor a folder.")
    return real


def list_directory(
    root: Path, relative: str = "", *, limit: int = MAX_ENTRIES, after: str = ""
) -> Listing:
    """Files and folders, folders first, in natural order; hidden ones are left out.

    At most `limit` of them, those behind the one that the `cursor` of a listing stands for.
    Raises as `resolve_inside`, NotFound where it is not a folder, InvalidInput for no cursor.
    """
    directory = resolve_inside(root, relative)
    if not directory.is_dir():
        raise ArtifactNotFound(f"{_shown(relative)} is not a folder.")
    prefix = "/".join(part for part in relative.split("/") if part)
    try:
        with os.scandir(directory) as scan:
            found = list(islice((item for item in scan if _is_shown(item, root)), MAX_COUNTED))
    except OSError as error:
        raise ArtifactNotFound(f"{_shown(relative)} cannot be opened.") from error
    behind = _behind(found, after) if after else found
    first = nsmallest(limit, behind, key=_order)
    entries = [entry for item in first if (entry := _entry(item, prefix))]
    truncated = len(behind) > len(first)
    cursor = _cursor(first[-1]) if truncated and first else ""
    return Listing(entries, truncated, total=len(found), cursor=cursor)


def walk_files(root: Path, *, hidden: bool = False) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """(path relative to the root, entry) of every regular file below; no symlink is followed.

    What vanishes or cannot be read meanwhile is passed over.
    """
    pending = [(root, "")]
    while pending:
        directory, prefix = pending.pop()
        for item in _scan(directory):
            if item.name.startswith(".") and not hidden:
                continue
            if item.is_dir(follow_symlinks=False):
                pending.append((Path(item.path), f"{prefix}{item.name}/"))
            elif item.is_file(follow_symlinks=False):
                yield prefix + item.name, item


def tree_size(root: Path, *, hidden: bool = True) -> tuple[int, int]:
    """(files, bytes) below `root`, counted as far as a million files; nothing there is (0, 0)."""
    files = total = 0
    for _, item in islice(walk_files(root, hidden=hidden), MAX_TREE_FILES):
        try:
            total += item.stat(follow_symlinks=False).st_size
        except OSError:
            continue
        files += 1
    return files, total


def _scan(directory: Path) -> Iterator[os.DirEntry[str]]:
    """Entry by entry: a directory may hold a million."""
    try:
        with os.scandir(directory) as scan:
            yield from scan
    except OSError:
        return


def _real(root: Path, relative: str) -> Path | None:
    """None for what is missing, unreadable, a loop of symlinks, too long or not encodable."""
    try:
        return (root / relative).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None


def _is_inside(real: Path, root: Path) -> bool:
    """Whether a resolved path is in the root and not hidden there: a symlink may lead anywhere."""
    top = root.resolve()
    if not real.is_relative_to(top):
        return False
    return not any(part.startswith(".") for part in real.relative_to(top).parts)


def _is_shown(item: os.DirEntry[str], root: Path) -> bool:
    if item.name.startswith("."):
        return False
    try:
        if not (item.is_dir() or item.is_file()):
            return False
    except OSError:
        return False
    if not item.is_symlink():
        return True
    real = _real(Path(item.path), "")
    return real is not None and _is_inside(real, root)


def _entry(item: os.DirEntry[str], prefix: str) -> Entry | None:
    try:
        found = item.stat()
        modified_at = datetime.fromtimestamp(found.st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None
    name = UNENCODABLE.sub("\ufffd", item.name)
    path = f"{prefix}/{name}" if prefix else name
    if stat.S_ISDIR(found.st_mode):
        return Entry(name, path, "directory", 0, modified_at)
    return Entry(name, path, "file", found.st_size, modified_at)


def _order(item: os.DirEntry[str]) -> Order:
    """Folders first; load_9 before load_10."""
    return _place(not item.is_dir(), item.name)


def _place(is_file: bool, name: str) -> Order:
    pieces = re.findall(r"([0-9]+)|([^0-9]+)", name)
    natural = [(0, int(digits), "") if digits else (1, 0, word.lower()) for digits, word in pieces]
    return is_file, natural, name


def _cursor(item: os.DirEntry[str]) -> str:
    """Also of a name that is not UTF-8."""
    kind = "d" if item.is_dir() else "f"
    return kind + urlsafe_b64encode(os.fsencode(item.name)).decode()


def _behind(found: list[os.DirEntry[str]], cursor: str) -> list[os.DirEntry[str]]:
    try:
        name = os.fsdecode(urlsafe_b64decode(cursor[1:]))
        place = _place(cursor[0] == "f", name)
    except ValueError as error:
        raise InvalidInput("This page's address is damaged. Begin at the first page.") from error
    return [item for item in found if _order(item) > place]


def _shown(relative: str) -> str:
    return repr(UNENCODABLE.sub("\ufffd", relative)[:200])
