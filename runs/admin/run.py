"""What people asked for, and the clean-up of it. Deleting always takes the files along."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from runs.models import Run

from .run_actions import cancel, delete_with_files, retry
from .staff import ReadOnlyAdmin, is_staff

BIG_COLUMNS = ["search_text", "progress", "overrides", "handle", "notes"]


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = [
        "id", "status", "name", "group", "project", "program", "owner", "created_at", "ended_at",
    ]  # fmt: skip
    list_filter = ["status", "program", "project", "created_at"]
    list_select_related = ["project", "program", "owner"]
    search_fields = ["search_text"]
    search_help_text = "Id, name, group, project, program, tags and notes"
    actions = [cancel, retry, delete_with_files]

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return is_staff(request) and (obj is None or obj.can_delete)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).defer(*BIG_COLUMNS)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's own deletion, which would leave the files behind."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return delete_with_files(self, request, Run.objects.filter(pk=object_id))

    def view_on_site(self, obj: Run) -> str:
        return reverse("run", args=[obj.pk])
