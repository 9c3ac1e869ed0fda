"""Read one checkpoint's directory: what made it, its numbers, and whether it is complete.

Trainers write rng.npy, config.json, job.json, config.yaml, the payload, then `latest` above. The
payload is files of any kind, or Orbax's `checkpoint/`, which counts once it is committed.
"""

import math
import os
import stat
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from runs.contract.checkpoint_places import (
    COMMITTED,
    CONFIGS,
    JOB,
    LATEST,
    ORBAX_METADATA,
    PAYLOAD,
    UNFINISHED,
    Entries,
    is_payload,
    list_entries,
)
from runs.contract.small_file import FileUnusable, read_object, read_small_file

CONFIG_NUMBERS = "config.json"
LATEST_BYTES = 4096
LONGEST_TEXT = 255
MOST_METRICS = 100
LARGEST_INTEGER = 2**63 - 1
# Written before any payload.
BESIDE_PAYLOAD = frozenset((*CONFIGS, JOB, "rng.npy"))
PARTIAL = (".tmp", ".part", ".partial")
# A clock that is set to nothing says 1970.
EARLIEST_SECONDS = 946_684_800


@dataclass
class CheckpointFacts:
    """`reason` says why it is not complete. `metrics` are the numbers of its config.json, at most
    a hundred, `steps` and `score` among them. `saved_at` is aware, and not in the future.

    `inode` and `modified_ns` are how it looked before it was read, `owner` is a user number.
    `faults` has one sentence for each file that could not be used.
    """

    inode: int
    modified_ns: int
    owner: int
    saved_at: datetime
    complete: bool = False
    reason: str = ""
    config_name: str = ""
    made_by_name: str = ""
    made_by_id: str = ""
    steps: int | None = None
    score: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_checkpoint(path: str) -> CheckpointFacts:
    """Raises OSError where the directory cannot be listed; what it holds is never an error."""
    found = os.lstat(path)
    changed_ns = modified_ns(path)
    entries = list_entries(path)
    facts = CheckpointFacts(
        inode=found.st_ino,
        modified_ns=changed_ns,
        owner=found.st_uid,
        saved_at=_moment(changed_ns / 1e9),
    )
    facts.config_name = next((name for name in CONFIGS if name in entries.files), "")
    if CONFIG_NUMBERS in entries.files:
        _take_numbers(facts, _object(path, CONFIG_NUMBERS, facts.faults))
    if JOB in entries.files:
        job = _object(path, JOB, facts.faults)
        facts.made_by_name, facts.made_by_id = _text(job.get("name")), _text(job.get("id"))
    facts.reason = _take_payload(facts, path, entries)
    facts.complete = not facts.reason
    return facts


def modified_ns(path: str) -> int:
    """When it last changed, in nanoseconds: the directory, or its config.json, which some write
    over in place with each save. Raises OSError where there is no such directory."""
    changed_ns = os.lstat(path).st_mtime_ns
    try:
        return max(changed_ns, os.lstat(f"{path}/{CONFIG_NUMBERS}").st_mtime_ns)
    except OSError:
        return changed_ns


def read_latest(path: str) -> str | None:
    """What the file `latest` in a name's directory says; None where it says nothing.

    It is a key to look up among the suffixes there, never part of a path.
    """
    try:
        data = read_small_file(f"{path}/{LATEST}", LATEST_BYTES)
    except (OSError, FileUnusable):
        return None
    return data.decode("utf-8", errors="replace").strip() or None


def _take_numbers(facts: CheckpointFacts, values: dict[str, object]) -> None:
    numbers = {key[:LONGEST_TEXT]: value for key, value in values.items() if _is_number(value)}
    facts.metrics = dict(list(numbers.items())[:MOST_METRICS])  # type: ignore[arg-type]
    steps, score = numbers.get("steps"), numbers.get("score")
    if isinstance(steps, int | float) and float(steps).is_integer():
        facts.steps = int(steps) if abs(steps) <= LARGEST_INTEGER else None
    if isinstance(score, int | float):
        facts.score = float(score)


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) <= LARGEST_INTEGER
    return isinstance(value, float) and math.isfinite(value)


def _take_payload(facts: CheckpointFacts, path: str, entries: Entries) -> str:
    """Why it is not complete, "" where it is; takes the time of the commit where one is told."""
    if UNFINISHED in path.rpartition("/")[2]:
        return "It is the temporary directory of a save that did not finish."
    if PAYLOAD in entries.directories:
        return _take_commit(facts, f"{path}/{PAYLOAD}", f"{PAYLOAD}/ ", entries)
    if ORBAX_METADATA in entries.files or COMMITTED in entries.files:
        return _take_commit(facts, path, "It ", entries)
    if any(_is_of_payload(name) for name in (*entries.files, *entries.directories)):
        return ""
    unfinished = sorted(name for name in entries.directories if UNFINISHED in name)
    if unfinished:
        return f"Its payload was not committed: there is only {unfinished[0]}."[:500]
    if entries.files or entries.directories:
        return "It has no payload yet."
    return "It is empty."


def _is_of_payload(name: str) -> bool:
    if name in BESIDE_PAYLOAD or UNFINISHED in name or name.lower().endswith(PARTIAL):
        return False
    return is_payload(name)


def _take_commit(facts: CheckpointFacts, path: str, subject: str, entries: Entries) -> str:
    """Of an Orbax directory: a file says that it is committed, or another says when."""
    committed_ns = _commit_time(f"{path}/{ORBAX_METADATA}")
    if committed_ns:
        facts.saved_at = _moment(committed_ns / 1e9)
    if committed_ns or COMMITTED in entries.files or _is_file(f"{path}/{COMMITTED}"):
        return ""
    return f"{subject}is not committed: it has neither {COMMITTED} nor a commit time."


def _commit_time(path: str) -> int:
    """In nanoseconds since 1970; 0 where none is told."""
    try:
        values = read_object(path)
    except (OSError, FileUnusable):
        return 0
    nanoseconds = values.get("commit_timestamp_nsecs")
    if type(nanoseconds) is not int or not 0 < nanoseconds <= LARGEST_INTEGER:
        return 0
    return nanoseconds


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _object(path: str, name: str, faults: list[str]) -> dict[str, object]:
    try:
        return read_object(f"{path}/{name}")
    except FileNotFoundError:
        # it was there when the directory was listed: saved over, and looked at again
        return {}
    except OSError as error:
        faults.append(f"{name} cannot be read: {error.strerror or error}.")
    except FileUnusable as error:
        faults.append(f"{name} {error.message}")
    return {}


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) <= LARGEST_INTEGER else ""
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _moment(seconds: float) -> datetime:
    """Never ahead of our clock, nor before there were checkpoints."""
    return datetime.fromtimestamp(max(EARLIEST_SECONDS, min(seconds, time.time())), UTC)
