"""How much of the disks is whose: from the tables, where sizes are measured in the background."""

import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from runs.access import hidden_projects
from runs.discovery.roots import configured_roots
from runs.models import Checkpoint, Job, Root, Trash

# Adding up 120,000 rows takes some 150 ms, and no amount of them changes in a minute.
KEPT_SECONDS = 60
CACHE_KEY = "disk-usage"


@dataclass
class Amount:
    """`unmeasured` of `number` have no size yet and count as nothing in `size_bytes`."""

    number: int = 0
    size_bytes: int = 0
    unmeasured: int = 0

    def add(self, number: int, size_bytes: int, unmeasured: int) -> None:
        self.number += number
        self.size_bytes += size_bytes
        self.unmeasured += unmeasured


@dataclass
class Share:
    """What one project or one owner holds; `name` is empty where nobody knows the owner."""

    name: str
    jobs: Amount = field(default_factory=Amount)
    checkpoints: Amount = field(default_factory=Amount)
    trash: Amount = field(default_factory=Amount)

    @property
    def size_bytes(self) -> int:
        return self.jobs.size_bytes + self.checkpoints.size_bytes + self.trash.size_bytes

    @property
    def unmeasured(self) -> int:
        return self.jobs.unmeasured + self.checkpoints.unmeasured


@dataclass(frozen=True)
class Usage:
    projects: list[Share]
    owners: list[Share]
    total: Share
    counted_at: datetime


@dataclass(frozen=True)
class Disk:
    """Where roots lie; `roots` that share a file system share its numbers. `fault`: none known."""

    roots: list[Root]
    total: int = 0
    free: int = 0
    fault: str = ""

    @property
    def used(self) -> float:
        return 1 - self.free / self.total if self.total else 0.0


@dataclass(frozen=True)
class Counted:
    """Sums as `counted` yields them, and when."""

    rows: list[tuple[Any, ...]]
    at: datetime


def usage(user: Any) -> Usage:
    """Of the projects that the person sees; at most a minute old."""
    found: Counted | None = cache.get(CACHE_KEY)
    if found is None:
        found = Counted(list(counted()), timezone.now())
        cache.set(CACHE_KEY, found, KEPT_SECONDS)
    return add_up(found, hidden_projects(user).slugs)


def add_up(found: Counted, hidden: Collection[str]) -> Usage:
    projects: dict[str, Share] = {}
    owners: dict[str, Share] = {}
    total = Share("")
    for kind, project, owner, *amounts in found.rows:
        if project in hidden:
            continue
        for share in (
            projects.setdefault(project, Share(project)),
            owners.setdefault(owner, Share(owner)),
            total,
        ):
            amount: Amount = getattr(share, kind)
            amount.add(*amounts)
    return Usage(list(projects.values()), list(owners.values()), total, found.at)


def counted() -> Iterable[tuple[Any, ...]]:
    """(kind, project, owner, number, bytes, unmeasured): of a run's job the owner is the run's."""
    asked = NullIf(F("ordered_run__owner__username"), Value(""))
    jobs = Job.objects.annotate(holder=Coalesce(asked, F("unix_owner")))
    yield from sums("jobs", jobs)
    yield from sums("checkpoints", Checkpoint.objects.annotate(holder=F("unix_owner")))
    yield from sums("trash", Trash.objects.annotate(holder=F("owner")))


def sums(kind: str, rows: QuerySet[Any]) -> Iterable[tuple[Any, ...]]:
    found = (
        rows.order_by()
        .values_list("project", "holder")
        .annotate(
            number=Count("pk"),
            total=Coalesce(Sum("size_bytes"), 0),
            unmeasured=Count("pk", filter=Q(size_bytes=None)),
        )
    )
    return [(kind, *row) for row in found]


def disks() -> list[Disk]:
    """One for each file system that holds a root; one for each root that cannot be asked."""
    found: dict[int, Disk] = {}
    faulty = []
    for root in configured_roots():
        try:
            device = root.directory.stat().st_dev
            amounts = shutil.disk_usage(root.path)
        except OSError as error:
            faulty.append(Disk([root], fault=str(error.strerror or error)))
            continue
        disk = found.setdefault(device, Disk([], amounts.total, amounts.free))
        disk.roots.append(root)
    return [*found.values(), *faulty]
