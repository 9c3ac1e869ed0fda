"""Write jobs' rows in bulk, and tell of what became different. Inside a transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from runs.alerts.outcomes import raise_for_jobs
from runs.contract.status import ACTIVE, FINAL
from runs.models import Job, Project, Root, Run

from .announce import Change, announce
from .job_reading import JobRow, search_text
from .keys import chunks, primary_keys
from .kinds import Key

COLUMNS = (
    *("project", "group", "name", "run_id", "status", "reason", "job_key", "slurm_job_id"),
    *("unix_owner", "host", "hosts", "chip", "total_chips", "pid", "exit_code", "signal"),
    *("started_at", "ended_at", "heartbeat_at", "listed_at", "search_text", "fault"),
    *("inode", "file_mtime_ns", "file_size"),
)
KEY_COLUMNS = ("project", "group", "name", "run_id")
# Of a run launched here these are the supervisor's to write.
RUN_COLUMNS = ("status", "reason", "exit_code", "signal", "started_at", "ended_at", "listed_at")
# Its files are counted anew once it has ended; while it runs, by the clock.
MEASURED_AGAIN = "measured_at = CASE WHEN excluded.status = 'running' THEN runs_job.measured_at END"
FAULT_COLUMNS = ("fault", "inode", "file_mtime_ns", "file_size")
# A difference in one of these is worth an event; a heartbeat is not.
TOLD = (
    *("reason", "job_key", "slurm_job_id", "host", "hosts", "chip", "total_chips", "exit_code"),
    *("signal", "started_at", "ended_at", "fault"),
)
ROWS_A_STATEMENT = 500
OUTCOMES = {f"job.{status}" for status in FINAL}
ROWS_A_DELETE = 500
_values = attrgetter(*COLUMNS)
_told = attrgetter(*TOLD)


def write(root: Root, rows: list[JobRow], *, quiet: bool) -> None:
    """Insert or update; with `quiet` no event is recorded and no alert raised."""
    rows = _without_launching(rows)
    before = {} if quiet else _told_before(root, rows)
    _make_projects(rows)
    updates = f"{_updates(COLUMNS)}, {MEASURED_AGAIN}"
    _upsert(root, [row for row in rows if row.readable], updates)
    _upsert(root, [row for row in rows if not row.readable], _updates(FAULT_COLUMNS))
    if not quiet:
        changes = _changes(root, rows, before)
        announce("jobs", changes)
        _raise_alerts(changes)


def _raise_alerts(changes: list[Change]) -> None:
    """Of jobs that ended badly; `job.changed` is of those that ended as they had before."""
    raise_for_jobs(
        changed=[change.pk for change in changes if change.kind in OUTCOMES],
        found=[change.pk for change in changes if change.kind == "job.found"],
    )


def _without_launching(rows: list[JobRow]) -> list[JobRow]:
    """Our own shim writes metadata.json a moment after the run's directory was made."""
    absent = [row.run_id for row in rows if row.absent]
    if not absent:
        return rows
    launching = set(
        Run.objects.filter(pk__in=absent, status__in=ACTIVE).values_list("pk", flat=True)
    )
    return [row for row in rows if not (row.absent and row.run_id in launching)]


def _make_projects(rows: list[JobRow]) -> None:
    slugs = {row.project for row in rows}
    missing = slugs - set(Project.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    Project.objects.bulk_create(
        [Project(slug=slug) for slug in sorted(missing)], ignore_conflicts=True
    )


def _upsert(root: Root, rows: list[JobRow], updates: str) -> None:
    """Many rows a statement: SQLite works them off without Python's lock."""
    names = ", ".join(map(connection.ops.quote_name, COLUMNS))
    marks = f"({', '.join(['%s'] * (len(COLUMNS) + 1))})"
    for chunk in chunks(rows, ROWS_A_STATEMENT):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO runs_job (root_id, {names}) VALUES {', '.join([marks] * len(chunk))} "
                f'ON CONFLICT (project, "group", name, run_id, root_id) DO UPDATE SET {updates}',
                _parameters(root.pk, chunk),
            )


def _parameters(root: int, rows: list[JobRow]) -> list[Any]:
    sqlite = connection.vendor == "sqlite"
    parameters: list[Any] = []
    for row in rows:
        parameters.append(root)
        parameters += _values(row)
    if sqlite:
        # as Django stores a time; its own conversion costs more than reading the file
        return [str(v.replace(tzinfo=None)) if type(v) is datetime else v for v in parameters]
    return parameters


def _updates(columns: Iterable[str]) -> str:
    return ", ".join(_update(column) for column in columns if column not in KEY_COLUMNS)


def _update(column: str) -> str:
    if column in RUN_COLUMNS:
        kept = f"runs_job.{column}"
        return (
            f"{column} = CASE WHEN runs_job.ordered_run_id IS NULL "
            f"THEN excluded.{column} ELSE {kept} END"
        )
    return f"{column} = excluded.{column}"


@dataclass(frozen=True)
class _Before:
    pk: int
    status: str
    ordered: bool
    told: tuple[Any, ...]


def _told_before(root: Root, rows: list[JobRow]) -> dict[Key, _Before]:
    found = primary_keys(Job, root, [key_of(row) for row in rows])
    columns = ("pk", "status", "ordered_run", *TOLD)
    known = {
        pk: _Before(pk, status, run is not None, tuple(told))
        for pk, status, run, *told in Job.objects.filter(pk__in=found.values()).values_list(
            *columns
        )
    }
    return {key: known[pk] for key, pk in found.items() if pk in known}


def key_of(row: JobRow) -> Key:
    return Key(row.project, row.group, row.name, row.run_id)


def _changes(root: Root, rows: list[JobRow], before: dict[Key, _Before]) -> list[Change]:
    new = primary_keys(Job, root, [key for row in rows if (key := key_of(row)) not in before])
    changes = []
    for row in rows:
        known = before.get(key_of(row))
        if known is None:
            changes.append(Change("job.found", new[key_of(row)], row.project, _payload(row)))
        elif kind := _kind_of_change(row, known):
            changes.append(Change(kind, known.pk, row.project, _payload(row)))
    return changes


def _kind_of_change(row: JobRow, before: _Before) -> str:
    if not row.readable:
        return "job.changed" if row.fault != before.told[TOLD.index("fault")] else ""
    if row.status != before.status and not before.ordered:
        return f"job.{row.status}"
    return "" if before.ordered or _told(row) == before.told else "job.changed"


def _change(kind: str, job: Job) -> Change:
    return Change(kind, job.pk, job.project, _payload(job))


def _payload(row: JobRow | Job) -> dict[str, Any]:
    heartbeat = row.heartbeat_at
    return {
        "project": row.project,
        "group": row.group,
        "name": row.name,
        "run_id": row.run_id,
        "status": row.status,
        "heartbeat_at": heartbeat.isoformat() if heartbeat else None,
    }


def move(root: Root, moves: dict[Key, Key]) -> None:
    """The row keeps its number, its history and what hangs on it, under the new path."""
    numbers = primary_keys(Job, root, moves)
    jobs = Job.objects.in_bulk(numbers.values())
    for old, pk in numbers.items():
        job = jobs[pk]
        job.project, job.group, job.name, job.run_id = moves[old]
        job.search_text = search_text(moves[old], job)
    Job.objects.bulk_update(jobs.values(), [*KEY_COLUMNS, "search_text"], batch_size=500)
    announce("jobs", [_change("job.changed", job) for job in jobs.values()])


def remove(root: Root, keys: list[Key]) -> None:
    """But for those that a run launched here owns: it says itself what became of it."""
    found = primary_keys(Job, root, keys).values()
    for pks in chunks(list(found), ROWS_A_DELETE):
        jobs = list(Job.objects.filter(pk__in=pks, ordered_run=None))
        announce("jobs", [_change("job.gone", job) for job in jobs])
        Job.objects.filter(pk__in=[job.pk for job in jobs]).delete()
