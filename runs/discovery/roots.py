"""The rows of the configured roots."""

from pathlib import Path

from django.conf import settings

from runs.models import Root


def configured_roots() -> list[Root]:
    """A row for each configured root, in the order of the settings; made where missing."""
    folders = {
        Root.Kind.STATUS: settings.FUSIONWEB_STATUS_DIRS,
        Root.Kind.CHECKPOINTS: settings.FUSIONWEB_CHECKPOINT_DIRS,
    }
    return [
        root_row(Path(path), kind, position)
        for kind, paths in folders.items()
        for position, path in enumerate(paths)
    ]


def root_row(path: Path, kind: Root.Kind, position: int | None = None) -> Root:
    """The row of one root, made where missing; `position` None leaves its place as it is."""
    root, _ = Root.objects.get_or_create(
        path=str(path), kind=kind, defaults={"position": position or 0}
    )
    if position is not None and root.position != position:
        Root.objects.filter(pk=root.pk).update(position=position)
        root.position = position
    return root
