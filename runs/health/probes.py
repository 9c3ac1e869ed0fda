"""Whether the dashboard can do its work: asked by service managers, proxies and people."""

import os
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from runs.lifecycle.places import catalogue
from runs.lifecycle.selectors import live_supervisors
from runs.topologies.catalogue import topologies

READY = "ok"


@dataclass(frozen=True)
class Readiness:
    """`status` is `ok`, or the first thing that is not: `database_unreachable`,
    `migrations_missing`, `data_not_writable`, `no_supervisor`."""

    status: str
    version: str
    db_connected: bool
    supervisor_alive: bool
    template_count: int
    topology_count: int

    @property
    def is_ready(self) -> bool:
        return self.status == READY

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class DatabaseState:
    connected: bool = False
    migrated: bool = False
    supervisor_alive: bool = False


def readiness() -> Readiness:
    """Never raises: what cannot be asked is not ready."""
    database = ask_database()
    return Readiness(
        status=first_fault(database),
        version=settings.FUSIONWEB_VERSION,
        db_connected=database.connected,
        supervisor_alive=database.supervisor_alive,
        template_count=catalogue().count(),
        topology_count=topologies().count(),
    )


def first_fault(database: DatabaseState) -> str:
    faults = {
        "database_unreachable": not database.connected,
        "migrations_missing": not database.migrated,
        "data_not_writable": not os.access(settings.FUSIONWEB_DATA, os.W_OK | os.X_OK),
        "no_supervisor": not database.supervisor_alive,
    }
    return next((name for name, is_so in faults.items() if is_so), READY)


def ask_database() -> DatabaseState:
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError:
        return DatabaseState()
    if not needed_migrations() <= applied:
        return DatabaseState(connected=True)
    try:
        return DatabaseState(True, True, bool(live_supervisors()))
    except DatabaseError:
        return DatabaseState()


@cache
def needed_migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of all that this code has: they do not change while it runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)
