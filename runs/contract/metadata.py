"""Read `metadata.json`, by our shim or by anybody's training program."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, NoReturn

from runs.contract.layout import METADATA
from runs.contract.status import WRITTEN, Status
from runs.contract.times import read_time
from runs.contract.tolerant_json import load_json
from runs.errors import NotFound, PassingFault
from runs.files.regular import Readable, open_regular, pread_full

LARGEST_BYTES = 8 * 1024 * 1024
LONGEST_TEXT = 4096
LARGEST_INTEGER = 2**63 - 1
# Others rewrite the file in place: for some 0.3 ms a reader meets half of it.
READINGS = 4
PAUSE_SECONDS = 0.004
# A file that was written longer ago is not being written: there is nothing to wait for.
RECENT_SECONDS = 60


class MetadataUnreadable(PassingFault):
    """The file is there and says nothing usable; the message says why.

    `found` is how it looked where it was opened: while it looks the same, it says the same.
    """

    code = "metadata_unreadable"

    def __init__(self, message: str, found: os.stat_result | None = None) -> None:
        super().__init__(message)
        self.found = found


class MetadataMissing(MetadataUnreadable):
    """There is no such file, or no such directory any more."""


@dataclass
class Metadata:
    """What the file says. What it does not say, or says in a wrong type, is None.

    Times are aware. `extra` keeps the keys not named here, `faults` one sentence per wrong value.
    """

    status: Status = Status.UNKNOWN
    name: str | None = None
    project: str | None = None
    group: str | None = None
    job_key: str | None = None
    run_id: str | None = None
    start_time: datetime | None = None
    last_heartbeat: datetime | None = None
    end_time: datetime | None = None
    slurm_job_id: str | None = None
    hardware: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    exit_code: int | None = None
    signal: str | None = None
    reason: str | None = None
    host: str | None = None
    boot_id: str | None = None
    pid: int | None = None
    pgid: int | None = None
    process_start_ticks: int | None = None
    signalled: list[Any] | None = None
    still_alive: list[Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Reader(NamedTuple):
    """How one key is read; ValueError or TypeError where the value is not what is expected."""

    expected: str
    read: Callable[[Any, tzinfo | None], Any]


def _status(value: Any, zone: tzinfo | None) -> Status:
    return Status(value) if value in WRITTEN else _refuse()


def _text(value: Any, zone: tzinfo | None) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else _refuse()


def _text_or_number(value: Any, zone: tzinfo | None) -> str:
    return str(value) if type(value) is int else _text(value, zone)


def _integer(value: Any, zone: tzinfo | None) -> int:
    return value if type(value) is int and abs(value) <= LARGEST_INTEGER else _refuse()


def _object(value: Any, zone: tzinfo | None) -> dict[str, Any]:
    return value if isinstance(value, dict) else _refuse()


def _list(value: Any, zone: tzinfo | None) -> list[Any]:
    return value if isinstance(value, list) else _refuse()


def _refuse() -> NoReturn:
    raise ValueError


READERS = {"status": _Reader("a status", _status)}
READERS |= dict.fromkeys(("start_time", "last_heartbeat", "end_time"), _Reader("a time", read_time))
READERS |= dict.fromkeys(
    ("name", "project", "group", "job_key", "run_id", "reason", "host", "boot_id"),
    _Reader("text", _text),
)
READERS |= dict.fromkeys(("slurm_job_id", "signal"), _Reader("text", _text_or_number))
READERS |= dict.fromkeys(
    ("exit_code", "pid", "pgid", "process_start_ticks"), _Reader("an integer", _integer)
)
READERS |= dict.fromkeys(("hardware", "config"), _Reader("an object", _object))
READERS |= dict.fromkeys(("signalled", "still_alive"), _Reader("a list", _list))


def read_metadata(path: Readable, zone: tzinfo | None = None) -> Metadata:
    """The file at `path`; times without a zone are in `zone` (None: this machine's).

    Sleeps a few milliseconds where it meets a half-written file, then raises MetadataUnreadable.
    """
    return read_metadata_and_stat(path, zone)[0]


def read_metadata_and_stat(
    path: Readable | str, zone: tzinfo | None = None, *, follow: bool = True
) -> tuple[Metadata, os.stat_result]:
    """`read_metadata`, and how the file looked just before it was read.

    With `follow=False` a symlink is unreadable: it may lead out of what one wants to look into.
    """
    for reading in range(READINGS):
        if reading:
            time.sleep(PAUSE_SECONDS)
        content, found = _content(path, follow)
        try:
            return parse_metadata(content, zone), found
        except ValueError as error:
            fault = str(error)
        if abs(time.time() - found.st_mtime) > RECENT_SECONDS:
            break
    raise MetadataUnreadable(f"{METADATA} does not parse: {fault}", found)


def parse_metadata(data: bytes, zone: tzinfo | None = None) -> Metadata:
    """ValueError where it is not a JSON object."""
    values = load_json(data)
    if not isinstance(values, dict):
        raise ValueError("it is not a JSON object")
    metadata = Metadata()
    if values.get("status") is None:
        metadata.faults.append("status is None, not a status")
    for key, value in values.items():
        reader = READERS.get(key)
        if reader is None:
            metadata.extra[key] = value
        elif value is not None:
            _take(metadata, key, value, reader, zone)
    return metadata


def _take(metadata: Metadata, key: str, value: Any, reader: _Reader, zone: tzinfo | None) -> None:
    try:
        setattr(metadata, key, reader.read(value, zone))
    except (ValueError, TypeError):
        metadata.faults.append(f"{key} is {repr(value)[:80]}, not {reader.expected}")


def _content(path: Readable | str, follow: bool) -> tuple[bytes, os.stat_result]:
    try:
        with open_regular(path, follow=follow) as descriptor:
            found = os.fstat(descriptor)
            if found.st_size > LARGEST_BYTES:
                raise MetadataUnreadable(f"{METADATA} is larger than 8 MiB.", found)
            return pread_full(descriptor, found.st_size, 0), found
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MetadataMissing(f"There is no {METADATA}.") from error
    except (OSError, NotFound) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MetadataUnreadable(f"{METADATA} cannot be read: {reason}") from error
