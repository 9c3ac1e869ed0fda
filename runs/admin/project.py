"""What runs belong to."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from runs.accounts.membership import opened_or_closed, people_of, tell_of_difference
from runs.models import Project

from .staff import StaffAdmin


@admin.register(Project)
class ProjectAdmin(StaffAdmin):
    list_display = ["slug", "title", "is_open", "created_at"]
    list_filter = ["is_open"]
    filter_horizontal = ["members", "managers"]
    search_fields = ["slug", "title", "description"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Project | None = None
    ) -> tuple[str, ...]:
        # its runs' directories are found by it
        return ("slug", "created_at") if obj else ("created_at",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Tells of who was named, and of an opening or closing, as the project's own page does."""
        project: Project = form.instance
        with transaction.atomic():
            before = people_of(project)
            super().save_related(request, form, formsets, change)
            tell_of_difference(project, before, request.user)
            if change and "is_open" in form.changed_data:
                opened_or_closed(project, request.user)
