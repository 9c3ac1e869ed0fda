"""Clean-up by the clock: half-made directories, rows of supervisors that are gone."""

import logging
import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from runs.lifecycle.places import STAGING
from runs.lifecycle.processes import ProcessIdentity, is_alive
from runs.models import Supervisor
from runs.models.supervisor import DOWN_AFTER

logger = logging.getLogger(__name__)

# A directory that is still being made is never this old.
STAGING_SECONDS = 3600
ROWS_KEPT = timedelta(days=1)
FEW_ROWS = 1000
GROWTH = 10
STATISTICS_SECONDS = 3600.0


def dead_supervisors(own_name: str) -> list[str]:
    """Names of those that cannot come back: their process is gone from this very machine."""
    rows = Supervisor.objects.filter(host=os.uname().nodename).exclude(name=own_name)
    return [row.name for row in rows if not is_alive(ProcessIdentity(**row.identity))]


def forget_old_supervisors() -> None:
    Supervisor.objects.filter(heartbeat_at__lt=timezone.now() - ROWS_KEPT - DOWN_AFTER).delete()


class Statistics:
    """SQLite chooses indexes by statistics that it takes only when it is told to.

    Those of a few rows mislead it once there are many, worse than none: a project that was the
    only one is then read before the hundred thousand runs of it. So a small table has none, and
    they are taken anew by the hour, and whenever the tables have grown tenfold.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.next_by_clock = 0.0

    def keep_fresh(self, now: float) -> bool:
        """Whether they were taken; `now` in seconds of any clock that only goes on."""
        if connection.vendor != "sqlite":
            return False
        rows = most_rows()
        if rows < FEW_ROWS:
            forget_statistics()
            return False
        if now < self.next_by_clock and rows < GROWTH * self.rows:
            return False
        self.rows, self.next_by_clock = rows, now + STATISTICS_SECONDS
        take_statistics()
        return True


def most_rows() -> int:
    """At most so many rows the large tables have: the highest number given, found at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(rowid) FROM runs_run UNION ALL SELECT max(rowid) FROM runs_job")
        return max(number or 0 for (number,) in cursor.fetchall())


def forget_statistics() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchone():
            return
        cursor.execute("SELECT 1 FROM sqlite_stat1 LIMIT 1")
        if cursor.fetchone():
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_master")


def take_statistics() -> None:
    with connection.cursor() as cursor:
        # a thousand rows of each index say enough, and hold the write lock for a moment only
        cursor.execute("PRAGMA analysis_limit=1000")
        cursor.execute("ANALYZE")


def remove_half_made() -> None:
    """What a killed web process left in the staging directories."""
    for root in settings.FUSIONWEB_STATUS_DIRS:
        for path in children(Path(root) / STAGING):
            if is_older_than(path, STAGING_SECONDS):
                remove(path)


def children(directory: Path) -> Iterator[Path]:
    try:
        yield from directory.iterdir()
    except FileNotFoundError:
        return


def is_older_than(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > seconds
    except FileNotFoundError:
        return False


def remove(path: Path) -> None:
    try:
        shutil.rmtree(path)
    except OSError as error:
        logger.warning("could not remove %s, will try again: %s", path, error)
