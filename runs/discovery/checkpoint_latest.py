"""Which checkpoint of a name is its latest: what the file `latest` names, else the newest."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection, transaction

from runs.contract.checkpoint import read_latest
from runs.models import Checkpoint, Root

from .announce import Change, announce
from .keys import chunks
from .kinds import NameKey

NAMES_A_BATCH = 500


def mark_latest(root: Root, names: Iterable[tuple[NameKey, str]]) -> None:
    """Bring `latest` of all checkpoints of these names (key and path) in step with the disk."""
    for some in chunks(list(names), NAMES_A_BATCH):
        said = {key: read_latest(path) for key, path in some}
        with transaction.atomic():
            _mark(root, said)


class Row(NamedTuple):
    """What decides; a model's instance of each would take as long as all the rest."""

    pk: int
    key: NameKey
    suffix: str
    complete: bool
    saved_at: Any
    latest: str


def choose(rows: list[Row], said: str | None) -> dict[int, str]:
    """What `latest` of each row ought to be, by primary key; those left out: nothing."""
    for row in rows:
        if row.suffix == said:
            return {row.pk: Checkpoint.Latest.FILE.value}
    complete = [row for row in rows if row.complete]
    newest = max(complete, key=lambda row: (row.saved_at, row.pk), default=None)
    return {newest.pk: Checkpoint.Latest.FALLBACK.value} if newest else {}


def _mark(root: Root, said: dict[NameKey, str | None]) -> None:
    wrong: dict[str, list[Row]] = defaultdict(list)
    for key, rows in _rows(root, said).items():
        right = choose(rows, said[key])
        for row in rows:
            if row.latest != right.get(row.pk, ""):
                wrong[right.get(row.pk, "")].append(row)
    for latest, rows in wrong.items():
        Checkpoint.objects.filter(pk__in=[row.pk for row in rows]).update(latest=latest)
        announce("checkpoints", [_change(row, latest) for row in rows])


def _rows(root: Root, names: Iterable[NameKey]) -> dict[NameKey, list[Row]]:
    wanted = list(names)
    values = ", ".join(["(%s, %s, %s)"] * len(wanted))
    rows: dict[NameKey, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        # CROSS and plus have SQLite begin with the names, not read the whole root for each.
        cursor.execute(
            f"WITH wanted(w1, w2, w3) AS (VALUES {values}) "
            "SELECT w1, w2, w3, c.id, c.suffix, c.complete, c.saved_at, c.latest "
            f"FROM wanted CROSS JOIN {Checkpoint._meta.db_table} c "
            'WHERE c.project = w1 AND c."group" = w2 AND c.name = w3 '
            "AND +c.root_id = %s AND c.gone_at IS NULL",
            [*(part for name in wanted for part in name), root.pk],
        )
        for project, group, name, pk, *rest in cursor.fetchall():
            key = (project, group, name)
            rows[key].append(Row(pk, key, *rest))
    return rows


def _change(row: Row, latest: str) -> Change:
    project, group, name = row.key
    payload = {"project": project, "group": group, "name": name, "suffix": row.suffix}
    return Change("checkpoint.changed", row.pk, project, {**payload, "latest": latest})
