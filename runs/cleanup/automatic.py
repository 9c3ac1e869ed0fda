"""Rules of retention that apply themselves, once a day."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from runs.models import Retention

from .retention import carry_out, plan

logger = logging.getLogger(__name__)

INTERVAL = timedelta(days=1)


def apply_automatic(is_stopped: Callable[[], bool]) -> None:
    """Apply every automatic rule whose day has come; of several supervisors one does."""
    due = Q(applied_at=None) | Q(applied_at__lt=timezone.now() - INTERVAL)
    for rule in Retention.objects.filter(due, automatic=True).select_related("project"):
        claimed = Retention.objects.filter(due, pk=rule.pk).update(applied_at=timezone.now())
        if is_stopped() or not claimed:
            continue
        outcome = carry_out(rule, plan(rule), actor=None, is_stopped=is_stopped)
        logger.info(
            "retention of %s: %s removed, %s bytes, %s stayed after all",
            rule,
            len(outcome.deleted),
            outcome.size_bytes,
            len(outcome.stayed),
        )
