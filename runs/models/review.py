"""One decision about a checkpoint; the newest counts, the others are its history."""

from django.conf import settings
from django.db import models

from .checkpoint import Checkpoint


class Review(models.Model):
    """Written once and never changed. Unpinning is one as well: same decision, not pinned."""

    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, related_name="reviews")
    decision = models.CharField(max_length=10, choices=Checkpoint.Decision.choices)
    pinned = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.decision}"
