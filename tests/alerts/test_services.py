"""One alert for one cause, until it is over; acknowledged by whom."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from runs.alerts.selectors import unacknowledged_count
from runs.alerts.services import (
    acknowledge,
    acknowledge_all,
    end_alert,
    forget_old_alerts,
    raise_alert,
)
from runs.models import Alert, Event

CONDITION = {"cause": "root:1:missing", "kind": Alert.Kind.ROOT_MISSING}


def kinds_of_events():
    return list(Event.objects.filter(topic="alerts").values_list("kind", flat=True))


def test_it_raises_one_alert_with_its_event(alert):
    raised = alert(address="/jobs/")
    assert (raised.count, raised.over_at, raised.acknowledged_at) == (1, None, None)
    event = Event.objects.get(kind="alert.raised")
    assert event.subject == f"alert:{raised.pk}"
    assert event.payload == {
        "id": raised.pk,
        "kind": "job_failed",
        "message": "gpt/lm failed",
        "count": 1,
    }


def test_it_counts_the_same_cause_and_tells_of_it_once(alert):
    first = alert()
    again = alert(message="gpt/lm failed: exit code 2")
    assert (again.pk, again.count, again.message) == (first.pk, 2, "gpt/lm failed: exit code 2")
    assert kinds_of_events() == ["alert.raised"]


def test_it_keeps_two_causes_apart(alert):
    assert alert(cause="job:1:failed").pk != alert(cause="job:2:failed").pk


def test_a_happening_is_over_once_acknowledged_and_then_is_a_new_alert(alert, member):
    first = alert()
    assert acknowledge(member, first)
    first.refresh_from_db()
    assert first.over_at == first.acknowledged_at
    assert first.acknowledged_by == member
    assert alert().pk != first.pk


def test_a_condition_that_was_acknowledged_stays_quiet_while_it_lasts(alert, member):
    first = alert(**CONDITION)
    acknowledge(member, first)
    assert alert(**CONDITION).pk == first.pk
    assert unacknowledged_count(member) == 0
    assert kinds_of_events() == ["alert.raised", "alert.acknowledged"]


def test_a_condition_that_begins_anew_is_a_new_alert(alert, member):
    first = alert(**CONDITION)
    acknowledge(member, first)
    assert end_alert(first.cause)
    assert alert(**CONDITION).pk != first.pk
    assert unacknowledged_count(member) == 1


def test_it_takes_up_again_what_nobody_has_acknowledged(alert):
    first = alert(**CONDITION)
    end_alert(first.cause)
    again = alert(**CONDITION)
    assert (again.pk, again.count, again.over_at) == (first.pk, 2, None)
    assert kinds_of_events() == ["alert.raised", "alert.over", "alert.raised"]


def test_it_ends_what_is_open_once(alert):
    alert(**CONDITION)
    assert end_alert("root:1:missing")
    assert not end_alert("root:1:missing")
    assert not end_alert("root:2:missing")
    assert kinds_of_events() == ["alert.raised", "alert.over"]


def test_it_acknowledges_once_and_says_by_whom(alert, member, other_member):
    raised = alert()
    assert acknowledge(member, raised)
    assert not acknowledge(other_member, raised)
    event = Event.objects.get(kind="alert.acknowledged")
    assert event.actor == member
    assert unacknowledged_count(member) == 0


def test_it_acknowledges_all_that_were_shown_and_no_later_one(alert, member):
    shown = [alert(cause=f"job:{n}:failed") for n in range(3)]
    later = alert(cause="job:9:failed")
    assert acknowledge_all(member, up_to=shown[-1].pk) == 3
    assert list(Alert.objects.filter(acknowledged_at=None)) == [later]
    event = Event.objects.get(kind="alert.acknowledged")
    assert event.payload == {"ids": [each.pk for each in shown]}


def test_it_acknowledges_all_of_one_kind(alert, member):
    alert()
    condition = alert(**CONDITION)
    assert acknowledge_all(member, up_to=condition.pk, kind="root_missing") == 1
    assert unacknowledged_count(member) == 1


def test_acknowledging_all_of_none_is_no_event(member):
    assert acknowledge_all(member, up_to=1000) == 0
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\nSubject: b\r\n\x00c", "a Subject: b c"),
        ("\ud800broken", "?broken"),
        ("job 🚀 \u202efailed", "job 🚀 failed"),
        ("x" * 5000, "x" * 999 + "…"),
    ],
)
def test_it_makes_one_printable_line_of_any_message(alert, written, kept):
    assert alert(message=written).message == kept


def test_it_leaves_out_an_address_that_is_too_long(alert):
    assert alert(address="/" + "x" * 2000).address == ""


def test_it_forgets_what_is_over_and_acknowledged_after_three_months(alert, member):
    acknowledge(member, alert())
    alert(**CONDITION)
    long_ago = timezone.now() - timedelta(days=91)
    Alert.objects.update(raised_at=long_ago, last_at=long_ago)
    assert forget_old_alerts() == 0
    Alert.objects.filter(kind="job_failed").update(acknowledged_at=long_ago, over_at=long_ago)
    assert forget_old_alerts() == 1
    assert Alert.objects.get().kind == "root_missing"


@pytest.mark.django_db(transaction=True)
def test_it_raises_one_alert_when_eight_threads_see_the_cause():
    start = threading.Barrier(8)

    def see():
        start.wait(10)
        raise_alert(cause="root:1:missing", kind=Alert.Kind.ROOT_MISSING, message="gone")
        connection.close()

    threads = [threading.Thread(target=see) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Alert.objects.get().count == 8
    assert Event.objects.filter(kind="alert.raised").count() == 1
