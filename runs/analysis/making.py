"""Make the runs of a batch: rows, events and directories of many together.

The iterations are made number by number over all points, so that early results tell as much of
each point. A run's id is derived from what it is, so that after a kill -9 the next attempt finds
what the last one left on disk, and takes it out of the way.
"""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from runs.configuration.document import parse
from runs.configuration.overrides import merge
from runs.contract.status import ACTIVE, Status
from runs.errors import FusionwebError
from runs.lifecycle.digest import digests_of
from runs.lifecycle.places import STAGING, require_disk_space, set_aside, status_root
from runs.lifecycle.services import (
    FrozenConfiguration,
    RunRequest,
    new_row,
    put_in_place,
    write_configuration,
)
from runs.lifecycle.transitions import announce_all
from runs.models import Batch, Iteration, Run, RunDigest

from .checking import merged_text

logger = logging.getLogger(__name__)

# Made with the batch itself; also, so many of it may wait in the queue.
MADE_AT_ONCE = 1000
CHUNK = 200


@dataclass(frozen=True)
class Wanted:
    """A run to be made for one iteration; `replaces` is the one whose place it takes, `salt` what
    tells it from one that was deleted."""

    point: int
    number: int
    replaces: str = ""
    salt: str = ""


@dataclass
class Prepared:
    """Runs that are on disk, under `staging`, and not in the database yet."""

    batch: Batch
    wanted: list[Wanted]
    runs: list[Run]
    digests: list[RunDigest]
    staging: Path
    placed: list[Run] = field(default_factory=list)

    def insert(self) -> None:
        """Rows, events and directories in place: part of a transaction."""
        batch = self.batch
        for run in self.runs:
            run.project, run.batch = batch.project, batch
        Run.objects.bulk_create(self.runs)
        RunDigest.objects.bulk_create(self.digests)
        Iteration.objects.bulk_create(
            [
                Iteration(
                    batch=batch, point=each.point, number=each.number, seed=run.seed or 0, run=run
                )
                for each, run in zip(self.wanted, self.runs, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["batch", "point", "number"],
            update_fields=["run", "metrics", "problem"],
        )
        announce_all(self.runs, "created")
        transaction.on_commit(self.placed.clear)
        for run in self.runs:
            self.placed.append(run)
            put_in_place(self.staging / run.pk, run)

    def take_back(self) -> None:
        """Of a transaction that failed, nothing stays in place; after its commit all does, also
        where something else fails then."""
        for run in self.placed:
            try:
                set_aside(run.directory, Path(run.root))
            except OSError as error:
                logger.warning("%s stays though no row tells of it: %s", run.directory, error)


def next_wanted(batch: Batch, at_most: int) -> list[Wanted]:
    """The iterations that come next, by number and then by point."""
    points = len(batch.points)
    positions = range(batch.made, min(batch.made + at_most, batch.total))
    return [Wanted(position % points, position // points) for position in positions]


def run_id_of(batch: Batch, wanted: Wanted) -> str:
    text = f"{batch.pk} {wanted.point} {wanted.number} {wanted.replaces}{wanted.salt}"
    return salted_hmac("runs.analysis.making", text).hexdigest()[:12]


@contextmanager
def prepared(batch: Batch, wanted: list[Wanted]) -> Iterator[Prepared]:
    """Writes the directories; the block inserts the rows, and then all of it is there, or none.

    Put it around the transaction. Raises what merging a configuration does.
    """
    root = status_root()
    staging = root / STAGING / f"{batch.pk}.{os.urandom(4).hex()}"
    staging.mkdir(parents=True)
    try:
        chunk = prepare(batch, wanted, staging)
        try:
            yield chunk
            chunk.placed.clear()
        finally:
            chunk.take_back()
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def prepare(batch: Batch, wanted: list[Wanted], staging: Path) -> Prepared:
    """What a point's runs share is read, merged and written as text but once."""
    runs: dict[Wanted, Run] = {}
    digests: list[RunDigest] = []
    for point in sorted({each.point for each in wanted}):
        request, configuration = request_at(batch, point), configuration_at(batch, point)
        here = [each for each in wanted if each.point == point]
        for each in here:
            runs[each] = write_run(batch, request, configuration, each, staging)
        document = parse(configuration.text, configuration.format)
        seeds = [runs[each].seed for each in here]
        found = digests_of(batch.program, document, seeds)
        digests += [
            RunDigest(run_id=runs[each].pk, digest=digest)
            for each, digest in zip(here, found, strict=True)
        ]
    return Prepared(batch, wanted, [runs[each] for each in wanted], digests, staging)


def write_run(
    batch: Batch,
    request: RunRequest,
    configuration: FrozenConfiguration,
    wanted: Wanted,
    staging: Path,
) -> Run:
    seeded = replace(request, seed=batch.base_seed + wanted.number)
    run = new_row(owner=batch.owner, request=seeded, run_id=run_id_of(batch, wanted))
    if wanted.replaces:
        run.origin_id, run.origin_kind = wanted.replaces, Run.Origin.RETRY
    directory = staging / run.pk
    directory.mkdir()
    write_configuration(directory, run, configuration)
    return run


def request_at(batch: Batch, point: int) -> RunRequest:
    """What is asked for at that point, but for the seed."""
    return RunRequest(
        program=batch.program,
        project=batch.project,
        name=batch.name,
        group=batch.group,
        template=batch.template,
        overrides=merge(batch.overrides, batch.overrides_at(point)),
        priority=batch.priority,
        resources=batch.resources,
        tags=batch.tags,
        notes=batch.notes,
    )


def configuration_at(batch: Batch, point: int) -> FrozenConfiguration:
    overrides = merge(batch.overrides, batch.overrides_at(point))
    text = merged_text(batch.config_text, batch.program, overrides)
    return FrozenConfiguration(batch.config_text, text, batch.program.config_format)


def make_runs(batch: Batch, at_most: int) -> int:
    """How many were made of what is missing; 0 where all are, or somebody else was quicker."""
    wanted = next_wanted(batch, at_most)
    if not wanted:
        return 0
    with prepared(batch, wanted) as chunk, transaction.atomic():
        if not claim(batch, len(wanted)):
            return 0
        chunk.insert()
    batch.made += len(wanted)
    return len(wanted)


def claim(batch: Batch, number: int) -> bool:
    """Whether nobody has made any since `batch` was read, nor asked it to stop."""
    as_read = Batch.objects.filter(
        pk=batch.pk, made=batch.made, status__in=ACTIVE, cancel_requested_at=None
    )
    return bool(as_read.update(made=F("made") + number))


def make_waiting(stopped: Callable[[], bool]) -> bool:
    """Make what is missing of every batch that has room in the queue; whether any was made."""
    made = False
    for batch in unfinished():
        try:
            while not stopped() and make_chunk(batch):
                made = True
        except FusionwebError as error:
            logger.warning("batch %s: its next runs wait: %s", batch.pk, error.message)
    return made


def unfinished() -> list[Batch]:
    """The few that had more iterations than are made with a batch, oldest first."""
    active = Batch.objects.filter(
        status__in=ACTIVE, cancel_requested_at=None, made__gte=MADE_AT_ONCE
    )
    found = active.select_related("project", "program", "owner").defer("result")
    return [batch for batch in found.order_by("created_at") if batch.made < batch.total]


def make_chunk(batch: Batch) -> int:
    """One short transaction; 0 where so many wait already that more would only fill the queue."""
    waiting = Run.objects.filter(batch=batch, status=Status.PENDING).count()
    if waiting + CHUNK > MADE_AT_ONCE:
        return 0
    require_disk_space()
    return make_runs(batch, CHUNK)
