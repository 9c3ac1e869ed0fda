"""Where jobs and checkpoints are looked for; rows of roots that are configured no more."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from runs.models import Root

from .staff import ReadOnlyAdmin, is_staff


def is_forgotten(root: Root) -> bool:
    """In no setting any more, and nothing below it is known."""
    folders = {
        Root.Kind.STATUS.value: settings.FUSIONWEB_STATUS_DIRS,
        Root.Kind.CHECKPOINTS.value: settings.FUSIONWEB_CHECKPOINT_DIRS,
    }
    configured = root.path in {str(path) for path in folders[root.kind]}
    return not (configured or root.jobs.exists() or root.checkpoints.exists())


@admin.register(Root)
class RootAdmin(ReadOnlyAdmin):
    list_display = ["path", "kind", "position", "state", "reason", "scanned_at", "fault_count"]
    list_filter = ["kind", "state"]

    def has_delete_permission(self, request: HttpRequest, obj: Root | None = None) -> bool:
        """One by one alone: the whole selection may hold some that are still needed."""
        return is_staff(request) and obj is not None and is_forgotten(obj)
