"""Write a hundred thousand rows in short transactions without paying for each."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Of 4 KiB: SQLite's usual 1000 have it copy its log into the database 50 times on the way.
PAGES_BETWEEN_CHECKPOINTS = 20_000
USUAL_PAGES = 1000


@contextmanager
def many_writes() -> Iterator[None]:
    """Fewer checkpoints of SQLite's log, which each wait for the disk."""
    if connection.vendor != "sqlite":
        yield
        return
    set_checkpoint(PAGES_BETWEEN_CHECKPOINTS)
    try:
        yield
    finally:
        set_checkpoint(USUAL_PAGES)


def set_checkpoint(pages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA wal_autocheckpoint={pages}")
