"""Send what is due, over each channel in a thread of its own.

A delivery is claimed by a conditional update before it is tried, so that of several processes
one sends it; a process killed while it tries leaves it to be tried again when the claim has run
out. So each is sent once, and twice only where a process died between sending and saying so.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils import timezone

from runs.alerts.channels import DeliveryFailed, send_mail, send_webhook
from runs.models import Delivery

logger = logging.getLogger(__name__)

# Longer than any attempt takes: mail server and webhook have ten seconds for each answer.
CLAIM = timedelta(minutes=2)
PAUSES = [timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 60, 360)]
MOST_AT_ONCE = 500


def deliver_mail() -> bool:
    """One mail with all that is due or will be in a moment; False where nothing was."""
    now = timezone.now()
    waiting = Delivery.objects.filter(channel=Delivery.Channel.MAIL, due_at__isnull=False)
    if not waiting.filter(due_at__lte=now).exists():
        return False
    # What was just raised would otherwise follow in a second mail at once.
    joining = waiting.filter(attempts=0, due_at__lte=now + timedelta(minutes=1))
    chosen = (waiting.filter(due_at__lte=now) | joining).select_related("alert")
    claimed = [delivery for delivery in chosen[:MOST_AT_ONCE] if claim(delivery)]
    if claimed:
        attempt(claimed, lambda: send_mail([delivery.alert for delivery in claimed]))
    return bool(claimed)


def deliver_webhook() -> bool:
    """One POST; False where nothing was due, or it failed and the next would as well."""
    due = Delivery.objects.filter(channel=Delivery.Channel.WEBHOOK, due_at__lte=timezone.now())
    delivery = due.select_related("alert").order_by("due_at", "pk").first()
    if delivery is None or not claim(delivery):
        return False
    return attempt([delivery], lambda: send_webhook(delivery.alert))


def claim(delivery: Delivery) -> bool:
    """Only one of those who saw it at this hour gets it."""
    mine = Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at)
    delivery.attempts += 1
    return bool(mine.update(due_at=timezone.now() + CLAIM, attempts=delivery.attempts))


def attempt(deliveries: Sequence[Delivery], send: Callable[[], None]) -> bool:
    try:
        send()
    except DeliveryFailed as error:
        for delivery in deliveries:
            put_off(delivery, error.message)
        logger.warning("an alert could not be sent by %s: %s", deliveries[0].channel, error.message)
        return False
    sent = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    sent.update(sent_at=timezone.now(), due_at=None, fault="")
    return True


def put_off(delivery: Delivery, fault: str) -> None:
    """Until after a pause that grows; given up when all have passed."""
    tried = delivery.attempts
    due_at = timezone.now() + PAUSES[tried - 1] if tried <= len(PAUSES) else None
    Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at, fault=fault[:500])
