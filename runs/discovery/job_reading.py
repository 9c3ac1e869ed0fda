"""Read one job's directory into the columns of its row. Disk only, no database."""

import pwd
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.conf import settings

from runs.contract.layout import METADATA
from runs.contract.metadata import (
    RECENT_SECONDS,
    Metadata,
    MetadataMissing,
    MetadataUnreadable,
    read_metadata_and_stat,
)
from runs.contract.status import Status
from runs.models import Job

from .kinds import Key, Look, Reading, Signature
from .walk import modified_ns

# Some write the file a moment after they made the directory.
YOUNG_SECONDS = 10.0
HALF_WRITTEN_SECONDS = 1.0
TICK_NS = 2_000_000_000
ABSENT: Signature = (0, 0)
MOST_HOSTS = 1000
LARGEST_INT4 = 2**31 - 1


@dataclass(slots=True)
class JobRow:
    """Columns as they are stored; times are UTC.

    `readable` False: only `fault` and how the file looked are news, for a row that is there.
    `absent`: there is no metadata.json at all.
    """

    project: str
    group: str
    name: str
    run_id: str
    status: str = Status.UNKNOWN.value
    reason: str = ""
    job_key: str = ""
    slurm_job_id: str = ""
    unix_owner: str = ""
    host: str = ""
    hosts: str = ""
    chip: str = ""
    total_chips: int | None = None
    pid: int | None = None
    exit_code: int | None = None
    signal: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heartbeat_at: datetime | None = None
    listed_at: datetime | None = None
    search_text: str = ""
    fault: str = ""
    inode: int = 0
    file_mtime_ns: int = 0
    file_size: int = 0
    readable: bool = True
    absent: bool = False

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """It goes from process to process a hundred thousand times, in half the time so."""
        return JobRow, _fields(self)


_fields = attrgetter(*(field.name for field in fields(JobRow)))


def read_job(key: Key, path: str, inode: int) -> Reading:
    """The job in the directory at `path`. What cannot be read is said by the row's fault."""
    try:
        metadata, found = read_metadata_and_stat(
            f"{path}/{METADATA}", settings.FUSIONWEB_CLUSTER_TIME_ZONE, follow=False
        )
    except MetadataMissing as error:
        return _without_metadata(key, path, inode, error.message)
    except MetadataUnreadable as error:
        return _unreadable(key, inode, error)
    row = JobRow(*key, inode=inode, file_mtime_ns=found.st_mtime_ns, file_size=found.st_size)
    fill(row, metadata, owner=found.st_uid)
    row.search_text = search_text(key, row)
    # written so lately, it may be written once more within the same tick of the clock
    recent = time.time_ns() - found.st_mtime_ns < TICK_NS
    signature = None if recent else (found.st_mtime_ns, found.st_size)
    return Reading(key, Look(inode, signature), row)


def _without_metadata(key: Key, path: str, inode: int, fault: str) -> Reading:
    try:
        changed = modified_ns(path) / 1e9
    except OSError:
        # it has vanished since it was listed: its parent's next listing says so
        return Reading(key, Look(inode, None))
    if abs(time.time() - changed) < YOUNG_SECONDS:
        return Reading(key, Look(inode, None), again_in=YOUNG_SECONDS)
    row = JobRow(*key, fault=fault, inode=inode, readable=False, absent=True)
    row.listed_at = not_later(_from_seconds(changed))
    row.search_text = search_text(key, row)
    return Reading(key, Look(inode, ABSENT), row)


def _unreadable(key: Key, inode: int, error: MetadataUnreadable) -> Reading:
    """What was forbidden is tried at each look, what did not parse when the file has changed."""
    found = error.found
    row = JobRow(*key, fault=error.message[:500], inode=inode, readable=False)
    row.listed_at = not_later(_from_seconds(found.st_mtime) if found else None)
    row.search_text = search_text(key, row)
    if found is None:
        return Reading(key, Look(inode, None), row)
    row.file_mtime_ns, row.file_size = found.st_mtime_ns, found.st_size
    recent = abs(time.time() - found.st_mtime) < RECENT_SECONDS
    return Reading(
        key,
        Look(inode, (found.st_mtime_ns, found.st_size)),
        row,
        again_in=HALF_WRITTEN_SECONDS if recent else None,
    )


def fill(row: JobRow, metadata: Metadata, owner: int) -> None:
    """Every column that the file decides, cut and clamped to what every database takes."""
    row.status = metadata.status.value
    row.reason = (metadata.reason or "")[:500]
    row.job_key = (metadata.job_key or "")[:255]
    row.slurm_job_id = (metadata.slurm_job_id or "")[:100]
    row.unix_owner = owner_name(owner)
    row.pid = metadata.pid
    row.exit_code = _int4(metadata.exit_code)
    row.signal = (metadata.signal or "")[:20]
    fill_hardware(row, metadata.hardware or {})
    row.host = (metadata.host or row.hosts.strip().partition(" ")[0])[:255]
    fill_times(row, metadata)
    row.fault = "; ".join(metadata.faults)[:500]


def fill_hardware(row: JobRow, hardware: dict[str, Any]) -> None:
    chip, total, hosts = (hardware.get(key) for key in ("chip", "total_chips", "hosts"))
    row.chip = chip[:100] if isinstance(chip, str) else ""
    row.total_chips = _int4(total) if type(total) is int and total >= 0 else None
    if isinstance(hosts, list):
        words = " ".join(host for host in hosts[:MOST_HOSTS] if isinstance(host, str)).split()
        row.hosts = f" {' '.join(words)} " if words else ""


def fill_times(row: JobRow, metadata: Metadata) -> None:
    """A running job always has a heartbeat, and none is ahead of our clock: that would hide
    for as long that it has gone silent."""
    row.started_at = _utc(metadata.start_time)
    row.ended_at = _utc(metadata.end_time)
    written_at = _from_seconds(row.file_mtime_ns / 1e9)
    heartbeat = _utc(metadata.last_heartbeat)
    if heartbeat is None and metadata.status is Status.RUNNING:
        heartbeat = row.started_at or written_at
    row.heartbeat_at = None if heartbeat is None else not_later(heartbeat)
    row.listed_at = not_later(row.started_at or written_at)


def search_text(key: Iterable[str], row: JobRow | Job) -> str:
    """What a search looks through, of a row that is or will be under `key`."""
    return "\n".join((*key, row.job_key, row.slurm_job_id, row.hosts.strip(), row.chip)).lower()


def not_later(moment: datetime | None) -> datetime:
    now = datetime.now(UTC)
    return now if moment is None or moment > now else moment


@lru_cache(maxsize=4096)
def owner_name(uid: int) -> str:
    """A user of the machine by name, else by number."""
    try:
        return pwd.getpwuid(uid).pw_name[:100]
    except KeyError:
        return str(uid)


def _int4(value: int | None) -> int | None:
    return value if value is not None and abs(value) <= LARGEST_INT4 else None


def _utc(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        # the first or last day of the calendar, in another zone
        return None


def _from_seconds(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
