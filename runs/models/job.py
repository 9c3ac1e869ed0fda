"""What a directory says is, or was, executing."""

from datetime import datetime
from pathlib import Path

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from runs.contract.layout import JobPath
from runs.contract.status import FINAL, Status


class Job(models.Model):
    """A job; `ordered_run` is empty for one found on disk that nobody launched here.

    `listed_at` is when it began, as far as anybody knows, never in the future: lists are sorted
    by it. `hosts` are the names of all its hosts, each between blanks, so that one can be looked
    for. `fault` says why its directory could not be read the last time; the rest is then what
    was read before. `inode`, `file_mtime_ns` and `file_size` are how the directory and its
    metadata.json looked when they were read: while they look the same, nobody reads again.
    """

    # Without an index: nothing asks for the few roots alone, and SQLite would choose it.
    root = models.ForeignKey("runs.Root", models.PROTECT, related_name="jobs", db_index=False)
    project = models.CharField(max_length=255)
    group = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    run_id = models.CharField(max_length=255)
    ordered_run = models.OneToOneField(
        "runs.Run", models.CASCADE, null=True, blank=True, related_name="job"
    )
    status = models.CharField(
        max_length=10,
        choices=[(status.value, status.value) for status in Status],
        default=Status.UNKNOWN,
    )
    reason = models.CharField(max_length=500, blank=True)
    job_key = models.CharField(max_length=255, blank=True)
    slurm_job_id = models.CharField(max_length=100, blank=True)
    unix_owner = models.CharField(max_length=100, blank=True)
    host = models.CharField(max_length=255, blank=True)
    hosts = models.TextField(blank=True)
    chip = models.CharField(max_length=100, blank=True)
    total_chips = models.PositiveIntegerField(null=True, blank=True)
    pid = models.BigIntegerField(null=True, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    signal = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(default=timezone.now)
    search_text = models.TextField(blank=True, editable=False)

    fault = models.CharField(max_length=500, blank=True)
    inode = models.BigIntegerField(default=0)
    file_mtime_ns = models.BigIntegerField(default=0)
    file_size = models.BigIntegerField(default=0)
    files = models.PositiveIntegerField(null=True, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-listed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "group", "name", "run_id", "root"], name="job_directory_once"
            )
        ]
        indexes = [
            models.Index(fields=["listed_at", "id"], name="job_listed"),
            models.Index(fields=["project", "listed_at", "id"], name="job_project_listed"),
            models.Index(fields=["status", "listed_at", "id"], name="job_status_listed"),
            models.Index(fields=["chip", "listed_at", "id"], name="job_chip_listed"),
            models.Index(fields=["group", "listed_at", "id"], name="job_group_listed"),
            models.Index(fields=["unix_owner", "listed_at", "id"], name="job_owner_listed"),
            models.Index(fields=["name", "id"], name="job_name"),
            models.Index(
                fields=["size_bytes", "id"], name="job_size", condition=Q(size_bytes__isnull=False)
            ),
            models.Index(fields=["project", "group", "status"], name="job_counted"),
            models.Index(
                fields=["heartbeat_at"],
                name="job_running_heartbeat",
                condition=Q(status=Status.RUNNING),
            ),
            models.Index(fields=["listed_at", "id"], name="job_faulty", condition=~Q(fault="")),
            models.Index(
                fields=["id"], name="job_unmeasured", condition=Q(measured_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.path)

    def get_absolute_url(self) -> str:
        """Its page; a job under a later root of the same path names its root."""
        address = reverse("job", args=self.path.parts)
        return address if self.root.position == 0 else f"{address}?root={self.root_id}"

    @property
    def path(self) -> JobPath:
        return JobPath(self.project, self.group, self.name, self.run_id)

    @property
    def directory(self) -> Path:
        return self.path.under(self.root.directory)

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def last_sign_at(self) -> datetime:
        """When it was last known to be alive."""
        return self.heartbeat_at or self.started_at or self.listed_at
