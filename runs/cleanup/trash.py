"""Rows and directories into the trash together, and back together.

One transaction writes the row of the trash, deletes the rows of what was deleted and renames its
directories. A process killed between the renames and its commit leaves an entry in `.trash` that
no row knows: `settle` puts it back.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import serializers
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, IntegrityError, OperationalError, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from runs.access import is_staff, managed_projects, may_manage, may_see, visible
from runs.discovery.announce import Change, announce
from runs.errors import Conflict, DiskSpaceInsufficient, NotAllowed, NotFound, PlaceTaken
from runs.events import record_event, take_sequence_lock
from runs.lifecycle import transitions
from runs.lifecycle.batched import take_place_again
from runs.models import Checkpoint, Job, Run, Trash

from .moves import Mover

logger = logging.getLogger(__name__)

LONGEST_REASON = 500


@dataclass(frozen=True)
class Discarded:
    """What a deletion is told of: what it is, whose, and the rows that go with it, in the order
    in which they can be put back."""

    kind: Trash.Kind
    label: str
    project: str
    owner: str
    rows: Sequence[models.Model]


@dataclass(frozen=True)
class Deleted:
    """Measured on disk; `kept` says, a sentence each, what of it stayed in place and why.

    `trash_id` is 0 where nothing went into the trash; `more` are further entries.
    """

    files: int
    size_bytes: int
    trash_id: int
    label: str = ""
    kept: list[str] = field(default_factory=list)
    more: list[int] = field(default_factory=list)

    @property
    def trash_ids(self) -> list[int]:
        return [pk for pk in (self.trash_id, *self.more) if pk]


@contextmanager
def into_trash() -> Iterator[Mover]:
    """A transaction whose renames are undone with it. Raises DiskSpaceInsufficient.

    It holds the lock of the events from its beginning on: who has it, and sees an entry that no
    row knows, knows that nobody is about to write one.
    """
    try:
        with Mover() as mover, transaction.atomic():
            take_sequence_lock()
            yield mover
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        raise DiskSpaceInsufficient(
            "The disk of the database is full: nothing was changed. "
            "Remove something from the trash for good, or make room by hand."
        ) from error


def is_disk_full(error: DatabaseError) -> bool:
    """In the words of SQLite and of PostgreSQL."""
    return any(words in str(error) for words in ("disk is full", "No space left on device"))


def record(
    mover: Mover, thing: Discarded, *, actor: User | None, reason: str, size: tuple[int, int]
) -> Trash:
    """Part of the transaction of `into_trash`, before its rows are deleted."""
    files, size_bytes = size
    return Trash.objects.create(
        kind=thing.kind,
        token=mover.token,
        label=thing.label[:2000],
        project=thing.project,
        owner=thing.owner[:150],
        reason=reason[:LONGEST_REASON],
        snapshot=take_snapshot(thing.rows),
        files=files,
        size_bytes=size_bytes,
        deleted_by=actor,
        keep_until=timezone.now() + timedelta(days=settings.FUSIONWEB_TRASH_DAYS),
    )


class WholeTimes(DjangoJSONEncoder):
    """Django's own cuts times off after the millisecond: a list sorted by them would change."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def take_snapshot(rows: Sequence[models.Model]) -> list[Any]:
    values = serializers.serialize("python", rows)
    snapshot: list[Any] = json.loads(json.dumps(values, cls=WholeTimes))
    return snapshot


def keep_moves(trash: Trash, mover: Mover) -> None:
    trash.moves = mover.moves
    trash.save(update_fields=["moves"])


def visible_trash(user: Any) -> QuerySet[Trash]:
    """Staff see all of it, managers what is of their projects; others what they deleted, and
    their runs whoever deleted them."""
    everything = visible(user, Trash.objects.select_related("deleted_by"))
    if is_staff(user):
        return everything
    own_runs = Q(kind=Trash.Kind.RUN, owner=user.get_username())
    managed = Q(project__in=managed_projects(user))
    return everything.filter(Q(deleted_by=user) | own_runs | managed)


def may_restore(user: Any, trash: Trash) -> bool:
    owns = trash.kind == Trash.Kind.RUN and trash.owner == user.get_username()
    deleted = trash.deleted_by_id == user.pk
    return may_see(user, trash) and (owns or deleted or may_manage(user, trash))


def restore(*, actor: User, trash: Trash) -> Trash:
    """Rows and directories are back where they were, reviews and pins included.

    Raises NotAllowed, NotFound for what is out of the trash already, PlaceTaken, Conflict.
    """
    if not may_restore(actor, trash):
        raise NotAllowed("Only whoever deleted it, managers of its project and staff may do that.")
    with into_trash() as mover:
        found = Trash.objects.select_for_update().filter(pk=trash.pk).first()
        if found is None:
            raise NotFound("It is no longer in the trash.")
        found.delete()
        put_rows_back(found, actor)
        for move in found.moves:
            mover.put_back(Path(move["to"]), Path(move["from"]))
        trash_event("restored", trash, actor)
    return trash


def put_rows_back(trash: Trash, actor: User) -> None:
    rows = read_snapshot(trash)
    for row in rows:
        mend_references(row, actor)
    try:
        for row in rows:
            row.save_base(raw=True, force_insert=True)
    except IntegrityError as error:
        raise PlaceTaken(f"There is a {trash.kind} of that name again.") from error
    for row in rows:
        if isinstance(row, Run):
            take_place_again(row)
    tell_of_return(rows, actor)


def read_snapshot(trash: Trash) -> list[models.Model]:
    """Raises Conflict for rows of a version whose columns are no longer these."""
    try:
        return [each.object for each in serializers.deserialize("python", trash.snapshot)]
    except DeserializationError as error:
        raise Conflict(f"Its rows can no longer be read: {error}") from error


def mend_references(row: models.Model, actor: User) -> None:
    """What it referred to may be deleted since: it goes without, and an owner is replaced."""
    for column in row._meta.concrete_fields:
        target = column.related_model
        value = getattr(row, column.attname)
        if value is None or not isinstance(target, type):
            continue
        if column.name in ("ordered_run", "checkpoint") or target._base_manager.filter(pk=value):
            continue
        if column.null:
            setattr(row, column.attname, None)
        elif column.name == "owner":
            setattr(row, column.attname, actor.pk)
        else:
            raise Conflict(f"Its {column.verbose_name} has been deleted since.")


def tell_of_return(rows: Iterable[models.Model], actor: User) -> None:
    found: dict[str, list[Change]] = {"jobs": [], "checkpoints": []}
    for row in rows:
        if isinstance(row, Run):
            transitions.announce(row, "restored", actor)
        elif isinstance(row, Job):
            status = {"status": str(row.status)}
            found["jobs"].append(Change("job.found", row.pk, row.project, status))
        elif isinstance(row, Checkpoint):
            status = {"status": str(row.decision)}
            found["checkpoints"].append(Change("checkpoint.restored", row.pk, row.project, status))
    for topic, changes in found.items():
        announce(topic, changes)


def trash_event(kind: str, trash: Trash, actor: User | None = None, **more: Any) -> None:
    """`more` is what was measured just now, in place of what was when it was deleted."""
    payload = {
        "id": trash.pk,
        "kind": trash.kind,
        "label": trash.label[:300],
        "files": trash.files,
        "size_bytes": trash.size_bytes,
        **more,
    }
    record_event(
        topic="trash",
        kind=f"trash.{kind}",
        subject=f"trash:{trash.pk}",
        payload=payload,
        actor=actor,
        project=trash.project,
    )
