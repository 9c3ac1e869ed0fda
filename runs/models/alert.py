"""Something a person should look at, until acknowledged."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Alert(models.Model):
    """One cause is one alert, however often it is seen: `count` and `last_at` say how often.

    `over_at` is set when the cause is over: of a condition (a missing root) when it ends, of a
    happening (a failed job) when somebody has acknowledged it. From then on the same cause is a
    new alert; one that is over and not acknowledged is taken up again. `address` is the page it
    is about; `project` the slug of the project it is about, null where it is about none.
    """

    class Kind(models.TextChoices):
        JOB_FAILED = "job_failed", "job failed"
        JOB_STALE = "job_stale", "job went silent"
        JOB_PREEMPTED = "job_preempted", "job was preempted"
        JOB_LOST = "job_lost", "run was lost"
        SUPERVISOR_DOWN = "supervisor_down", "no supervisor"
        DISK_NEARLY_FULL = "disk_nearly_full", "disk nearly full"
        ROOT_MISSING = "root_missing", "root missing"

    cause = models.CharField(max_length=300)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    message = models.CharField(max_length=1000)
    address = models.CharField(max_length=2000, blank=True)
    project = models.CharField(max_length=255, null=True, blank=True)
    count = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], name="alert_once", condition=Q(over_at__isnull=True)
            )
        ]
        indexes = [
            models.Index(fields=["raised_at", "id"], name="alert_raised"),
            models.Index(
                fields=["cause"],
                name="alert_unacknowledged",
                condition=Q(acknowledged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

    @property
    def is_happening(self) -> bool:
        """It happened at a moment; anything else is a condition, which lasts."""
        return self.kind in HAPPENINGS


HAPPENINGS = frozenset({Alert.Kind.JOB_FAILED, Alert.Kind.JOB_PREEMPTED, Alert.Kind.JOB_LOST})
