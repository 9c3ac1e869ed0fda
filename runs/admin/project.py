"""What runs belong to."""

from django.contrib import admin
from django.http import HttpRequest

from runs.models import Project

from .staff import StaffAdmin


@admin.register(Project)
class ProjectAdmin(StaffAdmin):
    list_display = ["slug", "title", "created_at"]
    search_fields = ["slug", "title", "description"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Project | None = None
    ) -> tuple[str, ...]:
        # its runs' directories are found by it
        return ("slug", "created_at") if obj else ("created_at",)
