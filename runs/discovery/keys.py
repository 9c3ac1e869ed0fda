"""Find rows by the directories that they stand for, thousands at once."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db import connection

from runs.models import Checkpoint, Job, Root

from .kinds import Key

KEYS_A_QUERY = 2000
T = TypeVar("T")
COLUMNS = {Job: "run_id", Checkpoint: "suffix"}


def primary_keys(
    model: type[Job] | type[Checkpoint], root: Root, keys: Iterable[Key]
) -> dict[Key, int]:
    """The primary key of each row that there is.

    The keys are joined as a table: an IN for each column would try all of their combinations.
    """
    found: dict[Key, int] = {}
    for chunk in chunks(list(keys), KEYS_A_QUERY):
        with connection.cursor() as cursor:
            cursor.execute(_query(model, len(chunk)), [*_flat(chunk), root.pk])
            found |= {Key(*row[1:]): row[0] for row in cursor.fetchall()}
    return found


def _query(model: type[Job] | type[Checkpoint], count: int) -> str:
    table, last = model._meta.db_table, COLUMNS[model]
    values = ", ".join(["(%s, %s, %s, %s)"] * count)
    return (
        f"WITH wanted(w1, w2, w3, w4) AS (VALUES {values}) "
        f'SELECT id, project, "group", name, {last} FROM wanted JOIN {table} '
        f'ON project = w1 AND "group" = w2 AND name = w3 AND {last} = w4 AND root_id = %s'
    )


def _flat(keys: list[Key]) -> list[str]:
    return [part for key in keys for part in key]


def chunks(items: list[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
