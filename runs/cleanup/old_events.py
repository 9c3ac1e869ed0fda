"""Forget what happened long ago, a few events at a time."""

from collections.abc import Callable
from datetime import timedelta
from itertools import takewhile

from django.conf import settings
from django.utils import timezone

from runs.events import latest_seq
from runs.models import Event

# Each lot is a write of its own: whoever wants to write meanwhile waits for one lot at most.
EVENTS_A_LOT = 1000


def forget_old_events(is_stopped: Callable[[], bool]) -> int:
    """Those older than FUSIONWEB_EVENT_DAYS; how many. The newest stays, however old it is: who
    follows events counts on its number."""
    long_ago = timezone.now() - timedelta(days=settings.FUSIONWEB_EVENT_DAYS)
    newest = latest_seq()
    forgotten = 0
    while not is_stopped():
        first = Event.objects.filter(seq__lt=newest).order_by("seq").values_list("seq", "at")
        # from the oldest on: the times have no index, and rise with the numbers
        old = [seq for seq, at in takewhile(lambda row: row[1] < long_ago, first[:EVENTS_A_LOT])]
        forgotten += Event.objects.filter(seq__in=old).delete()[0] if old else 0
        if len(old) < EVENTS_A_LOT:
            break
    return forgotten
