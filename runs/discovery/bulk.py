"""Write a hundred thousand rows in short transactions without paying for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

# Of 4 KiB: SQLite's usual 1000 have it copy its log into the database 50 times on the way.
PAGES_BETWEEN_CHECKPOINTS = 20_000
USUAL_PAGES = 1000
# For the pages of the indexes that the next rows go into; otherwise each thread makes do with less.
BULK_CACHE_KB = 20_000
SPARE_CACHE_KB = 8000


@contextmanager
def many_writes() -> Iterator[None]:
    """Fewer checkpoints of SQLite's log, which each wait for the disk."""
    if connection.vendor != "sqlite":
        yield
        return
    pragma("wal_autocheckpoint", PAGES_BETWEEN_CHECKPOINTS)
    pragma("cache_size", -BULK_CACHE_KB)
    try:
        yield
    finally:
        pragma("wal_autocheckpoint", USUAL_PAGES)
        pragma("cache_size", -SPARE_CACHE_KB)


def pragma(name: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}={value}")


def spare_memory(connection: BaseDatabaseWrapper, **more: Any) -> None:
    """Each thread has a connection: what makes the web process's pages fast would add up here."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute(f"PRAGMA cache_size=-{SPARE_CACHE_KB}")
