"""Read one checkpoint's directory into the columns of its row. Disk only, no database."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from runs.contract.checkpoint import CheckpointFacts, modified_ns, read_checkpoint
from runs.models import Checkpoint

from .job_reading import owner_name
from .kinds import Key, Look, Reading

# Some payloads are written in place, and a commit inside of one does not change its directory.
YOUNG_SECONDS = 120.0
SOON_SECONDS = 5.0
UNFINISHED_SECONDS = 3600.0
LATER_SECONDS = 60.0


@dataclass(slots=True)
class CheckpointRow:
    """Columns as they are stored. `readable` False: only `fault` is news, for a row that is
    there."""

    project: str
    group: str
    name: str
    suffix: str
    inode: int
    saved_at: datetime
    complete: bool = False
    reason: str = ""
    config_name: str = ""
    made_by_name: str = ""
    made_by_id: str = ""
    unix_owner: str = ""
    steps: int | None = None
    score: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    search_text: str = ""
    fault: str = ""
    directory_mtime_ns: int = 0
    readable: bool = True


def read(key: Key, path: str, inode: int) -> Reading:
    """What cannot be read is said by the row's fault."""
    try:
        facts = read_checkpoint(path)
    except (FileNotFoundError, NotADirectoryError):
        # it has vanished since it was listed: the next listing above it says so
        return Reading(key, Look(inode, None))
    except OSError as error:
        return _unreadable(key, path, inode, error)
    row = _row(key, facts)
    look = Look(facts.inode, (facts.modified_ns,))
    return Reading(key, look, row, again_in=_again_in(row))


def search_text(row: CheckpointRow | Checkpoint) -> str:
    key = (row.project, row.group, row.name, row.suffix)
    return "\n".join((*key, row.made_by_name, row.made_by_id, row.unix_owner)).lower()


def _row(key: Key, facts: CheckpointFacts) -> CheckpointRow:
    row = CheckpointRow(
        *key,
        inode=facts.inode,
        saved_at=facts.saved_at,
        complete=facts.complete,
        reason=facts.reason[:500],
        config_name=facts.config_name,
        made_by_name=facts.made_by_name,
        made_by_id=facts.made_by_id,
        unix_owner=owner_name(facts.owner),
        steps=facts.steps,
        score=facts.score,
        metrics=facts.metrics,
        fault="; ".join(facts.faults)[:500],
        directory_mtime_ns=facts.modified_ns,
    )
    row.search_text = search_text(row)
    return row


def _again_in(row: CheckpointRow) -> float | None:
    age = abs(time.time() - row.directory_mtime_ns / 1e9)
    if row.complete and not row.fault:
        return LATER_SECONDS if age < LATER_SECONDS else None
    if age < YOUNG_SECONDS:
        return SOON_SECONDS
    return LATER_SECONDS if age < UNFINISHED_SECONDS else UNFINISHED_SECONDS


def _unreadable(key: Key, path: str, inode: int, error: OSError) -> Reading:
    """Tried again at each look: what is forbidden may be allowed, and nothing shows it."""
    try:
        saved_at = datetime.fromtimestamp(min(modified_ns(path) / 1e9, time.time()), UTC)
    except OSError:
        return Reading(key, Look(inode, None))
    row = CheckpointRow(*key, inode=inode, saved_at=saved_at, readable=False)
    row.reason = "Nobody could look into it."
    row.fault = f"Its directory cannot be read: {error.strerror or error}."[:500]
    row.search_text = search_text(row)
    return Reading(key, Look(inode, None), row)
