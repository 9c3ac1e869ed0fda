"""Runs made together, what their iterations measured, and what was computed from it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from runs.contract.status import FINAL, STOPPABLE, Status

from .run import new_run_id

# A batch is never preempted or lost itself: that its runs were is said in its result.
STATUSES = (
    Status.PENDING,
    Status.RUNNING,
    Status.COMPLETED,
    Status.FAILED,
    Status.CANCELLED,
)


class Batch(models.Model):
    """Runs of one request: each of its points `num_iterations` times, on the same seeds.

    A point is {"label", "overrides", "values"}: what one repeats has a single one, a comparison
    two (A and B), a sweep one for each value (a grid: for each pair) of its `parameters`, which
    are written `section.key`. Iteration number i, counted from 0, has the seed `base_seed + i`
    at every point. `config_text` is the template's or the given text at the time of the request,
    without any override; `overrides` are those of all points.

    `made` counts the iterations that have a run already. `revision` rises whenever a run of it
    ends or is replaced, `analysed_revision` is what `result` (a `BatchResult`) tells of: where
    they differ an analysis is due, and whoever does it holds `analysis_until`. `analysis_attempts`
    counts those begun since one was finished: what kills its analyst is given up after a few.
    `metrics` are the names asked for; empty: whatever is found. `max_running` is its own limit
    of slots; null: as many as are free.
    """

    class Kind(models.TextChoices):
        REPEAT = "repeat", "repeat"
        COMPARE = "compare", "comparison"
        SWEEP = "sweep", "sweep"

    id = models.CharField(primary_key=True, max_length=12, default=new_run_id, editable=False)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    project = models.ForeignKey("runs.Project", models.PROTECT, related_name="batches")
    group = models.CharField(max_length=100, default="default")
    name = models.CharField(max_length=100)
    program = models.ForeignKey("runs.Program", models.PROTECT, related_name="batches")
    template = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="batches")
    config_text = models.TextField(blank=True)
    overrides = models.JSONField(default=dict, blank=True)
    points = models.JSONField(default=list)
    parameters = models.JSONField(default=list, blank=True)
    metrics = models.JSONField(default=list, blank=True)
    num_iterations = models.PositiveIntegerField()
    base_seed = models.BigIntegerField(default=0)
    priority = models.SmallIntegerField(default=0)
    max_running = models.PositiveIntegerField(null=True, blank=True)
    resources = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=list, blank=True)
    notes = models.TextField(blank=True)

    status = models.CharField(
        max_length=10,
        choices=[(status.value, status.value) for status in STATUSES],
        default=Status.PENDING,
    )
    reason = models.CharField(max_length=500, blank=True)
    made = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    revision = models.PositiveIntegerField(default=0)
    analysed_revision = models.PositiveIntegerField(default=0)
    analysed_at = models.DateTimeField(null=True, blank=True)
    analysis_until = models.DateTimeField(null=True, blank=True)
    analysis_attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "batches"
        indexes = [
            models.Index(fields=["created_at", "id"], name="batch_created"),
            models.Index(fields=["owner", "created_at", "id"], name="batch_owner_created"),
            models.Index(fields=["status", "created_at", "id"], name="batch_status_created"),
            models.Index(fields=["project", "created_at", "id"], name="batch_project_created"),
            models.Index(
                fields=["analysed_at"],
                name="batch_due",
                condition=~Q(revision=F("analysed_revision")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id and self.project.slug}/{self.group}/{self.name} {self.id}"

    @property
    def total(self) -> int:
        """How many iterations it has, over all points."""
        return len(self.points) * self.num_iterations

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def can_cancel(self) -> bool:
        return self.status in STOPPABLE and self.cancel_requested_at is None

    @property
    def can_delete(self) -> bool:
        return self.status in FINAL

    def overrides_at(self, point: int) -> dict[str, Any]:
        """What is set at that point alone."""
        overrides: dict[str, Any] = self.points[point]["overrides"]
        return overrides


class Iteration(models.Model):
    """One run of a batch: number `number` (from 0) at point `point` (from 0).

    `run` is the one that counts, the latest where it was retried; null once it was deleted.
    `metrics` is what it measured, null before that was read: {name: [[x, value], …]} where x is
    the load point, null where there are none, and value null where it is no finite number.
    `problem` says why there is nothing, or not all.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="iterations")
    point = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    run = models.OneToOneField(
        "runs.Run", models.SET_NULL, null=True, blank=True, related_name="iteration"
    )
    metrics = models.JSONField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["batch", "point", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "point", "number"], name="iteration_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.point}.{self.number}"


class BatchMetric(models.Model):
    """One metric of a batch: `summary` is a `MetricSummary`, `values` a list of `PointValues`."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="measured")
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    summary = models.JSONField()
    values = models.JSONField()

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "name"], name="metric_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.name}"
