"""One of the directories that jobs or checkpoints are found under."""

from pathlib import Path

from django.db import models


class Root(models.Model):
    """A configured root and how the index of it is; `position` is its place in the setting.

    `scan_done` of `scan_total` directories have been read while it is being scanned; the total
    is what the last scan or a first look counted, None where nobody knows. `faults` holds at most
    a hundred {"path", "reason"} of what could not be read and has no row of its own,
    `fault_count` all of them.
    """

    class Kind(models.TextChoices):
        STATUS = "status", "jobs"
        CHECKPOINTS = "checkpoints", "checkpoints"

    class State(models.TextChoices):
        NEW = "new", "not read yet"
        SCANNING = "scanning", "being read for the first time"
        READY = "ready", "in step"
        MISSING = "missing", "missing"
        HELD = "held", "held: too much vanished at once"

    path = models.CharField(max_length=1000)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    position = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    reason = models.CharField(max_length=500, blank=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    first_scanned_at = models.DateTimeField(null=True, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)
    scan_requested_at = models.DateTimeField(null=True, blank=True)
    scan_seconds = models.FloatField(null=True, blank=True)
    scan_done = models.PositiveIntegerField(default=0)
    scan_total = models.PositiveIntegerField(null=True, blank=True)
    watched_directories = models.PositiveIntegerField(default=0)
    unwatched_directories = models.PositiveIntegerField(default=0)
    accept_removals = models.BooleanField(default=False)
    faults = models.JSONField(default=list, blank=True)
    fault_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["kind", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "path"], name="root_once")]

    def __str__(self) -> str:
        return self.path

    @property
    def directory(self) -> Path:
        return Path(self.path)
