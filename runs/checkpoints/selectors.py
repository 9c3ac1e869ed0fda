"""What pages and the API ask about checkpoints: always the table, never the disk."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from runs.access import visible
from runs.errors import CheckpointNotFound
from runs.models import Checkpoint, Job, Run

SIBLINGS_SHOWN = 20
WAITING = Q(decision=Checkpoint.Decision.UNREVIEWED, complete=True, gone_at__isnull=True)


@dataclass(frozen=True)
class Summary:
    """`size_bytes` of those that have been measured; `unmeasured` have not."""

    count: int
    size_bytes: int
    unmeasured: int


@dataclass(frozen=True)
class Maker:
    """What saved a checkpoint, as far as the tables know: a run of ours, a job, both, neither."""

    run: Run | None
    job: Job | None


def find_checkpoint(
    project: str, group: str, name: str, suffix: str, root: int | None = None
) -> Checkpoint:
    """The row of that key, in the root of that primary key or in the first that has it.

    Raises CheckpointNotFound. A key is compared, never joined to a path.
    """
    found = Checkpoint.objects.filter(project=project, group=group, name=name, suffix=suffix)
    if root is not None:
        found = found.filter(root=root)
    shown = found.select_related("root", "reviewed_by").order_by("root__position", "root_id")
    checkpoint = shown.first()
    if checkpoint is None:
        raise CheckpointNotFound
    return checkpoint


def checkpoint_by_id(pk: int | str) -> Checkpoint:
    """Raises CheckpointNotFound, also for what is no number."""
    found = Checkpoint.objects.select_related("root", "reviewed_by")
    checkpoint = found.filter(pk=pk).first() if str(pk).isascii() and str(pk).isdigit() else None
    if checkpoint is None:
        raise CheckpointNotFound
    return checkpoint


def summary(checkpoints: QuerySet[Checkpoint]) -> Summary:
    found = checkpoints.order_by().aggregate(
        all=Count("pk"), measured=Count("size_bytes"), total=Sum("size_bytes")
    )
    return Summary(found["all"], found["total"] or 0, found["all"] - found["measured"])


def of_name(checkpoint: Checkpoint) -> QuerySet[Checkpoint]:
    """All of the same job name below the same root, itself among them."""
    return Checkpoint.objects.filter(
        root=checkpoint.root_id,
        project=checkpoint.project,
        group=checkpoint.group,
        name=checkpoint.name,
    )


def latest_of_name(checkpoint: Checkpoint) -> Checkpoint | None:
    """Its `latest` says whether the file names it, or whether it stands in for one."""
    latest = of_name(checkpoint).exclude(latest=Checkpoint.Latest.NO)
    return latest.select_related("root").order_by("-saved_at", "-pk").first()


def siblings(checkpoint: Checkpoint, shown: int = SIBLINGS_SHOWN) -> list[Checkpoint]:
    """The nearest in time of the same name, the newest first, itself among them."""
    around = of_name(checkpoint).filter(gone_at__isnull=True).exclude(pk=checkpoint.pk)
    around = around.select_related("root").defer("search_text", "review_note")
    half = shown // 2
    newer = around.filter(saved_at__gte=checkpoint.saved_at).order_by("saved_at", "pk")[:half]
    older = around.filter(saved_at__lt=checkpoint.saved_at).order_by("-saved_at", "-pk")
    return [*reversed(newer), checkpoint, *older[: shown - len(newer)]]


def approved_for(checkpoint: Checkpoint) -> Checkpoint | None:
    """The approved one to compare with: the newest of its name, else of its project."""
    approved = (
        Checkpoint.objects.filter(
            project=checkpoint.project,
            decision=Checkpoint.Decision.APPROVED,
            gone_at__isnull=True,
        )
        .exclude(pk=checkpoint.pk)
        .select_related("root")
        .order_by("-saved_at", "-pk")
    )
    return approved.filter(group=checkpoint.group, name=checkpoint.name).first() or approved.first()


def maker_of(checkpoint: Checkpoint, user: Any) -> Maker:
    """By the id in its job.json, or by the run id that its suffix begins with.

    job.json may name a run of any project: only one that the person sees counts.
    """
    ids = [checkpoint.made_by_id, checkpoint.suffix.partition("/")[0]]
    wanted = [each for each in ids if each]
    runs = visible(user, Run.objects.select_related("program", "project", "owner"))
    jobs = Job.objects.select_related("root").filter(
        project=checkpoint.project, group=checkpoint.group, name=checkpoint.name
    )
    return Maker(runs.filter(pk__in=wanted).first(), jobs.filter(run_id__in=wanted).first())


@dataclass(frozen=True)
class Place:
    """Where a checkpoint stands in the queue: `before` wait before it, `waiting` wait in all.

    `previous` and `next` are the primary keys of its neighbours, None at the ends.
    """

    before: int
    waiting: int
    previous: int | None
    next: int | None


def waiting(project: str = "", *, oldest_first: bool = False) -> QuerySet[Checkpoint]:
    """What waits for a review: complete, on disk and undecided."""
    found = Checkpoint.objects.filter(WAITING)
    if project:
        found = found.filter(project=project)
    sign = "" if oldest_first else "-"
    return found.order_by(f"{sign}saved_at", f"{sign}pk")


def place_in_queue(
    checkpoint: Checkpoint, project: str = "", *, oldest_first: bool = False
) -> Place:
    """Also of one that no longer waits: then where it would stand."""
    queue = waiting(project).order_by()
    saved_at, pk = checkpoint.saved_at, checkpoint.pk
    # as `<= and not =`: the usual `< or =` scans the table in SQLite
    older = queue.filter(saved_at__lte=saved_at).exclude(saved_at=saved_at, pk__gte=pk)
    newer = queue.filter(saved_at__gte=saved_at).exclude(saved_at=saved_at, pk__lte=pk)
    nearest_older = older.order_by("-saved_at", "-pk").values_list("pk", flat=True).first()
    nearest_newer = newer.order_by("saved_at", "pk").values_list("pk", flat=True).first()
    ends = (nearest_older, nearest_newer) if oldest_first else (nearest_newer, nearest_older)
    return Place((older if oldest_first else newer).count(), queue.count(), *ends)
