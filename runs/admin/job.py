"""What directories say is, or was, executing."""

from django.contrib import admin

from runs.models import Job

from .staff import ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = [
        "run_id", "status", "name", "project", "group", "host", "pid", "started_at", "heartbeat_at",
    ]  # fmt: skip
    list_filter = ["status", "started_at"]
    search_fields = ["name", "project", "group", "run_id__startswith", "host"]
    # by age alone: the table has no index on the time a job began
    ordering = ["-pk"]
