"""What was deleted and can still be had back."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from runs.cleanup.trash import restore, trash_event
from runs.models import Trash
from runs.web.templatetags.show import count, size

from .deleting import act_on_each
from .staff import ReadOnlyAdmin


@admin.action(description="Restore")
def restore_selected(_: Any, request: HttpRequest, rows: QuerySet[Trash]) -> None:
    actor: Any = request.user
    done = act_on_each(request, rows, (), lambda row: restore(actor=actor, trash=row))
    if done:
        messages.success(request, f"{count(len(done), 'deletion')} put back.")


@admin.action(description="Remove for good at the supervisor's next round")
def end_time(_: Any, request: HttpRequest, rows: QuerySet[Trash]) -> None:
    due = list(rows.filter(keep_until__gt=timezone.now()))
    with transaction.atomic():
        ended = rows.filter(pk__in=[row.pk for row in due]).update(keep_until=timezone.now())
        for row in due:
            trash_event("time_ended", row, request.user)  # type: ignore[arg-type]
    messages.success(request, f"{count(ended, 'deletion')} will be removed within half a minute.")


@admin.register(Trash)
class TrashAdmin(ReadOnlyAdmin):
    list_display = ["label", "kind", "project", "owner", "amount", "deleted_by", "deleted_at",
                    "keep_until"]  # fmt: skip
    list_filter = ["kind", "deleted_at"]
    list_select_related = ["deleted_by"]
    search_fields = ["label", "owner", "reason"]
    exclude = ["snapshot"]
    actions = [restore_selected, end_time]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trash]:
        return super().get_queryset(request).defer("snapshot")

    @admin.display(description="size", ordering="size_bytes")
    def amount(self, trash: Trash) -> str:
        return size(trash.size_bytes)
