"""Find rows whose `search_text` holds every word of a text, each anywhere in it.

SQLite finds them through an index of all runs of three characters, `<table>_search`, which only
proposes: LIKE has the last word. Filled by a trigger it costs 0.1 ms a row, 10 s for 100,000
jobs, because SQLite writes out its pending words at the end of every trigger; filled with many
rows by one statement, a tenth of that. So `index_for_search` fills it; rows above the largest
number in it, and those that triggers note in `<table>_search_stale`, are candidates until then.

Rows go by a number there: the primary key, or for runs, whose key is text, what
`runs_run_search_number` gives them. SQLite's own row numbers may change with VACUUM.

PostgreSQL looks LIKE up in an index of trigrams by itself.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value

from runs.contract.tolerant_json import storable_text

TRIGRAM = 3
# More of them narrow nothing further that is worth their time.
MOST_TRIGRAMS = 32
# So many candidates are fetched by key and sorted. Above, the list's own index is walked in its
# order, past all that are no candidates; above MANY it soon meets enough matches without help.
FEW = 2_000
MANY = 20_000
CHUNK_ROWS = 10_000

Found = TypeVar("Found", bound=Model)


def search(rows: QuerySet[Found], text: str) -> QuerySet[Found]:
    """Those of `rows` that hold every word of `text`, in any case; no character is special."""
    words = storable_text(text.lower()).split()
    for word in words:
        rows = rows.filter(search_text__contains=word)
    wanted = trigrams(words)
    connection = connections[rows.db]
    if not wanted or connection.vendor != "sqlite":
        return rows
    index = INDEXES[rows.model._meta.db_table]
    match = " AND ".join(f'"{trigram}"' for trigram in wanted)
    with connection.cursor() as cursor:
        keys = index.first_keys(cursor, match, FEW + 1)
        if len(keys) <= FEW:
            return rows.filter(pk__in=keys)
        if index.count(cursor, match, MANY + 1) > MANY:
            return rows
    return rows.filter(among(index.keys, match))


def trigrams(words: list[str]) -> list[str]:
    """What a candidate must hold; words of one or two characters have none."""
    found = dict.fromkeys(
        word[start : start + TRIGRAM].replace('"', '""')
        for word in words
        for start in range(len(word) - TRIGRAM + 1)
    )
    return list(found)[:MOST_TRIGRAMS]


def among(keys: str, match: str) -> Func:
    """The plus keeps SQLite from fetching all candidates and sorting them for one page."""
    before, after = keys.split("%s")
    return Func(
        F("pk"),
        Value(match),
        arg_joiner=f" IN ({before}",
        template=f"+%(expressions)s{after})",
        output_field=BooleanField(),
    )


def index_for_search() -> int:
    """Takes what was added or changed into the index; returns how many rows, 0 when all are in.

    At most 10,000 new ones of each table, each in one short transaction (some 0.15 s).
    """
    if connections[DEFAULT_DB_ALIAS].vendor != "sqlite":
        return 0
    return sum(index.catch_up() for index in INDEXES.values())


@dataclass(frozen=True)
class Index:
    """The index of one table. `numbers` is the table, and its columns, of numbers and keys."""

    table: str
    numbers: str
    n: str = "id"
    key: str = "id"

    @property
    def name(self) -> str:
        return f"{self.table}_search"

    @property
    def newest(self) -> str:
        return f"(SELECT ifnull(max(id), 0) FROM {self.name}_docsize)"

    @property
    def candidates(self) -> str:
        """SELECT of the numbers of rows that may hold what its one parameter matches."""
        return (
            f"SELECT rowid AS n FROM {self.name} WHERE {self.name} MATCH %s"
            f" UNION ALL SELECT n FROM {self.name}_stale"
            f" UNION ALL SELECT {self.n} FROM {self.numbers} WHERE {self.n} > {self.newest}"
        )

    @property
    def keys(self) -> str:
        """The same as primary keys."""
        if self.n == self.key:
            return self.candidates
        return (
            f"SELECT {self.key} FROM ({self.candidates}) AS candidates"
            f" JOIN {self.numbers} USING (n)"
        )

    def first_keys(self, cursor: Any, match: str, limit: int) -> list[Any]:
        cursor.execute(f"{self.keys} LIMIT {limit}", [match])
        return [key for (key,) in cursor]

    def count(self, cursor: Any, match: str, limit: int) -> int:
        cursor.execute(f"SELECT count(*) FROM ({self.candidates} LIMIT {limit})", [match])
        return int(cursor.fetchone()[0])

    def catch_up(self) -> int:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            if not self.has_more(cursor):
                return 0
            with transaction.atomic():
                return self.take_in_changed(cursor) + self.take_in_new(cursor)

    def has_more(self, cursor: Any) -> bool:
        """Asked without the right to write, which others may be waiting for."""
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {self.name}_stale)"
            f" OR EXISTS (SELECT 1 FROM {self.numbers} WHERE {self.n} > {self.newest})"
        )
        return bool(cursor.fetchone()[0])

    def take_in_changed(self, cursor: Any) -> int:
        stale = f"{self.name}_stale"
        cursor.execute(
            f"INSERT INTO {self.name} ({self.name}, rowid, search_text)"
            f" SELECT 'delete', n, search_text FROM {stale} WHERE search_text IS NOT NULL"
        )
        cursor.execute(f"{self.insert} WHERE {self.n} IN (SELECT n FROM {stale})")
        cursor.execute(f"DELETE FROM {stale}")
        return int(cursor.rowcount)

    def take_in_new(self, cursor: Any) -> int:
        cursor.execute(
            f"{self.insert} WHERE {self.n} > {self.newest} ORDER BY {self.n} LIMIT {CHUNK_ROWS}"
        )
        return int(cursor.rowcount)

    @property
    def insert(self) -> str:
        source = self.table
        if self.n != self.key:
            source += f" JOIN {self.numbers} ON {self.table}.id = {self.key}"
        texts = f"{self.name} (rowid, search_text)"
        return f"INSERT INTO {texts} SELECT {self.n}, search_text FROM {source}"


INDEXES = {
    "runs_run": Index("runs_run", "runs_run_search_number", n="n", key="run_id"),
    "runs_job": Index("runs_job", "runs_job"),
    "runs_checkpoint": Index("runs_checkpoint", "runs_checkpoint"),
}
