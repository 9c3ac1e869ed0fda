"""Directories on their way into the trash of their root, and back. Paths alone, no rows.

A deleted directory lies at `<root>/.trash/<token>/<its place below the root>/.moved`: one rename
within one file system, and where it came from can be read off where it lies, with or without a
row that tells of it.
"""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from django.utils.crypto import salted_hmac

from runs.errors import Conflict, DiskSpaceInsufficient, PathOutside, PlaceTaken
from runs.lifecycle.places import TRASH, remove_empty_parents

MOVED = ".moved"
# An entry whose removal has begun: it cannot be had back any more.
CONDEMNED = ".gone"
TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{12}")


def installation() -> str:
    """Several installations may share a root: none may take another's entries for lost ones."""
    return salted_hmac("runs.cleanup.moves", TRASH).hexdigest()[:8]


def new_token() -> str:
    return f"{installation()}-{os.urandom(6).hex()}"


class Mover:
    """Renames directories; all of them go back where the block ends with an error.

    Put it around the transaction, so that a commit that fails undoes the renames too.
    """

    def __init__(self) -> None:
        self.token = new_token()
        self.done: list[tuple[Path, Path, Path]] = []

    def __enter__(self) -> "Mover":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.undo()

    @property
    def moves(self) -> list[dict[str, str]]:
        return [{"from": str(origin), "to": str(target)} for origin, target, _ in self.done]

    def discard(self, directory: Path, root: Path) -> None:
        """Move it into the trash; nothing there is fine. Raises Conflict, PathOutside."""
        if not stands_below(directory, root):
            return
        place = directory.relative_to(root)
        self.rename(directory, root / TRASH / self.token / place / MOVED, root)

    def put_back(self, lying: Path, place: Path) -> None:
        """Raises PlaceTaken where something is there again, Conflict where it cannot be moved."""
        root = root_of(lying)
        if os.path.lexists(place):
            raise PlaceTaken(f"{place} is there again. Move it away first.")
        if not lying.exists():
            raise Conflict("Its files are no longer in the trash.")
        if not root.is_dir():
            raise Conflict(f"The root {root} is missing.")
        self.rename(lying, place, root / TRASH)

    def rename(self, origin: Path, target: Path, top: Path) -> None:
        """Rename, and remove what is empty then, up to `top`."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            origin.rename(target)
        except OSError as error:
            remove_empty_parents(target.parent, root_above(target.parent))
            raise refusal(error, origin) from error
        self.done.append((origin, target, top))
        remove_empty_parents(origin.parent, top)

    def undo(self) -> None:
        while self.done:
            origin, target, _ = self.done.pop()
            origin.parent.mkdir(parents=True, exist_ok=True)
            target.rename(origin)
            remove_empty_parents(target.parent, root_above(target.parent))


def refusal(error: OSError, path: Path) -> Conflict | DiskSpaceInsufficient:
    """What to tell a person whose directory could not be renamed."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskSpaceInsufficient("The disk is too full even to move something on it.")
    if error.errno == errno.EXDEV:
        return Conflict(f"{path} lies on another disk than its root and cannot be moved there.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Conflict(f"The dashboard may not move {path}: {error.strerror}.")
    return Conflict(f"{path} could not be moved: {error.strerror}.")


def stands_below(directory: Path, root: Path) -> bool:
    """Whether it is there, as a directory below its root that no symlink leads to or out of.

    False where there is nothing. Raises PathOutside, and Conflict for a symlink or a file.
    """
    if not directory.is_relative_to(root) or directory == root or ".." in directory.parts:
        raise PathOutside(f"{directory} is not below {root}.")
    step = root
    for part in directory.relative_to(root).parts:
        step = step / part
        if step.is_symlink():
            raise Conflict(f"{step} is a symbolic link. It was not followed.")
        if not os.path.lexists(step):
            return False
    if not directory.is_dir():
        raise Conflict(f"{directory} is not a directory.")
    return True


def entry_of(lying: Path) -> Path:
    """The entry `<root>/.trash/<token>` that something in the trash belongs to."""
    for folder in lying.parents:
        if folder.parent.name == TRASH and TOKEN.fullmatch(folder.name):
            return folder
    raise PathOutside(f"{lying} is not in a trash.")


def root_of(lying: Path) -> Path:
    return entry_of(lying).parent.parent


def root_above(folder: Path) -> Path:
    """The root of a folder in the trash; of any other, the folder itself: nothing is pruned."""
    try:
        return root_of(folder / MOVED)
    except PathOutside:
        return folder


def condemn(entry: Path) -> Path:
    """From here on it is being removed and nobody gets it back. Missing is fine."""
    condemned = entry.with_name(entry.name + CONDEMNED)
    if entry.exists():
        entry.rename(condemned)
    return condemned


def own_entries(root: Path) -> Iterator[Path]:
    """This installation's entries of a root's trash, condemned ones included."""
    try:
        entries = sorted((root / TRASH).iterdir())
    except OSError:
        return
    for entry in entries:
        token = entry.name.removesuffix(CONDEMNED)
        if TOKEN.fullmatch(token) and token.startswith(installation()):
            yield entry


def moves_in(entry: Path) -> list[tuple[Path, Path]]:
    """(where it lies, where it came from) of everything in an entry."""
    root = entry.parent.parent
    found = []
    pending = [entry]
    while pending:
        folder = pending.pop()
        for child in sorted(folder.iterdir()):
            if child.name == MOVED:
                found.append((child, root / folder.relative_to(entry)))
            elif child.is_dir() and not child.is_symlink():
                pending.append(child)
    return found


def parts_without(directory: Path, kept: set[Path]) -> list[Path]:
    """The largest directories and files below `directory`, or itself, that hold none of `kept`."""
    if directory in kept:
        return []
    if not any(path.is_relative_to(directory) for path in kept):
        return [directory]
    children = sorted(path for path in directory.iterdir() if path.is_dir())
    return [part for child in children for part in parts_without(child, kept)]
