"""The process that launches, watches and stops."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

# Three heartbeats may be missed before every page says that the supervisor is down.
DOWN_AFTER = timedelta(seconds=15)


class Supervisor(models.Model):
    """One supervisor process; `name` is unique to the process, not to the machine.

    `identity` is its `ProcessIdentity`, by which another on the same host knows it is dead.
    """

    name = models.CharField(primary_key=True, max_length=100)
    host = models.CharField(max_length=255)
    pid = models.BigIntegerField()
    identity = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField()
    slots = models.PositiveIntegerField()

    class Meta:
        ordering = ["-heartbeat_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        return timezone.now() - self.heartbeat_at < DOWN_AFTER
