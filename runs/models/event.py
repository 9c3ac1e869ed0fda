"""One thing that happened."""

from django.conf import settings
from django.db import models

# What people did, or tried: the few of millions that the audit page is about.
BY_PEOPLE = models.Q(actor__isnull=False) | models.Q(topic="accounts")


class Event(models.Model):
    """An event; `seq` rises in the order of commit (see `runs.events`).

    `subject` is the id of what it happened to, such as a run's; `project` the slug of the
    project it belongs to, null where it belongs to none: only who sees that project is told.
    `address` is where the person or script asked from, `token` the one a script showed.
    """

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    topic = models.CharField(max_length=30)
    kind = models.CharField(max_length=50)
    subject = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    project = models.CharField(max_length=255, null=True, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    token = models.ForeignKey(
        "runs.Token", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["topic", "seq"], name="event_topic"),
            models.Index(fields=["subject", "seq"], name="event_subject"),
            models.Index(fields=["kind", "seq"], name="event_kind"),
            models.Index(fields=["seq"], name="event_by_people", condition=BY_PEOPLE),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.subject}"
