"""What somebody asked for."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from runs.contract.layout import CONFIG_STEM, JobPath
from runs.contract.status import DELETABLE, FINAL, RETRYABLE, STOPPABLE, Status


def new_run_id() -> str:
    """12 hex digits, 48 random bits: a collision meets the primary key, never a directory."""
    return secrets.token_hex(6)


class Run(models.Model):
    """A run: wanted by its owner, executed by the supervisor, told of by its job's directory.

    `purpose` is null but for test runs, which are listed and cleaned up apart.
    `handle` is what the executor needs to find it again; `cancel_receipt` what cancelling
    did: {"signalled": [...], "still_alive": [...], "all_gone": bool}; `progress` is
    `ProgressState.to_json()` as last read.
    """

    class Purpose(models.TextChoices):
        TEST = "test", "test run"

    class Origin(models.TextChoices):
        RETRY = "retry", "retry of"
        CLONE = "clone", "clone of"
        RESUME = "resume", "resumes"

    id = models.CharField(primary_key=True, max_length=12, default=new_run_id, editable=False)
    project = models.ForeignKey("runs.Project", models.PROTECT, related_name="runs")
    group = models.CharField(max_length=100, default="default")
    name = models.CharField(max_length=100)
    program = models.ForeignKey("runs.Program", models.PROTECT, related_name="runs")
    template = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs")
    priority = models.SmallIntegerField(default=0)
    seed = models.BigIntegerField(null=True, blank=True)
    overrides = models.JSONField(default=dict, blank=True)
    resources = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=list, blank=True)
    notes = models.TextField(blank=True)
    search_text = models.TextField(blank=True, editable=False)
    resume_from = models.CharField(max_length=1000, blank=True)
    origin = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="heirs")
    # Null and without a default: a column that SQLite can add without copying the table.
    purpose = models.CharField(max_length=4, choices=Purpose.choices, null=True, blank=True)
    # Null again for one whose place a retry has taken; a batch is deleted with its runs.
    batch = models.ForeignKey(
        "runs.Batch", models.SET_NULL, null=True, blank=True, related_name="runs", db_index=False
    )
    origin_kind = models.CharField(max_length=6, choices=Origin.choices, blank=True)

    root = models.CharField(max_length=1000)
    status = models.CharField(
        max_length=10,
        choices=[(status.value, status.value) for status in Status],
        default=Status.PENDING,
    )
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    executor = models.CharField(max_length=20, default="local")
    handle = models.JSONField(default=dict, blank=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancel_grace_seconds = models.FloatField(null=True, blank=True)
    cancel_receipt = models.JSONField(null=True, blank=True)
    progress = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["created_at", "id"], name="run_created"),
            models.Index(fields=["owner", "created_at", "id"], name="run_owner_created"),
            models.Index(fields=["status", "created_at", "id"], name="run_status_created"),
            models.Index(fields=["owner", "status", "created_at", "id"], name="run_owner_status"),
            models.Index(fields=["project", "created_at", "id"], name="run_project_created"),
            models.Index(fields=["program", "created_at", "id"], name="run_program_created"),
            models.Index(fields=["group", "created_at", "id"], name="run_group_created"),
            models.Index(fields=["name", "id"], name="run_name"),
            models.Index(fields=["status", "name", "id"], name="run_status_name"),
            models.Index(fields=["ended_at", "id"], name="run_ended"),
            models.Index(
                fields=["created_at", "id"],
                name="run_purpose_created",
                condition=models.Q(purpose__isnull=False),
            ),
            models.Index(
                fields=["batch", "status", "created_at", "id"],
                name="run_batch_status",
                condition=models.Q(batch__isnull=False),
            ),
            # With what it is limited by in front: else SQLite takes another, and reads the rows.
            models.Index(
                fields=["status", "claimed_by", "owner", "batch", "-priority", "created_at", "id"],
                name="run_waiting",
                condition=models.Q(status=Status.PENDING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id and self.project.slug}/{self.group}/{self.name} {self.id}"

    @property
    def directory(self) -> Path:
        return JobPath(self.project.slug, self.group, self.name, self.id).under(Path(self.root))

    @property
    def config_path(self) -> Path:
        return self.directory / f"{CONFIG_STEM}.{self.program.config_format}"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def can_cancel(self) -> bool:
        return self.status in STOPPABLE and self.cancel_requested_at is None

    @property
    def can_delete(self) -> bool:
        return self.status in DELETABLE

    @property
    def can_retry(self) -> bool:
        return self.status in RETRYABLE

    def facts_for_search(self) -> str:
        """The lower-case text that the list's search looks through."""
        words: list[Any] = [self.id, self.project.slug, self.group, self.name, self.program.slug]
        return "\n".join([*words, *self.tags, self.notes]).lower()
