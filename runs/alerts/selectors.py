"""What pages ask about alerts."""

from typing import Any

from runs.access import visible
from runs.models import Alert, Delivery


def unacknowledged_count(user: Any) -> int:
    """How many the person sees that wait; from a small index, for the header of every page."""
    return visible(user, Alert.objects.filter(acknowledged_at=None)).count()


def last_delivery(channel: str) -> Delivery | None:
    """The newest over this channel that was sent."""
    sent = Delivery.objects.filter(channel=channel, sent_at__isnull=False)
    return sent.order_by("-sent_at").first()


def last_fault(channel: str) -> Delivery | None:
    """The newest over this channel that could not be sent yet, or was given up."""
    failed = Delivery.objects.filter(channel=channel, sent_at=None).exclude(fault="")
    return failed.select_related("alert").order_by("-pk").first()
