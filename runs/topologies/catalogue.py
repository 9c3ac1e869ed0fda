"""The networks there are: the files of some folders, kept in step with the disk."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from runs.contract.small_file import FileUnusable, read_object
from runs.errors import TopologyNotFound
from runs.lifecycle.places import SIMULATOR

from .network import Topology, Unfit, read_topology

SCAN_SECONDS = 1.0
FILES_MAX = 1_000
BUNDLED = SIMULATOR / "topologies"
# Where it is, when it was written, how long it is.
Stamp = tuple[str, int, int]


@dataclass(frozen=True)
class Fault:
    """A file that holds no network, and why."""

    path: str
    reason: str


class Topologies:
    """Networks of `*.json` in each folder; where two have one name, the first folder's counts.

    A look at the disk is at most a second old; a file is read again when it has changed. Safe
    to share between threads.
    """

    def __init__(
        self, folders: Iterable[Path], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folders = list(folders)
        self._clock = clock
        self._lock = threading.Lock()
        self._scanned_at: float | None = None
        self._read: dict[Stamp, Topology | Fault] = {}

    def all(self) -> list[Topology]:
        """By name."""
        found: dict[str, Topology] = {}
        for entry in self._current():
            if isinstance(entry, Topology):
                found.setdefault(entry.name, entry)
        return sorted(found.values(), key=lambda topology: topology.name)

    def get(self, name: str) -> Topology:
        """The name is looked up, never made a path. Raises TopologyNotFound."""
        for topology in self.all():
            if topology.name == name:
                return topology
        raise TopologyNotFound("There is no such topology.")

    def count(self) -> int:
        return len(self.all())

    @property
    def faults(self) -> list[Fault]:
        return [entry for entry in self._current() if isinstance(entry, Fault)]

    def _current(self) -> list[Topology | Fault]:
        with self._lock:
            now = self._clock()
            if self._scanned_at is None or now - self._scanned_at >= SCAN_SECONDS:
                self._scanned_at = now
                stamps = [stamp for folder in self._folders for stamp in stamps_of(folder)]
                self._read = {stamp: self._read.get(stamp) or read(stamp) for stamp in stamps}
            return list(self._read.values())


def stamps_of(folder: Path) -> list[Stamp]:
    """None for a folder that is missing or cannot be read."""
    try:
        paths = sorted(path for path in folder.iterdir() if is_file_of_ours(path))[:FILES_MAX]
    except OSError:
        return []
    return [stamp for path in paths for stamp in stamp_of(path)]


def is_file_of_ours(path: Path) -> bool:
    return path.suffix == ".json" and not path.name.startswith(".")


def stamp_of(path: Path) -> list[Stamp]:
    try:
        facts = path.stat()
    except OSError:
        return []
    return [(str(path), facts.st_mtime_ns, facts.st_size)]


def read(stamp: Stamp) -> Topology | Fault:
    path = Path(stamp[0])
    try:
        return read_topology(path.stem, read_object(stamp[0]))
    except (Unfit, FileUnusable) as error:
        return Fault(stamp[0], str(error))
    except OSError as error:
        return Fault(stamp[0], f"cannot be read: {error.strerror}")


@cache
def topologies() -> Topologies:
    """One catalogue a process."""
    return Topologies([*settings.FUSIONWEB_TOPOLOGIES, BUNDLED])
