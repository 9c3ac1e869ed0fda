"""Compare the disk with the inventory: list what changed, stat the leaves, read nothing."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runs.errors import PassingFault

from .inventory import NAME_DEPTH, Directory, Inventory, Name, Node, Parts, below
from .kinds import Fault, Key, Kind, Listing, Look, NameKey
from .walk import subdirectories

# A second entry made within the clock's tick leaves the directory's time as it was: what changed
# so lately is listed again. Some network file systems count whole seconds.
YOUNG_NS = 2_000_000_000
# From so many on, a process for the reading pays its start of half a second.
MANY = 5000


class RootMissing(PassingFault):
    """The root cannot be looked at, or looks as if its disk were not mounted."""

    code = "root_missing"


class Stopped(Exception):
    """Told to end in the middle; what is done is done."""


@dataclass
class Difference:
    """`found` were not known, `changed` look different (the numbers are inodes), `lost` vanished.

    `touched` are names below which something differs. `other_device`: a directory from which
    something vanished is now on another device, as when a disk is unmounted.
    """

    found: dict[Key, int] = field(default_factory=dict)
    changed: dict[Key, int] = field(default_factory=dict)
    lost: set[Key] = field(default_factory=set)
    touched: set[NameKey] = field(default_factory=set)
    other_device: str = ""


def check(stopping: Callable[[], bool]) -> None:
    if stopping():
        raise Stopped


class Looker:
    """Looks below one root. `watch` is told each directory before it is listed."""

    def __init__(
        self,
        root: str,
        kind: Kind,
        inventory: Inventory,
        *,
        watch: Callable[[str], None],
        unwatch: Callable[[str], None],
        stopping: Callable[[], bool],
    ) -> None:
        self.root = root
        self.kind = kind
        self.inventory = inventory
        self.watch = watch
        self.unwatch = unwatch
        self.stopping = stopping
        self.difference = Difference()
        # Called as soon as so many new leaves were met that reading them will take long.
        self.on_many: Callable[[], object] = lambda: None
        # Set by the word of staff that the root has been emptied on purpose.
        self.believe_empty = False

    def look(self) -> Difference:
        """At everything. Raises RootMissing or Stopped; what was seen so far is not lost."""
        self._begin()
        self._enter(self.inventory.top, self.root, (), deep=True)
        return self.difference

    def look_at(self, places: Iterable[Parts]) -> Difference:
        """At directories and names, given by their parts below the root, and what is new there."""
        self._begin()
        for parts in sorted(set(places), key=len):
            check(self.stopping)
            directory = self.inventory.directory(parts)
            name = self.inventory.name(parts)
            if directory is not None:
                directory.changed_ns = 0
                self._enter(directory, self.path(parts), parts, deep=False)
            elif name is not None:
                name.branches = {}
                self._enter_name(name, self.path(parts), parts, deep=False)
        return self.difference

    def path(self, parts: Parts) -> str:
        return "/".join((self.root, *parts))

    def _begin(self) -> None:
        """What an interrupted look has found is in the inventory, without a signature."""
        self.difference = Difference()

    def _enter(self, directory: Directory, path: str, parts: Parts, *, deep: bool) -> None:
        check(self.stopping)
        try:
            found = os.stat(path)
            changed = found.st_mtime_ns != directory.changed_ns
            new = self._list(directory, path, parts, found) if changed else {}
        except OSError as error:
            self._cannot_look(path, parts, error)
            return
        for name, child in list((directory.children if deep else new).items()):
            below_it = (*parts, name)
            if isinstance(child, Name):
                self._enter_name(child, f"{path}/{name}", below_it, deep=deep)
            else:
                self._enter(child, f"{path}/{name}", below_it, deep=deep)

    def _list(
        self, directory: Directory, path: str, parts: Parts, found: os.stat_result
    ) -> dict[str, Node]:
        """The children that are new. What has vanished goes from the tree to `vanished`."""
        self.watch(path)
        listed, faults = subdirectories(path)
        if not parts and not listed and self._looks_unmounted():
            raise RootMissing(f"{path} is empty, though it held more: its disk may not be mounted.")
        self._set_faults(path, faults)
        for name in directory.children.keys() - listed.keys():
            self._vanish(directory.children.pop(name), f"{path}/{name}", (*parts, name))
            if directory.device not in (0, found.st_dev):
                self.difference.other_device = path
        new: dict[str, Node] = {}
        for name in listed.keys() - directory.children.keys():
            new[name] = Name() if len(parts) + 1 == NAME_DEPTH else Directory()
        directory.children |= new
        directory.device = found.st_dev
        directory.changed_ns = _settled(found.st_mtime_ns)
        return new

    def _looks_unmounted(self) -> bool:
        """A mount point without its disk holds nothing at all, not even what is hidden."""
        holds_something = self.inventory.top.children or self.inventory.vanished
        if self.believe_empty or not holds_something:
            return False
        with os.scandir(self.root) as entries:
            return next(entries, None) is None

    def _enter_name(self, name: Name, path: str, parts: Parts, *, deep: bool) -> None:
        check(self.stopping)
        key: NameKey = (parts[0], parts[1], parts[2])
        try:
            if not name.branches or _differ(name.branches):
                self._list_name(name, path, key)
        except OSError as error:
            self._cannot_look(path, parts, error)
            return
        if deep:
            self._compare_leaves(name, path, key)
        mark = self.kind.mark(path)
        if mark != name.mark:
            name.mark = mark
            self.difference.touched.add(key)

    def _list_name(self, name: Name, path: str, key: NameKey) -> None:
        self.watch(path)
        listing = self.kind.list_name(path)
        self._set_faults(path, listing.faults)
        for suffix in name.leaves.keys() - listing.leaves.keys():
            if not listing.may_hold(suffix):
                self._lose(Key(*key, suffix), name.leaves.pop(suffix), path)
        for suffix, inode in listing.leaves.items():
            self._meet(name, Key(*key, suffix), inode)
        for branch in listing.branches.keys() - {path}:
            self.watch(branch)
        for branch in name.branches.keys() - listing.branches.keys():
            self.unwatch(branch)
        name.branches = _settled_branches(listing)

    def _meet(self, name: Name, key: Key, inode: int) -> None:
        """One leaf as it was listed."""
        known = name.leaves.get(key.suffix)
        if known is None:
            name.leaves[key.suffix] = Look(inode, None)
            self.difference.found[key] = inode
            if len(self.difference.found) == MANY:
                self.on_many()
            self.difference.touched.add(key.name_key)
            self.inventory.vanished.pop(key, None)
        elif known.inode != inode:
            name.leaves[key.suffix] = Look(inode, None)
            self._change(key, inode)

    def _change(self, key: Key, inode: int) -> None:
        if key not in self.difference.found:
            self.difference.changed[key] = inode
        self.difference.touched.add(key.name_key)

    def _compare_leaves(self, name: Name, path: str, key: NameKey) -> None:
        found = self.difference.found
        for suffix, look in name.leaves.items():
            if look.signature is None:
                if Key(*key, suffix) not in found:
                    self._change(Key(*key, suffix), look.inode)
            elif self.kind.signature(f"{path}/{suffix}") != look.signature:
                self._change(Key(*key, suffix), look.inode)

    def compare(self, key: Key) -> bool:
        """Whether one leaf looks different from when it was read."""
        look = self.inventory.look(key)
        path = "/".join((self.root, *key))
        return look is not None and self.kind.signature(path) != look.signature

    def _vanish(self, node: Node, path: str, parts: Parts) -> None:
        self.inventory.forget_faults(path)
        self.unwatch(path)
        for name_parts, name in below(node, parts):
            name_path = self.path(name_parts)
            for branch in {name_path, *name.branches}:
                self.unwatch(branch)
            project, group, last = name_parts
            for suffix, look in name.leaves.items():
                self._lose(Key(project, group, last, suffix), look, name_path)

    def _lose(self, key: Key, look: Look, name_path: str) -> None:
        self.inventory.vanished[key] = look
        self.difference.lost.add(key)
        self.difference.touched.add(key.name_key)
        self.unwatch(f"{name_path}/{key.suffix}")

    def _set_faults(self, path: str, faults: list[Fault]) -> None:
        if faults:
            self.inventory.faults[path] = faults
        else:
            self.inventory.faults.pop(path, None)

    def _cannot_look(self, path: str, parts: Parts, error: OSError) -> None:
        """Nothing below is touched. What has just vanished is missing in its parent's listing."""
        reason = error.strerror or str(error)
        if not parts:
            raise RootMissing(f"{path} cannot be read: {reason}.") from error
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            self.inventory.faults[path] = [Fault(path, f"It cannot be read: {reason}.")]


def _settled(changed_ns: int) -> int:
    return changed_ns if changed_ns < time.time_ns() - YOUNG_NS else 0


def _settled_branches(listing: Listing) -> dict[str, int]:
    return {path: _settled(changed_ns) for path, changed_ns in listing.branches.items()}


def _differ(branches: dict[str, int]) -> bool:
    """Raises OSError where one of them cannot be looked at."""
    return any(os.stat(path).st_mtime_ns != changed for path, changed in branches.items())
