"""What a job saved."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone


class Checkpoint(models.Model):
    """A directory `project/group/name/suffix` below a root of checkpoints; `suffix` may have
    slashes.

    `metrics` are the numbers of its config.json, `steps` and `score` among them. `latest` says
    whether the file `latest` names it, or whether it is the newest complete one where that file
    names none. `gone_at` is set where somebody has reviewed it and its directory has vanished.
    `decision` to `review_note` repeat the newest row of its `reviews`.
    """

    class Latest(models.TextChoices):
        NO = "", "no"
        FILE = "file", "named by the file latest"
        FALLBACK = "fallback", "the newest complete one"

    class Decision(models.TextChoices):
        UNREVIEWED = "unreviewed", "unreviewed"
        APPROVED = "approved", "approved"
        REJECTED = "rejected", "rejected"

    # Without an index: nothing asks for the few roots alone, and SQLite would choose it.
    root = models.ForeignKey(
        "runs.Root", models.PROTECT, related_name="checkpoints", db_index=False
    )
    project = models.CharField(max_length=255)
    group = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    suffix = models.CharField(max_length=1000)
    saved_at = models.DateTimeField(default=timezone.now)
    complete = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    latest = models.CharField(max_length=8, choices=Latest.choices, blank=True)
    config_name = models.CharField(max_length=100, blank=True)
    made_by_name = models.CharField(max_length=255, blank=True)
    made_by_id = models.CharField(max_length=255, blank=True)
    unix_owner = models.CharField(max_length=100, blank=True)
    steps = models.BigIntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    search_text = models.TextField(blank=True, editable=False)

    decision = models.CharField(
        max_length=10, choices=Decision.choices, default=Decision.UNREVIEWED
    )
    pinned = models.BooleanField(default=False)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    review_note = models.TextField(blank=True)

    fault = models.CharField(max_length=500, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    inode = models.BigIntegerField(default=0)
    directory_mtime_ns = models.BigIntegerField(default=0)
    files = models.PositiveIntegerField(null=True, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-saved_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "group", "name", "suffix", "root"],
                name="checkpoint_directory_once",
            )
        ]
        indexes = [
            models.Index(fields=["saved_at", "id"], name="checkpoint_saved"),
            models.Index(fields=["project", "saved_at", "id"], name="checkpoint_project_saved"),
            models.Index(fields=["decision", "saved_at", "id"], name="checkpoint_decision_saved"),
            models.Index(fields=["name", "id"], name="checkpoint_name"),
            models.Index(fields=["steps", "id"], name="checkpoint_steps"),
            models.Index(fields=["score", "id"], name="checkpoint_score"),
            # all that a list adds up is in these
            models.Index(fields=["gone_at", "size_bytes", "id"], name="checkpoint_size"),
            models.Index(
                fields=["decision", "gone_at", "size_bytes"], name="checkpoint_decision_size"
            ),
            models.Index(
                fields=["decision", "complete", "gone_at", "saved_at", "id"],
                name="checkpoint_waiting",
            ),
            models.Index(fields=["project", "gone_at", "size_bytes"], name="checkpoint_summed"),
            models.Index(fields=["id"], name="checkpoint_faulty", condition=~Q(fault="")),
            models.Index(
                fields=["id"], name="checkpoint_unmeasured", condition=Q(measured_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}/{self.group}/{self.name}/{self.suffix}"

    def get_absolute_url(self) -> str:
        """Its page; one under a later root of the same path names its root."""
        address = reverse("checkpoint", args=[self.project, self.group, self.name, self.suffix])
        return address if self.root.position == 0 else f"{address}?root={self.root_id}"

    @property
    def directory(self) -> Path:
        return self.root.directory.joinpath(self.project, self.group, self.name, self.suffix)
