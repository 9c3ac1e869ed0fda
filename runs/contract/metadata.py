"""Read `metadata.json`, by our shim or by anybody's training program."""

import os
import time
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from runs.contract.status import WRITTEN, Status
from runs.contract.times import read_time
from runs.contract.tolerant_json import load_json
from runs.errors import NotFound, PassingFault
from runs.files.regular import open_regular, pread_full

LARGEST_BYTES = 8 * 1024 * 1024
LONGEST_TEXT = 4096
LARGEST_INTEGER = 2**63 - 1
# Others rewrite the file in place: for some 0.3 ms a reader meets half of it.
READINGS = 4
PAUSE_SECONDS = 0.004


class MetadataUnreadable(PassingFault):
    """The file is there and says nothing usable; the message says why."""

    code = "metadata_unreadable"


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


TIMES = ("start_time", "last_heartbeat", "end_time")
TEXTS = ("name", "project", "group", "job_key", "run_id", "reason", "host", "boot_id")
TEXTS_OR_NUMBERS = ("slurm_job_id", "signal")
INTEGERS = ("exit_code", "pid", "pgid", "process_start_ticks")
OBJECTS = ("hardware", "config")
LISTS = ("signalled", "still_alive")
KNOWN = {"status", *TIMES, *TEXTS, *TEXTS_OR_NUMBERS, *INTEGERS, *OBJECTS, *LISTS}


def read_metadata(path: Path, zone: tzinfo | None = None) -> Metadata:
    """The file at `path`; times without a zone are in `zone` (None: this machine's).

    Sleeps a few milliseconds where it meets a half-written file, then raises MetadataUnreadable.
    """
    for reading in range(READINGS):
        if reading:
            time.sleep(PAUSE_SECONDS)
        try:
            return parse_metadata(_content(path), zone)
        except ValueError as error:
            fault = str(error)
    raise MetadataUnreadable(f"{path.name} does not parse: {fault}")


def parse_metadata(data: bytes, zone: tzinfo | None = None) -> Metadata:
    """ValueError where it is not a JSON object."""
    values = load_json(data)
    if not isinstance(values, dict):
        raise ValueError("it is not a JSON object")
    return _Reading(values, zone).metadata()


def _content(path: Path) -> bytes:
    try:
        with open_regular(path) as descriptor:
            if os.fstat(descriptor).st_size > LARGEST_BYTES:
                raise MetadataUnreadable(f"{path.name} is larger than 8 MiB.")
            return pread_full(descriptor, LARGEST_BYTES, 0)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MetadataMissing(f"There is no {path.name}.") from error
    except (OSError, NotFound) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MetadataUnreadable(f"{path.name} cannot be read: {reason}") from error


class _Reading:
    """Takes the known keys out of one object, noting what does not fit."""

    def __init__(self, values: dict[str, Any], zone: tzinfo | None) -> None:
        self.values = values
        self.zone = zone
        self.faults: list[str] = []

    def metadata(self) -> Metadata:
        fields: dict[str, Any] = {"status": self.status()}
        fields |= {key: self.time(key) for key in TIMES}
        fields |= {key: self.text(key) for key in TEXTS}
        fields |= {key: self.text(key, numbers=True) for key in TEXTS_OR_NUMBERS}
        fields |= {key: self.integer(key) for key in INTEGERS}
        fields |= {key: self.container(key, dict, "an object") for key in OBJECTS}
        fields |= {key: self.container(key, list, "a list") for key in LISTS}
        extra = {key: value for key, value in self.values.items() if key not in KNOWN}
        return Metadata(**fields, extra=extra, faults=self.faults)

    def status(self) -> Status:
        written = self.values.get("status")
        if isinstance(written, str) and written in WRITTEN:
            return Status(written)
        self.refuse("status", "a status")
        return Status.UNKNOWN

    def time(self, key: str) -> datetime | None:
        value = self.values.get(key)
        try:
            return None if value is None else read_time(value, self.zone)
        except (ValueError, TypeError):
            self.refuse(key, "a time")
            return None

    def text(self, key: str, *, numbers: bool = False) -> str | None:
        value = self.values.get(key)
        if numbers and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None or isinstance(value, str):
            return value and value[:LONGEST_TEXT]
        self.refuse(key, "text")
        return None

    def integer(self, key: str) -> int | None:
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER:
            return value
        if value is not None:
            self.refuse(key, "an integer")
        return None

    def container(self, key: str, kind: type, expected: str) -> Any:
        value = self.values.get(key)
        if value is None or isinstance(value, kind):
            return value
        self.refuse(key, expected)
        return None

    def refuse(self, key: str, expected: str) -> None:
        shown = repr(self.values.get(key))[:80]
        self.faults.append(f"{key} is {shown}, not {expected}")
