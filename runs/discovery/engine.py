"""Bring the rows of one root in step with its disk: all of it, or the places that changed."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from runs.models import Root

from .announce import announce_counts
from .bulk import many_writes
from .claims import keep
from .inventory import Inventory, Parts
from .keys import chunks
from .kinds import Key, Kind, Look, Reading
from .look import MANY, Difference, Looker, RootMissing, check
from .reader import Leaf, Reader
from .removal import RemovalGate
from .root_state import scanned, set_scan_progress, set_state

ROWS_A_BATCH = 2000
# A few changed jobs among many on a slow disk need not wait for the others.
BATCH_SECONDS = 0.5
TELL_SECONDS = 1.0
REMOVALS_A_BATCH = 1000
COUNTED_ROWS = 10_000


@dataclass
class Counts:
    """What one scan did, in leaves."""

    found: int = 0
    changed: int = 0
    moved: int = 0
    gone: int = 0
    held: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Counts") -> "Counts":
        names = ("found", "changed", "moved", "gone", "held", "seconds")
        return Counts(*(getattr(self, name) + getattr(other, name) for name in names))


class Engine:
    """Of one root that is claimed. Raises ClaimLost where another process has taken it.

    `watch_leaf` is told of a new leaf before it is read. `progress(done, total)` is called about
    twice a second.
    """

    def __init__(
        self,
        root: Root,
        kind: Kind,
        *,
        claimed_by: str,
        stopping: Callable[[], bool] = lambda: False,
        watch: Callable[[str], None] = lambda path: None,
        unwatch: Callable[[str], None] = lambda path: None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.root = root
        self.kind = kind
        self.claimed_by = claimed_by
        self.stopping = stopping
        self.watch = watch
        self.progress = progress
        self.watch_new_leaves = False
        self.inventory = Inventory()
        self.gate = RemovalGate(root, kind)
        self.looker = Looker(
            root.path, kind, self.inventory, watch=watch, unwatch=unwatch, stopping=stopping
        )
        # When leaves are due that must be looked at again: half-written, young, incomplete.
        self.again: dict[Key, float] = {}
        self.first_scan = root.first_scanned_at is None
        self.other_device = ""
        self._told_at = 0.0
        self._quiet_rows = 0

    def load(self) -> None:
        """Take over what the table knows, so that nothing is read twice."""
        for key, look in self.kind.load(self.root):
            self.inventory.add(key, look)

    def scan(self) -> Counts:
        """Look at everything. A root that is missing is said to be so, and nothing is touched."""
        began, began_at = time.monotonic(), timezone.now()
        self.looker.believe_empty = self.root.accept_removals
        if self.first_scan:
            set_state(self.root, self.claimed_by, Root.State.SCANNING, "")
        with self._reader() as reader:
            self.looker.on_many = reader.start
            try:
                difference = self.looker.look()
            except RootMissing as missing:
                set_state(self.root, self.claimed_by, Root.State.MISSING, missing.message)
                return Counts(seconds=time.monotonic() - began)
            counts = self._apply(difference, reader, everything=True)
        counts.seconds = time.monotonic() - began
        self._finish(counts, began_at)
        return counts

    def refresh(self, places: Iterable[Parts], leaves: Iterable[Key]) -> Counts:
        """Look at places that were heard of, and at these leaves."""
        try:
            difference = self.looker.look_at(places)
        except RootMissing as missing:
            set_state(self.root, self.claimed_by, Root.State.MISSING, missing.message)
            return Counts()
        for key in leaves:
            look = self.inventory.look(key)
            # a directory made anew under the same name has lost its watch
            self._watch_leaf(key)
            if look and key not in difference.found and self.looker.compare(key):
                difference.changed[key] = look.inode
                difference.touched.add(key.name_key)
        if not difference.touched:
            return Counts()
        with self._reader() as reader:
            return self._apply(difference, reader, everything=False)

    def _reader(self) -> Reader:
        return Reader(self.kind, self.root, lambda: check(self.stopping))

    def due(self) -> list[Key]:
        """Leaves whose time has come; they are read whatever they look like."""
        now = time.monotonic()
        keys = [key for key, at in self.again.items() if at <= now]
        for key in keys:
            del self.again[key]
            look = self.inventory.look(key)
            if look:
                self.inventory.note(key, Look(look.inode, None))
        return keys

    def _apply(self, difference: Difference, reader: Reader, *, everything: bool) -> Counts:
        counts = Counts()
        if difference.other_device:
            self.other_device = difference.other_device
        counts.moved = self._move(difference)
        counts.found, counts.changed = len(difference.found), len(difference.changed)
        self._read(difference, reader)
        if everything or difference.lost or self.root.state == Root.State.HELD:
            counts.gone, counts.held = self._remove()
        if difference.touched:
            path = self.looker.path
            self.kind.settle(self.root, [(name, path(name)) for name in difference.touched])
        return counts

    def _move(self, difference: Difference) -> int:
        """Rows of what only has another path now get that path; how many."""
        if not (difference.found and difference.lost):
            return 0
        by_inode = {inode: key for key, inode in difference.found.items()}
        known = self.kind.known(self.root, difference.lost)
        moves: dict[Key, Key] = {}
        for old, row in known.items():
            new = by_inode.get(row.look.inode)
            if new and row.removable and self._looks_like(new, row.look):
                moves[old] = new
        taken = self.kind.known(self.root, moves.values()).keys()
        moves = {old: new for old, new in moves.items() if new not in taken}
        for chunk in chunks(list(moves.items()), ROWS_A_BATCH):
            with transaction.atomic():
                keep(self.root, self.claimed_by)
                self.kind.move(self.root, dict(chunk))
        for old, new in moves.items():
            self.inventory.note(new, known[old].look)
            self.inventory.vanished.pop(old, None)
            del difference.found[new]
            self._watch_leaf(new)
        return len(moves)

    def _looks_like(self, key: Key, look: Look) -> bool:
        """One number alone may belong to a new directory by now; of nothing else can it be told."""
        signature = self.kind.signature(self.looker.path(key))
        return signature == look.signature and signature is not None and any(signature)

    def _read(self, difference: Difference, reader: Reader) -> None:
        """Read what is new or different and write it in batches, by suffix: that is mostly a time,
        and most indexes are by time. In another order each batch rewrites all of every index."""
        wanted = {**difference.found, **difference.changed}
        items = sorted(wanted.items(), key=_by_suffix)
        leaves = [(key, self.looker.path(key), inode) for key, inode in items]
        if len(leaves) > MANY:
            with many_writes():
                self._write_all(self._ahead(leaves, reader), len(leaves))
        else:
            self._write_all(self._in_turn(leaves), len(leaves))

    def _write_all(self, batches: Iterator[list[Reading]], total: int) -> None:
        done = 0
        for batch in batches:
            check(self.stopping)
            self._write(batch)
            done += len(batch)
            self._tell(done, total)
        self._announce_quiet_rows(0)

    def _ahead(self, leaves: list[Leaf], reader: Reader) -> Iterator[list[Reading]]:
        if self.watch_new_leaves:
            for _, path, _ in leaves:
                self.watch(path)
        return reader.read(leaves)

    def _in_turn(self, leaves: list[Leaf]) -> Iterator[list[Reading]]:
        """As many at once as fit into `BATCH_SECONDS`."""
        waiting = iter(leaves)
        while batch := self._read_batch(waiting):
            yield batch

    def _read_batch(self, leaves: Iterator[Leaf]) -> list[Reading]:
        """Empty at the end, or when told to stop."""
        batch: list[Reading] = []
        until = time.monotonic() + BATCH_SECONDS
        for key, path, inode in leaves:
            if self.watch_new_leaves:
                self.watch(path)
            batch.append(self.kind.read(self.root, key, path, inode))
            if len(batch) == ROWS_A_BATCH or time.monotonic() > until or self.stopping():
                break
        return batch

    def _watch_leaf(self, key: Key) -> None:
        if self.watch_new_leaves:
            self.watch(self.looker.path(key))

    def _write(self, batch: list[Reading]) -> None:
        """One short transaction. Only what is written is remembered as read."""
        readings = [reading for reading in batch if reading.row is not None]
        if readings:
            with transaction.atomic():
                keep(self.root, self.claimed_by)
                self.kind.write(self.root, readings, quiet=self.first_scan)
        for reading in batch:
            self.inventory.note(reading.key, reading.look)
            if reading.again_in is not None:
                self.again[reading.key] = time.monotonic() + reading.again_in
        self._quiet_rows += len(readings) if self.first_scan else 0
        self._announce_quiet_rows(COUNTED_ROWS)

    def _announce_quiet_rows(self, at_least: int) -> None:
        if self._quiet_rows and self._quiet_rows >= at_least:
            with transaction.atomic():
                found = f"{self.kind.topic.removesuffix('s')}.found"
                announce_counts(self.kind.topic, {found: self._quiet_rows})
            self._quiet_rows = 0

    def _tell(self, done: int, total: int) -> None:
        self.progress(done, total)
        now = time.monotonic()
        if self.first_scan:
            tell = now - self._told_at > TELL_SECONDS
            set_scan_progress(self.root, self.claimed_by, done, total, tell=tell)
            self._told_at = now if tell else self._told_at

    def _remove(self) -> tuple[int, int]:
        """How many rows were removed, and how many are held back."""
        vanished = self.inventory.vanished
        if not vanished:
            self._end_hold()
            return 0, 0
        known = self.kind.known(self.root, vanished)
        doomed = {key: row for key, row in known.items() if row.removable}
        reason = self.gate.reason_to_hold(doomed, self.other_device)
        if reason:
            set_state(self.root, self.claimed_by, Root.State.HELD, reason)
            return 0, len(doomed)
        for keys in chunks(list(doomed), REMOVALS_A_BATCH):
            with transaction.atomic():
                keep(self.root, self.claimed_by)
                self.kind.remove(self.root, keys)
        self.gate.let_through(len(doomed))
        vanished.clear()
        self._end_hold()
        return len(doomed), 0

    def _end_hold(self) -> None:
        self.other_device = ""
        if self.root.state == Root.State.HELD:
            set_state(self.root, self.claimed_by, Root.State.READY, "")
        if self.root.accept_removals:
            Root.objects.filter(pk=self.root.pk).update(accept_removals=False)
            self.root.accept_removals = False

    def _finish(self, counts: Counts, began_at: datetime) -> None:
        self.first_scan = False
        fields = scanned(self.inventory, began_at, counts.seconds)
        if self.root.first_scanned_at is None:
            fields["first_scanned_at"] = timezone.now()
        state = Root.State.HELD if counts.held else Root.State.READY
        reason = self.root.reason if counts.held else ""
        set_state(self.root, self.claimed_by, state, reason, **fields)


def _by_suffix(item: tuple[Key, int]) -> str:
    return item[0].suffix
