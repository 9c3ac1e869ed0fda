"""Write checkpoints' rows in bulk, and tell of what became different. Inside a transaction.

Reviews are never written here: a row that somebody reviewed outlives its directory.
"""

import json
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from runs.models import Checkpoint, Project, Review, Root

from .announce import Change, announce
from .checkpoint_reading import CheckpointRow, search_text
from .keys import chunks, primary_keys
from .kinds import Key

KEY_COLUMNS = ("project", "group", "name", "suffix")
READ_COLUMNS = (
    *("saved_at", "complete", "reason", "config_name", "made_by_name", "made_by_id"),
    *("unix_owner", "steps", "score", "metrics", "search_text", "directory_mtime_ns"),
)
SEEN_COLUMNS = ("fault", "inode")
COLUMNS = (*KEY_COLUMNS, *READ_COLUMNS, *SEEN_COLUMNS)
# What a new row begins with; the last two are set again: it is back, and to be measured anew.
BEGINNINGS = "'', 'unreviewed', %s, '', NULL, NULL"
BEGUN = ("latest", "decision", "pinned", "review_note", "gone_at", "measured_at")
# A difference in one of these is worth an event.
TOLD = (
    *("complete", "reason", "config_name", "made_by_name", "made_by_id", "steps", "score"),
    *("metrics", "fault"),
)
ROWS_A_STATEMENT = 500
_told = attrgetter(*TOLD)


def write(root: Root, rows: list[CheckpointRow], *, quiet: bool) -> None:
    """Insert or update; what has come back is no longer gone. With `quiet` no event is recorded.

    A row whose directory could not be listed changes nothing of what was read before.
    """
    before = {} if quiet else _rows(root, [_key(row) for row in rows])
    _make_projects(row.project for row in rows)
    _upsert(root, [row for row in rows if row.readable], (*READ_COLUMNS, *SEEN_COLUMNS))
    _upsert(root, [row for row in rows if not row.readable], SEEN_COLUMNS)
    if not quiet:
        announce("checkpoints", _changes(root, rows, before))


def move(root: Root, moves: dict[Key, Key]) -> None:
    """The row keeps its reviews, under the new path."""
    numbers = primary_keys(Checkpoint, root, moves)
    rows = Checkpoint.objects.in_bulk(numbers.values())
    for old, pk in numbers.items():
        row = rows[pk]
        row.project, row.group, row.name, row.suffix = moves[old]
        row.search_text = search_text(row)
    _make_projects(row.project for row in rows.values())
    Checkpoint.objects.bulk_update(rows.values(), [*KEY_COLUMNS, "search_text"], batch_size=500)
    announce("checkpoints", [_change("checkpoint.changed", row) for row in rows.values()])


def remove(root: Root, keys: list[Key]) -> None:
    """Of those that somebody reviewed or pinned it is noted that they are gone."""
    numbers = primary_keys(Checkpoint, root, keys).values()
    for pks in chunks(list(numbers), ROWS_A_STATEMENT):
        rows = Checkpoint.objects.filter(pk__in=pks, gone_at=None)
        announce("checkpoints", [_change("checkpoint.gone", row) for row in rows])
        kept = list(reviewed(rows).values_list("pk", flat=True))
        rows.exclude(pk__in=kept).delete()
        rows.filter(pk__in=kept).update(gone_at=timezone.now(), latest=Checkpoint.Latest.NO)


def reviewed(rows: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
    """Those with a review, now or once."""
    history = Exists(Review.objects.filter(checkpoint=OuterRef("pk")))
    return rows.filter(~Q(decision=Checkpoint.Decision.UNREVIEWED) | Q(pinned=True) | history)


def _make_projects(slugs: Iterable[str]) -> None:
    wanted = set(slugs)
    missing = wanted - set(Project.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    Project.objects.bulk_create(
        [Project(slug=slug) for slug in sorted(missing)], ignore_conflicts=True
    )


def _upsert(root: Root, rows: list[CheckpointRow], columns: Iterable[str]) -> None:
    """By hand: the ORM takes 0.4 ms for each."""
    if not rows:
        return
    names = ", ".join(map(connection.ops.quote_name, (*COLUMNS, *BEGUN)))
    marks = ", ".join(["%s"] * (len(COLUMNS) + 1))
    updated = (*columns, "gone_at", "measured_at")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {Checkpoint._meta.db_table} (root_id, {names}) "
            f"VALUES ({marks}, {BEGINNINGS}) "
            'ON CONFLICT (project, "group", name, suffix, root_id) DO UPDATE SET '
            + ", ".join(f"{column} = excluded.{column}" for column in updated),
            [(root.pk, *_parameters(row), False) for row in rows],
        )


def _parameters(row: CheckpointRow) -> list[Any]:
    values = [getattr(row, column) for column in COLUMNS]
    values[SAVED_AT] = connection.ops.adapt_datetimefield_value(row.saved_at)
    values[METRICS] = json.dumps(row.metrics)
    return values


SAVED_AT, METRICS = COLUMNS.index("saved_at"), COLUMNS.index("metrics")


def _rows(root: Root, keys: Iterable[Key]) -> dict[Key, Checkpoint]:
    found = primary_keys(Checkpoint, root, keys)
    rows = Checkpoint.objects.in_bulk(found.values())
    return {key: rows[pk] for key, pk in found.items() if pk in rows}


def _changes(root: Root, rows: list[CheckpointRow], before: dict[Key, Checkpoint]) -> list[Change]:
    changes = []
    for key, row in _rows(root, [_key(row) for row in rows]).items():
        known = before.get(key)
        if known is None or known.gone_at:
            changes.append(_change("checkpoint.found", row))
        elif _told(known) != _told(row):
            changes.append(_change("checkpoint.changed", row))
    return changes


def _key(row: CheckpointRow | Checkpoint) -> Key:
    return Key(row.project, row.group, row.name, row.suffix)


def _change(kind: str, row: Checkpoint) -> Change:
    payload = dict(zip(KEY_COLUMNS, _key(row), strict=True))
    return Change(kind, row.pk, row.project, {**payload, "complete": row.complete})
