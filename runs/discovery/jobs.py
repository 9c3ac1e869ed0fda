"""Jobs as the engine sees them: a directory `project/group/name/run_id` with its metadata.json."""

import os
from collections.abc import Iterable, Iterator

from runs.contract.layout import METADATA
from runs.models import Job, Root

from . import job_rows
from .job_reading import ABSENT, read_job
from .keys import primary_keys
from .kinds import Key, Known, Listing, Look, NameKey, Reading, Signature
from .walk import modified_ns, subdirectories


class Jobs:
    """The kind of job roots; see `Kind` for what each answers."""

    topic = "jobs"

    def list_name(self, path: str) -> Listing:
        changed = modified_ns(path)
        leaves, faults = subdirectories(path)
        return Listing(leaves, {path: changed}, faults)

    def signature(self, path: str) -> Signature | None:
        try:
            found = os.stat(f"{path}/{METADATA}", follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def mark(self, path: str) -> Signature | None:
        return None

    def minds(self, file_name: str) -> bool:
        return file_name == METADATA

    def read(self, root: Root, key: Key, path: str, inode: int) -> Reading:
        return read_job(key, path, inode)

    def load(self, root: Root) -> Iterator[tuple[Key, Look]]:
        columns = ("project", "group", "name", "run_id", "inode", "file_mtime_ns", "file_size")
        rows = Job.objects.filter(root=root).order_by().values_list(*columns)
        for project, group, name, run_id, inode, mtime_ns, size in rows.iterator(5000):
            yield Key(project, group, name, run_id), Look(inode, (mtime_ns, size))

    def known(self, root: Root, keys: Iterable[Key]) -> dict[Key, Known]:
        found = primary_keys(Job, root, keys)
        columns = ("pk", "inode", "file_mtime_ns", "file_size", "ordered_run")
        rows = Job.objects.filter(pk__in=found.values()).values_list(*columns)
        known = {
            pk: Known(pk, Look(inode, (mtime_ns, size)), removable=run is None)
            for pk, inode, mtime_ns, size, run in rows
        }
        return {key: known[pk] for key, pk in found.items() if pk in known}

    def count(self, root: Root) -> int:
        return Job.objects.filter(root=root).count()

    def write(self, root: Root, readings: list[Reading], *, quiet: bool) -> None:
        job_rows.write(root, [reading.row for reading in readings], quiet=quiet)

    def move(self, root: Root, moves: dict[Key, Key]) -> None:
        job_rows.move(root, moves)

    def remove(self, root: Root, keys: list[Key]) -> None:
        job_rows.remove(root, keys)

    def settle(self, root: Root, names: Iterable[tuple[NameKey, str]]) -> None:
        """Nothing hangs on several jobs at once."""
