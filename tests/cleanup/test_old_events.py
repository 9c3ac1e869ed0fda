"""Events are kept for so many days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.cleanup.old_events import EVENTS_A_LOT, forget_old_events
from runs.events import latest_seq
from runs.models import Event


@pytest.fixture
def happened(db, settings):
    """Events of so many days ago, as numbers."""
    settings.FUSIONWEB_EVENT_DAYS = 30

    def make(*days):
        rows = Event.objects.bulk_create(Event(topic="runs", kind="run.created") for _ in days)
        for row, ago in zip(rows, days, strict=True):
            row.at = timezone.now() - timedelta(days=ago)
        Event.objects.bulk_update(rows, ["at"])
        return [row.seq for row in rows]

    return make


def forget(stopped=False):
    return forget_old_events(lambda: stopped)


def left():
    return list(Event.objects.order_by("seq").values_list("seq", flat=True))


def test_it_forgets_what_is_older(happened):
    numbers = happened(400, 31, 29, 0)
    assert forget() == 2
    assert left() == numbers[2:]
    assert forget() == 0


def test_it_never_forgets_the_newest(happened):
    numbers = happened(400, 300, 200)
    assert forget() == 2
    assert left() == numbers[2:]
    assert latest_seq() == numbers[-1]


def test_it_forgets_many_in_lots(happened):
    happened(*[90] * (2 * EVENTS_A_LOT + 10), 0)
    assert forget() == 2 * EVENTS_A_LOT + 10
    assert len(left()) == 1


def test_it_stops_between_lots(happened):
    happened(*[90] * (EVENTS_A_LOT + 10), 0)
    answers = iter([False, True])
    assert forget_old_events(lambda: next(answers)) == EVENTS_A_LOT
    assert len(left()) == 11


def test_it_does_nothing_once_told_to_stop(happened):
    happened(90, 0)
    assert forget(stopped=True) == 0


def test_it_has_nothing_to_do_without_events(db):
    assert forget() == 0


def test_the_supervisor_forgets(happened, supervisor):
    happened(400, 0)
    supervisor.cleaner.work()
    assert len(left()) == 1
