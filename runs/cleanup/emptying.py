"""The end of the trash: remove what is over its time, and settle what a killed process left.

Everything here is safe to repeat and to kill: an entry whose removal has begun is renamed first,
so that nobody gets half of it back, and its row goes last.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from runs.access import require_staff
from runs.events import record_event, take_sequence_lock
from runs.files.artifacts import tree_size
from runs.models import Root, Trash

from .moves import CONDEMNED, Mover, condemn, entry_of, moves_in, own_entries
from .removal import Removal
from .trash import is_disk_full, trash_event

logger = logging.getLogger(__name__)

# A request waits no longer than this for a removal; the supervisor does the rest.
REQUEST_SECONDS = 10.0
IN_ONE_QUERY = 500


def never() -> bool:
    return False


def roots() -> list[tuple[Path, Root.Kind]]:
    folders = {
        Root.Kind.STATUS: settings.FUSIONWEB_STATUS_DIRS,
        Root.Kind.CHECKPOINTS: settings.FUSIONWEB_CHECKPOINT_DIRS,
    }
    return [(Path(path), kind) for kind, paths in folders.items() for path in paths]


def empty_trash(is_stopped: Callable[[], bool] = never) -> None:
    """Settle what no row knows, then remove for good what is over its time."""
    for root, kind in roots():
        settle(root, kind)
        for entry in own_entries(root):
            if entry.name.endswith(CONDEMNED) and not known([entry]):
                Removal(is_stopped).remove(entry)
    for trash in Trash.objects.filter(keep_until__lte=timezone.now()).order_by("keep_until"):
        if is_stopped():
            return
        remove(trash, is_stopped=is_stopped)


def remove(trash: Trash, *, actor: Any = None, is_stopped: Callable[[], bool] = never) -> bool:
    """Remove the files for good, then the row; False where something is left for the next time."""
    entries, begun = condemn_entries(trash)
    left = sum(tree_size(entry)[1] for entry in entries) if begun else trash.size_bytes
    removal = Removal(is_stopped)
    gone = [removal.remove(entry) for entry in entries]
    if not all(gone):
        if removal.fault:
            logger.warning("%s stays in the trash for now: %s", trash.label, removal.fault)
        return False
    # a removal that was interrupted had freed something before this one began
    freed = max(0, trash.size_bytes - left) + removal.size_bytes
    return forget(trash, freed, actor)


def forget(trash: Trash, freed: int, actor: Any) -> bool:
    """Drop the row of what is removed; False where the disk is too full to write even that."""
    try:
        with transaction.atomic():
            deleted, _ = Trash.objects.filter(pk=trash.pk).delete()
            if deleted:
                trash_event("removed", trash, actor, size_bytes=freed)
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        logger.warning("%s is removed, but its row is still there: %s", trash.label, error)
        return False
    return True


def condemn_entries(trash: Trash) -> tuple[list[Path], bool]:
    """Its entries under the name of what is being removed, and whether that had begun already.

    Under the lock that restoring takes too, so that never a part of something is put back.
    Nothing is written to the database here: this also has to work while its disk is full.
    """
    found = {entry_of(Path(move["to"])) for move in trash.moves}
    with transaction.atomic():
        take_sequence_lock()
        if not Trash.objects.filter(pk=trash.pk).exists():
            return [], False
        begun = any(entry.with_name(entry.name + CONDEMNED).exists() for entry in found)
        return [condemn(entry) for entry in sorted(found)], begun


def remove_now(*, actor: Any, trash: Trash, seconds: float = REQUEST_SECONDS) -> bool:
    """Whether it is all gone; else the supervisor removes the rest. Raises NotAllowed."""
    require_staff(actor, "Only staff may remove something for good before its time.")
    try:
        Trash.objects.filter(pk=trash.pk).update(keep_until=timezone.now())
    except OperationalError as error:
        # freeing space is what may help: go on, the row follows once it can be written
        if not is_disk_full(error):
            raise
    deadline = time.monotonic() + seconds
    return remove(trash, actor=actor, is_stopped=lambda: time.monotonic() > deadline)


def known(entries: Iterable[Path]) -> set[str]:
    """The tokens of those entries that a row tells of."""
    tokens = [entry.name.removesuffix(CONDEMNED) for entry in entries]
    found: set[str] = set()
    for start in range(0, len(tokens), IN_ONE_QUERY):
        chunk = tokens[start : start + IN_ONE_QUERY]
        found |= set(Trash.objects.filter(token__in=chunk).values_list("token", flat=True))
    return found


def settle(root: Path, kind: Root.Kind) -> None:
    """Put back what was renamed by a process that was killed before it could say so.

    Where its place is taken it gets a row of the trash: nothing is lost without a word.
    """
    entries = [entry for entry in own_entries(root) if not entry.name.endswith(CONDEMNED)]
    told = known(entries)
    if all(entry.name in told for entry in entries):
        return
    with Mover() as mover, transaction.atomic():
        # whoever holds this lock has either written the row or not yet renamed anything
        take_sequence_lock()
        told = known(entries)
        for entry in entries:
            if entry.name not in told and entry.is_dir():
                settle_entry(entry, kind, mover)


def settle_entry(entry: Path, kind: Root.Kind, mover: Mover) -> None:
    taken = []
    for lying, place in moves_in(entry):
        if place.exists():
            taken.append((lying, place))
            continue
        mover.put_back(lying, place)
        logger.warning("%s was moved by a process that was killed: it is back", place)
        record_event(
            topic="trash",
            kind="trash.put_back",
            subject="",
            payload={"path": str(place)},
            project=place.relative_to(entry.parent.parent).parts[0],
        )
    if taken:
        adopt(entry, kind, taken)
    elif entry.is_dir():
        Removal().remove(entry)


def adopt(entry: Path, kind: Root.Kind, taken: list[tuple[Path, Path]]) -> None:
    root = entry.parent.parent
    places = [str(place.relative_to(root)) for _, place in taken]
    sizes = [tree_size(lying) for lying, _ in taken]
    Trash.objects.create(
        kind=Trash.Kind.JOB if kind == Root.Kind.STATUS else Trash.Kind.CHECKPOINT,
        token=entry.name,
        label=", ".join(places)[:2000],
        project=taken[0][1].relative_to(root).parts[0],
        reason="its deletion was interrupted, and its place is taken",
        moves=[{"from": str(place), "to": str(lying)} for lying, place in taken],
        files=sum(files for files, _ in sizes),
        size_bytes=sum(size for _, size in sizes),
        keep_until=timezone.now() + timedelta(days=settings.FUSIONWEB_TRASH_DAYS),
    )
