"""Forget whose turn it was long ago, and of batches that have ended."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Substr
from django.utils import timezone

from runs.contract.status import STOPPABLE
from runs.models import Batch, Turn

# Whose last turn is longer ago is served as who never had one.
TURNS_KEPT = timedelta(days=30)
OF_BATCH = "batch:"


def forget_old_turns() -> int:
    """How many."""
    going_on = Batch.objects.filter(status__in=STOPPABLE).values("pk")
    ended = Q(key__startswith=OF_BATCH) & ~Q(batch__in=going_on)
    turns = Turn.objects.annotate(batch=Substr("key", len(OF_BATCH) + 1))
    return turns.filter(ended | Q(at__lt=timezone.now() - TURNS_KEPT)).delete()[0]
