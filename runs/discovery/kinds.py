"""What the engine knows of jobs and checkpoints alike, and what it asks of each.

Below a root stand `project/group/name/`, and below a name its leaves: a job's directory is one
level further down, a checkpoint's one or more. The engine walks, compares, batches, holds back
and follows; a kind says what a leaf is, reads it, and writes its row.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from runs.models import Root

Signature = tuple[int, ...]
"""How a leaf looked when it was read: while it looks the same, nobody reads it again."""


class Key(NamedTuple):
    """`suffix` is a job's run id, or a checkpoint's path below its name."""

    project: str
    group: str
    name: str
    suffix: str

    @property
    def name_key(self) -> "NameKey":
        return self.project, self.group, self.name


NameKey = tuple[str, str, str]
"""Project, group and name."""


class Fault(NamedTuple):
    """What could not be read and has no row of its own. `path` may hold what is not UTF-8."""

    path: str
    reason: str


class Look(NamedTuple):
    """A leaf as it was last seen. Without a signature it is read at the next look."""

    inode: int
    signature: Signature | None


@dataclass
class Listing:
    """What stands below one name directory.

    `leaves` maps each suffix to its directory's inode. `branches` maps the path of the name
    directory and of each directory between it and its leaves to its time of change in
    nanoseconds, taken before it was listed: as long as these stay, the leaves are the same.
    `unreadable` has the suffixes below which nobody could look; 0 as the time of such a branch
    has it listed again at each look.
    """

    leaves: dict[str, int]
    branches: dict[str, int]
    faults: list[Fault] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def may_hold(self, suffix: str) -> bool:
        """Whether this leaf, though not listed, may still be there."""
        return any(f"{suffix}/".startswith(f"{place}/") for place in self.unreadable)


@dataclass
class Reading:
    """One leaf, read. `row` is what `write` needs, None where there is nothing to write yet.

    `again_in` seconds from now it is to be looked at again, whatever its signature: it was
    half-written, young, or incomplete.
    """

    key: Key
    look: Look
    row: Any = None
    again_in: float | None = None


class Known(NamedTuple):
    """A row of the table. `removable` is False where a vanished directory changes nothing in it
    (the run that was launched here owns it); such rows do not count as removals."""

    pk: int
    look: Look
    removable: bool = True


class Kind(Protocol):
    """Jobs or checkpoints below one root; `topic` is that of their events.

    The first five touch the disk and never the database: they are called without a transaction
    and may take long. `write`, `move` and `remove` touch the database and never the disk: they
    are called inside a short transaction and record their events in it (`announce`). `settle` is
    called outside of any, and makes its own. All are called again with the same where a process
    was killed in between, or where the engine is not sure.
    """

    topic: str

    def list_name(self, path: str) -> Listing:
        """The leaves below one name directory. Raises OSError where it cannot be listed."""

    def signature(self, path: str) -> Signature | None:
        """By `stat` alone; None where the leaf cannot be looked at."""

    def mark(self, path: str) -> Signature | None:
        """Of what else matters in a name directory (the file `latest`); a change is settled."""

    def minds(self, file_name: str) -> bool:
        """Whether a change of this entry of a leaf is worth a look."""

    def read(self, root: Root, key: Key, path: str, inode: int) -> Reading:
        """Never raises for what a leaf holds: the row says its fault."""

    def load(self, root: Root) -> Iterator[tuple[Key, Look]]:
        """All leaves of the table that are on the disk, as far as it knows."""

    def known(self, root: Root, keys: Iterable[Key]) -> dict[Key, Known]:
        """The rows among these; a key without a row is left out."""

    def count(self, root: Root) -> int:
        """All rows that stand for a directory."""

    def write(self, root: Root, readings: list[Reading], *, quiet: bool) -> None:
        """Insert or update the rows; `quiet` during the first scan, which announces counts."""

    def move(self, root: Root, moves: dict[Key, Key]) -> None:
        """The rows of the first keys have got the second keys, and nothing else has changed."""

    def remove(self, root: Root, keys: list[Key]) -> None:
        """The directories have vanished."""

    def settle(self, root: Root, names: Iterable[tuple[NameKey, str]]) -> None:
        """Something below these names (key and path) has changed: bring in step what hangs on
        several leaves at once, such as which is the latest. May read one small file a name."""
