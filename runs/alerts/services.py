"""Raise alerts, end them, acknowledge them. Each change is one transaction with its event."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from runs.access import visible
from runs.alerts.channels import channels_in_use
from runs.events import record_event, take_sequence_lock
from runs.models import Alert, Delivery
from runs.models.alert import HAPPENINGS

LONGEST_MESSAGE = 1000
LONGEST_ADDRESS = 2000
# What happens together is told together: one mail.
GATHER = timedelta(seconds=15)
# What comes and goes is sent no more often than this.
QUIET = timedelta(minutes=15)
KEPT = timedelta(days=90)


def raise_alert(
    *,
    cause: str,
    kind: Alert.Kind,
    message: str,
    address: str = "",
    project: str | None = None,
) -> Alert:
    """The alert of `cause`: a new one only where none of it is open; `project` is a slug.

    One that is not over counts once more and says no more. One that is over, but that nobody has
    acknowledged, is taken up again; it is sent again, unless it was a moment ago.
    """
    with transaction.atomic():
        # Two who raise the same cause, or one who ends it meanwhile, must not interleave.
        take_sequence_lock()
        now = timezone.now()
        news = {"message": one_line(message), "last_at": now}
        alert = Alert.objects.filter(cause=cause, over_at=None).first()
        if alert:
            Alert.objects.filter(pk=alert.pk).update(count=F("count") + 1, **news)
            alert.refresh_from_db()
            return alert
        alert = Alert.objects.filter(cause=cause, acknowledged_at=None).first()
        if alert:
            Alert.objects.filter(pk=alert.pk).update(count=F("count") + 1, over_at=None, **news)
            alert.refresh_from_db()
        else:
            place = address if len(address) <= LONGEST_ADDRESS else ""
            alert = Alert.objects.create(
                cause=cause, kind=kind, address=place, project=project, **news
            )
        order_deliveries(alert, now)
        announce(alert, "raised")
    return alert


def one_line(message: str) -> str:
    """Of printable characters: it becomes a mail's subject, and names on disk may hold anything."""
    text = message.encode("utf-8", "replace").decode()
    words = "".join(char if char.isprintable() else " " for char in text).split()
    line = " ".join(words)
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 1]}…"


def order_deliveries(alert: Alert, now: datetime) -> None:
    """One for each channel in use, after a time in which others may join it."""
    for channel in channels_in_use():
        earlier = alert.deliveries.filter(channel=channel)
        if earlier.filter(due_at__isnull=False).exists():
            continue
        sent_at = earlier.aggregate(last=Max("sent_at"))["last"]
        due_at = max(now + GATHER, sent_at + QUIET) if sent_at else now + GATHER
        Delivery.objects.create(alert=alert, channel=channel, due_at=due_at)


def end_alert(cause: str) -> bool:
    """The condition is over; False where it was not open."""
    with transaction.atomic():
        take_sequence_lock()
        alert = Alert.objects.filter(cause=cause, over_at=None).first()
        if alert is None:
            return False
        alert.over_at = timezone.now()
        alert.save(update_fields=["over_at"])
        announce(alert, "over")
    return True


def acknowledge(actor: Any, alert: Alert) -> bool:
    """Somebody has seen it; False where somebody had before. A happening is over with that."""
    with transaction.atomic():
        take_sequence_lock()
        if not mark_acknowledged(actor, [alert.pk]):
            return False
        alert.refresh_from_db()
        announce(alert, "acknowledged", actor)
    return True


def acknowledge_all(actor: Any, *, up_to: int, kind: str = "") -> int:
    """All they see with an id up to `up_to`, the newest they were shown; their number."""
    with transaction.atomic():
        take_sequence_lock()
        open_alerts = visible(actor, Alert.objects.filter(acknowledged_at=None, pk__lte=up_to))
        if kind:
            open_alerts = open_alerts.filter(kind=kind)
        ids = list(open_alerts.order_by("pk").values_list("pk", flat=True))
        if mark_acknowledged(actor, ids):
            record_event(
                topic="alerts",
                kind="alert.acknowledged",
                subject="",
                payload={"ids": ids},
                actor=actor,
            )
    return len(ids)


def mark_acknowledged(actor: Any, ids: list[int]) -> int:
    """What was still to be sent about them is not sent: somebody has looked."""
    now = timezone.now()
    marked = 0
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        chosen = Alert.objects.filter(pk__in=some, acknowledged_at=None)
        marked += chosen.update(acknowledged_at=now, acknowledged_by=actor)
        happened = Alert.objects.filter(pk__in=some, kind__in=HAPPENINGS, over_at=None)
        happened.update(over_at=now)
        Delivery.objects.filter(alert__in=some, due_at__isnull=False).delete()
    return marked


def announce(alert: Alert, kind: str, actor: Any = None) -> None:
    record_event(
        topic="alerts",
        kind=f"alert.{kind}",
        subject=f"alert:{alert.pk}",
        payload={
            "id": alert.pk,
            "kind": str(alert.kind),
            "message": alert.message,
            "count": alert.count,
        },
        actor=actor,
        project=alert.project,
    )


def forget_old_alerts() -> int:
    """Those that are over and acknowledged, after three months; how many."""
    long_ago = timezone.now() - KEPT
    old = Alert.objects.filter(acknowledged_at__lt=long_ago, over_at__lt=long_ago)
    return old.delete()[1].get("runs.Alert", 0)
