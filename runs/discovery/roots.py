"""The rows of the configured roots."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from runs.errors import NotAllowed
from runs.events import record_event
from runs.models import Root


def configured_roots() -> list[Root]:
    """A row for each configured root, in the order of the settings; made where missing."""
    folders = {
        Root.Kind.STATUS: settings.FUSIONWEB_STATUS_DIRS,
        Root.Kind.CHECKPOINTS: settings.FUSIONWEB_CHECKPOINT_DIRS,
    }
    roots = [
        root_row(Path(path), kind, position)
        for kind, paths in folders.items()
        for position, path in enumerate(paths)
    ]
    for root in roots:
        _make_own(root)
    return roots


def _make_own(root: Root) -> None:
    """The roots in the data folder are ours: not there yet is not missing."""
    own = root.directory.is_relative_to(settings.FUSIONWEB_DATA)
    if own and root.first_scanned_at is None:
        with suppress(OSError):
            root.directory.mkdir(parents=True, exist_ok=True)


def root_row(path: Path, kind: Root.Kind, position: int | None = None) -> Root:
    """The row of one root, made where missing; `position` None leaves its place as it is."""
    root, _ = Root.objects.get_or_create(
        path=str(path), kind=kind, defaults={"position": position or 0}
    )
    if position is not None and root.position != position:
        Root.objects.filter(pk=root.pk).update(position=position)
        root.position = position
    return root


def accept_removals(*, actor: Any, root: Root) -> None:
    """The next scan removes the rows of all that vanished. Raises NotAllowed but for staff."""
    if not (actor.is_active and actor.is_staff):
        raise NotAllowed("Only staff may say that what vanished was deleted on purpose.")
    with transaction.atomic():
        Root.objects.filter(pk=root.pk).update(accept_removals=True)
        record_event(
            topic="roots",
            kind="root.removals_accepted",
            subject=f"root:{root.pk}",
            payload={"id": root.pk, "path": root.path, "reason": root.reason},
            actor=actor,
        )
