"""An alert that is to be sent, or was."""

from django.db import models
from django.db.models import Q


class Delivery(models.Model):
    """One sending of an alert over one channel.

    `due_at` is when it is to be tried next; None once it was sent, or given up: then without
    `sent_at`. While somebody tries, it lies past the longest time that trying may take, so that
    nobody else does. `fault` says why the last attempt failed.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", "mail"
        WEBHOOK = "webhook", "webhook"

    alert = models.ForeignKey("runs.Alert", models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=7, choices=Channel.choices)
    due_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                name="delivery_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(fields=["channel", "sent_at"], name="delivery_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.alert}"

    @property
    def is_given_up(self) -> bool:
        return self.due_at is None and self.sent_at is None
