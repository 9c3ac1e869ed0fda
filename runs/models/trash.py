"""Something deleted that can still be had back."""

from django.conf import settings
from django.db import models


class Trash(models.Model):
    """A deleted run, job or checkpoint until `keep_until`.

    `moves` is a list of {"from", "to"} paths, each a rename within one file system, below
    `<root>/.trash/<token>`; `snapshot` the rows as Django serializes them, to be put back with
    the files. `size_bytes` and `files` were measured when it was deleted.
    """

    class Kind(models.TextChoices):
        RUN = "run", "run"
        JOB = "job", "job"
        CHECKPOINT = "checkpoint", "checkpoint"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    token = models.CharField(max_length=30, unique=True)
    label = models.CharField(max_length=2000)
    project = models.CharField(max_length=255)
    owner = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    moves = models.JSONField(default=list)
    snapshot = models.JSONField(default=list)
    files = models.PositiveIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    deleted_at = models.DateTimeField(auto_now_add=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    keep_until = models.DateTimeField()

    class Meta:
        ordering = ["-deleted_at", "-id"]
        indexes = [models.Index(fields=["keep_until"], name="trash_keep_until")]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"
