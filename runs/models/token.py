"""What a script shows instead of a password."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone


class Scope(models.TextChoices):
    """What a token may be used for, always within what its owner may do."""

    READ = "read", "read"
    RUN = "run", "launch and act on runs"
    REVIEW = "review", "review checkpoints"
    ADMIN = "admin", "everything else its owner may do"


class Token(models.Model):
    """A token of `owner`; the text itself is shown once and never kept.

    `digest` is the SHA-256 of the text in hex: the text has 256 random bits, so that nothing
    slower is needed. `prefix` is its first characters, by which people tell tokens apart.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"

    def is_usable(self, now: datetime | None = None) -> bool:
        """Neither revoked nor expired."""
        at = now or timezone.now()
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)
