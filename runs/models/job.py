"""What a directory says is, or was, executing."""

from django.db import models

from runs.contract.status import Status


class Job(models.Model):
    """A job; `ordered_run` is empty for one found on disk that nobody launched here."""

    root = models.CharField(max_length=1000)
    project = models.CharField(max_length=100)
    group = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    run_id = models.CharField(max_length=100)
    ordered_run = models.OneToOneField(
        "runs.Run", models.CASCADE, null=True, blank=True, related_name="job"
    )
    status = models.CharField(
        max_length=10,
        choices=[(status.value, status.value) for status in Status],
        default=Status.UNKNOWN,
    )
    reason = models.CharField(max_length=500, blank=True)
    host = models.CharField(max_length=255, blank=True)
    pid = models.BigIntegerField(null=True, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    signal = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["root", "project", "group", "name", "run_id"], name="job_directory_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}/{self.group}/{self.name}/{self.run_id}"
