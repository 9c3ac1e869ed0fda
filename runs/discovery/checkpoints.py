"""Checkpoints as the engine sees them: what was saved below `project/group/name`, at any depth."""

import os
from collections.abc import Iterable, Iterator

from runs.contract.checkpoint import modified_ns
from runs.contract.checkpoint_places import LATEST, find_checkpoints
from runs.models import Checkpoint, Root

from . import checkpoint_rows
from .checkpoint_latest import mark_latest
from .checkpoint_reading import read
from .keys import primary_keys
from .kinds import Fault, Key, Known, Listing, Look, NameKey, Reading, Signature

NO_LATEST: Signature = (0, 0)


class Checkpoints:
    """The kind of checkpoint roots; see `Kind` for what each answers."""

    topic = "checkpoints"

    def list_name(self, path: str) -> Listing:
        places = find_checkpoints(path)
        faults = [Fault(*fault) for fault in places.faults]
        return Listing(places.checkpoints, places.branches, faults, places.unreadable)

    def signature(self, path: str) -> Signature | None:
        try:
            return (modified_ns(path),)
        except OSError:
            return None

    def mark(self, path: str) -> Signature | None:
        try:
            found = os.lstat(f"{path}/{LATEST}")
        except OSError:
            return NO_LATEST
        return found.st_mtime_ns, found.st_ino

    def minds(self, file_name: str) -> bool:
        return file_name[0] != "."

    def read(self, root: Root, key: Key, path: str, inode: int) -> Reading:
        return read(key, path, inode)

    def load(self, root: Root) -> Iterator[tuple[Key, Look]]:
        """What is not complete is read once more: a commit inside of it may not show outside."""
        columns = ("project", "group", "name", "suffix", "inode", "directory_mtime_ns", "complete")
        rows = Checkpoint.objects.filter(root=root, gone_at=None).order_by().values_list(*columns)
        for *key, inode, mtime_ns, complete in rows.iterator(5000):
            yield Key(*key), Look(inode, (mtime_ns,) if complete else None)

    def known(self, root: Root, keys: Iterable[Key]) -> dict[Key, Known]:
        found = primary_keys(Checkpoint, root, keys)
        rows = Checkpoint.objects.filter(pk__in=found.values())
        looks = {
            pk: Look(inode, (mtime_ns,))
            for pk, inode, mtime_ns in rows.values_list("pk", "inode", "directory_mtime_ns")
        }
        return {key: Known(pk, looks[pk]) for key, pk in found.items() if pk in looks}

    def count(self, root: Root) -> int:
        return Checkpoint.objects.filter(root=root, gone_at=None).count()

    def write(self, root: Root, readings: list[Reading], *, quiet: bool) -> None:
        checkpoint_rows.write(root, [reading.row for reading in readings], quiet=quiet)

    def move(self, root: Root, moves: dict[Key, Key]) -> None:
        checkpoint_rows.move(root, moves)

    def remove(self, root: Root, keys: list[Key]) -> None:
        checkpoint_rows.remove(root, keys)

    def settle(self, root: Root, names: Iterable[tuple[NameKey, str]]) -> None:
        mark_latest(root, names)
