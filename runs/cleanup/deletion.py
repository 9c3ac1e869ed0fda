"""Delete a run, a job or a checkpoint: who may, what forbids it, and what goes along.

`discard_…` delete without asking who; they are for retention. All go through the trash.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Left

from runs.access import require_manage, require_staff
from runs.contract.layout import METADATA
from runs.contract.metadata import MetadataUnreadable, read_metadata
from runs.contract.status import DELETABLE, Status
from runs.discovery.announce import Change, announce
from runs.discovery.selectors import stale_before
from runs.errors import (
    CheckpointInUse,
    CheckpointNotFound,
    CheckpointPinned,
    Conflict,
    JobNotFound,
    JobStillActive,
    RunStillActive,
)
from runs.events import record_event
from runs.files.artifacts import tree_size
from runs.lifecycle.batched import note_changed
from runs.lifecycle.places import checkpoint_directory, own_checkpoints
from runs.lifecycle.transitions import announce as announce_run
from runs.lifecycle.transitions import announce_all as announce_runs
from runs.models import Checkpoint, Job, Review, Root, Run, Trash

from .moves import Mover, parts_without, stands_below
from .reasons import Resumptions, activity, approval
from .trash import Deleted, Discarded, into_trash, keep_moves, record, trash_event

RUN_ID_CHARACTERS = 12
ONLY_MANAGERS = "Only the managers of a project and staff may delete jobs that were found on disk."


@dataclass(frozen=True)
class Size:
    files: int
    size_bytes: int


def total_size(paths: Iterable[Path]) -> Size:
    """Measured on disk; what is not there counts nothing."""
    sizes = [tree_size(path) for path in paths]
    return Size(sum(files for files, _ in sizes), sum(size for _, size in sizes))


def run_size(run: Run) -> Size:
    """Files and bytes of a run, its checkpoints included, measured on disk."""
    return total_size([run.directory, own_checkpoints(run)])


def job_size(job: Job) -> Size:
    return total_size([job.directory])


def checkpoint_size(checkpoint: Checkpoint) -> Size:
    return total_size([checkpoint.directory])


@dataclass(frozen=True)
class Leaving:
    """A run as it is about to go, `row` as it is in the database."""

    run: Run
    row: Run
    job: Job | None
    going: list[Checkpoint]
    pinned: list[Checkpoint]
    size: Size

    @property
    def kept(self) -> list[str]:
        return [f"Its checkpoint {each.suffix} stays: {approval(each)}." for each in self.pinned]


class Ended:
    """Those of `runs` that may be deleted, with what goes along: part of the transaction.

    A few queries, however many there are.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        ids = [run.pk for run in runs]
        ended = Run.objects.select_for_update().filter(pk__in=ids, status__in=DELETABLE)
        self.rows = {row.pk: row for row in ended}
        self.jobs = {job.ordered_run_id: job for job in Job.objects.filter(ordered_run__in=ids)}
        self.resumptions = Resumptions()
        self.checkpoints: dict[tuple[str, str, str], list[Checkpoint]] = {}
        for row in own_checkpoint_rows(runs):
            key = (row.group, row.name, row.suffix.split("/")[0])
            self.checkpoints.setdefault(key, []).append(row)

    def leaving(self, run: Run, measured: Size) -> Leaving:
        """Raises RunStillActive, CheckpointInUse."""
        if run.pk not in self.rows:
            raise RunStillActive("This run has not ended. Cancel it first.")
        refuse_what_is_used(own_checkpoints(run), self.resumptions)
        saved = self.checkpoints.get((run.group, run.name, run.pk), [])
        pinned = [checkpoint for checkpoint in saved if checkpoint.pinned]
        going = [checkpoint for checkpoint in saved if not checkpoint.pinned]
        size = without(measured, pinned)
        return Leaving(run, self.rows[run.pk], self.jobs.get(run.pk), going, pinned, size)


def own_checkpoint_rows(runs: Sequence[Run]) -> list[Checkpoint]:
    """The rows of what only these runs of one project saved: their suffixes begin with an id."""
    found = Checkpoint.objects.select_for_update(of=("self",)).filter(
        root__kind=Root.Kind.CHECKPOINTS,
        root__path=str(settings.FUSIONWEB_CHECKPOINT_DIRS[0]),
        project=runs[0].project.slug,
        group__in={run.group for run in runs},
        name__in={run.name for run in runs},
    )
    begun = found.annotate(begins=Left("suffix", RUN_ID_CHARACTERS))
    own = begun.filter(begins__in=[run.pk for run in runs])
    return list(own.select_related("root"))


def discard_run(run: Run, *, actor: User | None, reason: str = "") -> Deleted:
    """Into the trash with directory and checkpoints; pinned checkpoints stay, and are named.

    Raises RunStillActive, CheckpointInUse, Conflict where the files cannot be moved.
    """
    measured = measure_below(run)
    with into_trash() as mover:
        leaving = Ended([run]).leaving(run, measured)
        place = f"{run.project.slug}/{run.group}/{run.name} {run.pk}"
        trash = take_away(mover, [leaving], place, actor, reason)
        announce_run(run, "deleted", actor)
    return Deleted(trash.files, trash.size_bytes, trash.pk, run.name, leaving.kept)


def discard_runs(
    runs: Sequence[Run], *, label: str, actor: User | None, reason: str = ""
) -> Deleted:
    """The same of several of one owner and project, in one transaction and to be restored
    together. Those that cannot go stay, and are named; `trash_id` is 0 where all do."""
    measured: dict[str, Size] = {}
    kept: list[str] = []
    for run in runs:
        with staying(run, kept):
            measured[run.pk] = measure_below(run)
    leavings: list[Leaving] = []
    with into_trash() as mover:
        ended = Ended(runs)
        for run in runs:
            if run.pk in measured:
                with staying(run, kept):
                    leavings.append(ended.leaving(run, measured[run.pk]))
        if not leavings:
            return Deleted(0, 0, 0, label, kept)
        trash = take_away(mover, leavings, label, actor, reason)
        announce_runs([leaving.run for leaving in leavings], "deleted")
    kept += [sentence for leaving in leavings for sentence in leaving.kept]
    return Deleted(trash.files, trash.size_bytes, trash.pk, label, kept)


@contextmanager
def staying(run: Run, kept: list[str]) -> Iterator[None]:
    """What forbids that the run goes becomes a sentence."""
    try:
        yield
    except Conflict as error:
        kept.append(f"Run {run.pk} stays: {error.message}")


def measure_below(run: Run) -> Size:
    """Measured before the transaction. Raises Conflict where it may not be moved."""
    stands_below(run.directory, Path(run.root))
    return run_size(run)


def take_away(
    mover: Mover, leavings: Sequence[Leaving], label: str, actor: User | None, reason: str
) -> Trash:
    """Rows and directories, at least one run's: part of the transaction."""
    first = leavings[0].run
    jobs = [leaving.job for leaving in leavings if leaving.job]
    going = [each for leaving in leavings for each in leaving.going]
    rows = [*(leaving.row for leaving in leavings), *jobs, *with_reviews(going)]
    owner = first.owner.get_username()
    thing = Discarded(Trash.Kind.RUN, label, first.project.slug, owner, rows)
    files = sum(leaving.size.files for leaving in leavings)
    size_bytes = sum(leaving.size.size_bytes for leaving in leavings)
    trash = record(mover, thing, actor=actor, reason=reason, size=(files, size_bytes))
    Run.objects.filter(pk__in=[leaving.run.pk for leaving in leavings]).delete()
    delete_checkpoint_rows(going)
    for leaving in leavings:
        mover.discard(leaving.run.directory, Path(leaving.run.root))
        discard_own_checkpoints(mover, leaving.run, leaving.pinned)
    keep_moves(trash, mover)
    gone = [Change("job.gone", job.pk, job.project, {"status": str(job.status)}) for job in jobs]
    announce("jobs", gone)
    note_changed({leaving.run.batch_id for leaving in leavings if leaving.run.batch_id})
    return trash


def without(measured: Size, pinned: list[Checkpoint]) -> Size:
    if not pinned:
        return measured
    kept = total_size([checkpoint.directory for checkpoint in pinned])
    return Size(measured.files - kept.files, measured.size_bytes - kept.size_bytes)


def discard_own_checkpoints(mover: Mover, run: Run, pinned: list[Checkpoint]) -> None:
    root = Path(settings.FUSIONWEB_CHECKPOINT_DIRS[0])
    directory = checkpoint_directory(run) / run.pk
    kept = {checkpoint.directory for checkpoint in pinned}
    for part in parts_without(directory, kept):
        mover.discard(part, root)


def with_reviews(checkpoints: list[Checkpoint]) -> list[Checkpoint | Review]:
    reviews = Review.objects.filter(checkpoint__in=checkpoints).order_by("pk")
    return [*checkpoints, *reviews]


def delete_checkpoint_rows(checkpoints: list[Checkpoint]) -> None:
    """Part of a transaction."""
    Checkpoint.objects.filter(pk__in=[each.pk for each in checkpoints]).delete()
    announce(
        "checkpoints",
        [
            Change("checkpoint.deleted", row.pk, row.project, {"status": row.decision})
            for row in checkpoints
        ],
    )


def refuse_what_is_used(directory: Path, resumptions: Resumptions) -> None:
    if used := resumptions.sentence(directory):
        raise CheckpointInUse(f"It stays for now: it is {used}.")


def delete_job(*, actor: Any, job: Job, reason: str = "") -> Deleted:
    """Delete a job that was found on disk; one that a run ordered goes with its run.

    Raises NotAllowed but for managers of its project and staff, and what `discard_job` raises.
    """
    require_manage(actor, job, ONLY_MANAGERS)
    return discard_job(job, actor=actor, reason=reason)


def discard_job(job: Job, *, actor: User | None, reason: str = "") -> Deleted:
    """Raises JobStillActive while it runs or may; a stale one can go. NotFound, Conflict."""
    stands_below(job.directory, job.root.directory)
    refuse_active_job(job)
    measured = job_size(job)
    with into_trash() as mover:
        found = Job.objects.select_for_update(of=("self",)).select_related("root").filter(pk=job.pk)
        row = found.first()
        if row is None:
            raise JobNotFound("There is no such job. It may have been deleted.")
        refuse_active_job(row)
        thing = Discarded(Trash.Kind.JOB, str(row.path), row.project, row.unix_owner, [row])
        trash = record(
            mover, thing, actor=actor, reason=reason, size=(measured.files, measured.size_bytes)
        )
        Job.objects.filter(pk=row.pk).delete()
        mover.discard(row.directory, row.root.directory)
        keep_moves(trash, mover)
        record_event(
            topic="jobs",
            kind="job.gone",
            subject=f"job:{job.pk}",
            payload={
                "id": job.pk,
                "label": str(row.path),
                "status": str(row.status),
                "reason": reason,
                "trash_id": trash.pk,
            },
            actor=actor,
            project=row.project,
        )
    return Deleted(measured.files, measured.size_bytes, trash.pk, str(row.path))


def refuse_active_job(job: Job) -> None:
    """The row may be behind the disk, so the job's own file is asked as well."""
    ordered = job.ordered_run_id or ordering_run(job)
    if ordered:
        raise JobStillActive(f"It belongs to run {ordered}. Delete the run.")
    if alive := activity(job) or activity_on_disk(job):
        raise JobStillActive(f"It cannot be deleted: {alive}.")


def ordering_run(job: Job) -> str | None:
    """The run whose launch is so young that its job's row does not name it yet."""
    run = Run.objects.filter(pk=job.run_id[:12]).select_related("project").first()
    return run.pk if run and run.directory == job.directory else None


def activity_on_disk(job: Job) -> str:
    """A job that ended may have been started again under the same id."""
    try:
        metadata = read_metadata(
            job.directory / METADATA, zone=settings.FUSIONWEB_CLUSTER_TIME_ZONE
        )
    except MetadataUnreadable:
        return ""
    heard = metadata.last_heartbeat or metadata.start_time
    alive = metadata.status == Status.RUNNING and heard and heard > stale_before()
    return "its metadata.json says that it is running" if alive else ""


def delete_checkpoint(*, actor: Any, checkpoint: Checkpoint, reason: str = "") -> Deleted:
    """Raises NotAllowed but for staff, and what `discard_checkpoint` raises."""
    require_staff(actor, "Only staff may delete checkpoints.")
    return discard_checkpoint(checkpoint, actor=actor, reason=reason)


def discard_checkpoint(checkpoint: Checkpoint, *, actor: User | None, reason: str = "") -> Deleted:
    """With its reviews, and with what lies below it. Raises CheckpointPinned where it or
    something below it is pinned, CheckpointInUse, NotFound, Conflict."""
    stands_below(checkpoint.directory, checkpoint.root.directory)
    measured = checkpoint_size(checkpoint)
    with into_trash() as mover:
        rows = with_rows_below(checkpoint)
        if not rows:
            raise CheckpointNotFound("There is no such checkpoint. It may have been deleted.")
        refuse_pinned(rows)
        refuse_what_is_used(checkpoint.directory, Resumptions())
        thing = Discarded(
            Trash.Kind.CHECKPOINT,
            str(checkpoint),
            checkpoint.project,
            checkpoint.unix_owner,
            with_reviews(rows),
        )
        trash = record(
            mover, thing, actor=actor, reason=reason, size=(measured.files, measured.size_bytes)
        )
        delete_checkpoint_rows(rows)
        trash_event("added", trash, actor)
        mover.discard(checkpoint.directory, checkpoint.root.directory)
        keep_moves(trash, mover)
    return Deleted(measured.files, measured.size_bytes, trash.pk, str(checkpoint))


def with_rows_below(checkpoint: Checkpoint) -> list[Checkpoint]:
    """The row as it is now, then those of what lies in its directory; none if it is gone."""
    here = Q(pk=checkpoint.pk) | Q(suffix__startswith=f"{checkpoint.suffix}/")
    found = Checkpoint.objects.select_for_update(of=("self",)).filter(
        here,
        root=checkpoint.root,
        project=checkpoint.project,
        group=checkpoint.group,
        name=checkpoint.name,
    )
    rows = list(found.order_by("suffix").select_related("root"))
    return rows if any(row.pk == checkpoint.pk for row in rows) else []


def refuse_pinned(rows: list[Checkpoint]) -> None:
    for row in rows:
        if row.pinned:
            raise CheckpointPinned(f"{row} stays, {approval(row)}. It must be unpinned first.")
