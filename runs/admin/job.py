"""What directories say is, or was, executing."""

from django.contrib import admin

from runs.cleanup.deletion import delete_job, job_size
from runs.cleanup.reasons import job_refusal
from runs.models import Job

from .deleting import DeletableAdmin, Deletion, delete_with_files


@admin.register(Job)
class JobAdmin(DeletableAdmin):
    deletion = Deletion("job", ("root",), job_size, delete_job, job_refusal)
    actions = [delete_with_files]
    list_display = [
        "run_id", "status", "name", "project", "group", "host", "pid", "started_at", "heartbeat_at",
    ]  # fmt: skip
    list_filter = ["status", "started_at"]
    search_fields = ["name", "project", "group", "run_id__startswith", "host"]
    # by age alone: the table has no index on the time a job began
    ordering = ["-pk"]
