"""Conditions: raised when they begin, over when they end, one alert however often looked at."""

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from django.utils import timezone

from runs.alerts.conditions import (
    Condition,
    SupervisorWatch,
    full_disks,
    keep_in_step,
    look_at_conditions,
    missing_roots,
    used_percent,
)
from runs.discovery.roots import configured_roots
from runs.models import Alert, Root, Supervisor

ROOT = Alert.Kind.ROOT_MISSING


@pytest.fixture
def beat(db):
    def make(seconds=0):
        when = timezone.now() - timedelta(seconds=seconds)
        values = {"host": "lab-1", "pid": 4711, "heartbeat_at": when, "slots": 2}
        return Supervisor.objects.update_or_create(name="s", defaults=values)[0]

    return make


def open_kinds():
    return list(Alert.objects.filter(over_at=None).values_list("kind", flat=True))


def test_it_raises_what_begins_and_ends_what_is_over(db):
    keep_in_step(ROOT, {"root:1": Condition("one is gone"), "root:2": Condition("two is gone")})
    keep_in_step(ROOT, {"root:2": Condition("two is gone")})
    assert Alert.objects.get(cause="root:1").over_at
    assert Alert.objects.get(cause="root:2").over_at is None


def test_it_does_not_count_every_look(db):
    for _ in range(5):
        keep_in_step(ROOT, {"root:1": Condition("one is gone")})
    assert Alert.objects.get().count == 1


def test_it_leaves_other_kinds_alone(alert):
    alert(cause="disk:1", kind=Alert.Kind.DISK_NEARLY_FULL)
    keep_in_step(ROOT, {})
    assert Alert.objects.get().over_at is None


@pytest.mark.parametrize(("state", "words"), [("missing", "is missing"), ("held", "is held back")])
def test_it_knows_a_root_that_is_missing_or_held(status_root, state, words):
    Root.objects.filter(pk=status_root.pk).update(state=state, reason="It is not mounted.")
    condition = missing_roots()[f"root:{status_root.pk}:{state}"]
    assert condition.message == f"{status_root.path} {words}: It is not mounted."
    assert condition.address == "/roots/"


@pytest.mark.parametrize("state", ["new", "scanning", "ready"])
def test_a_root_in_any_other_state_is_no_alert(status_root, state):
    Root.objects.filter(pk=status_root.pk).update(state=state)
    assert missing_roots() == {}


def test_it_forgets_a_root_that_is_no_longer_configured(status_root, settings, tmp_path):
    Root.objects.filter(pk=status_root.pk).update(state="missing")
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "other"]
    assert missing_roots() == {}


def test_a_full_disk_is_one_alert_however_many_roots_are_on_it(db, settings):
    for root in configured_roots():
        root.directory.mkdir(parents=True)
    settings.FUSIONWEB_DISK_ALERT_PERCENT = 1
    assert len(full_disks()) == 1
    (condition,) = full_disks().values()
    assert str(settings.FUSIONWEB_DATA) in condition.message
    assert "% full" in condition.message


def test_a_disk_with_room_is_no_alert(db, settings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", usage_of(89))
    assert full_disks() == {}


def usage_of(percent):
    Usage = namedtuple("Usage", "total used free")
    return lambda path: Usage(100, percent, 100 - percent)


def test_a_disk_at_the_very_limit_is_not_raised_again_and_again(db, monkeypatch):
    kind = Alert.Kind.DISK_NEARLY_FULL
    for percent in (90, 89, 90, 89):
        monkeypatch.setattr(shutil, "disk_usage", usage_of(percent))
        keep_in_step(kind, full_disks())
    assert Alert.objects.get().over_at is None
    monkeypatch.setattr(shutil, "disk_usage", usage_of(87))
    keep_in_step(kind, full_disks())
    assert Alert.objects.get().over_at
    assert Alert.objects.get().count == 1


def test_it_passes_over_a_root_that_is_not_there(db, settings, tmp_path):
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "not" / "there"]
    settings.FUSIONWEB_DISK_ALERT_PERCENT = 1
    assert len(full_disks()) == 1


@pytest.mark.parametrize(("used", "free", "percent"), [(90, 10, 90.0), (0, 0, 0.0), (5, 0, 100.0)])
def test_it_counts_what_may_be_used(used, free, percent):
    assert used_percent(used, free) == percent


def test_a_supervisor_that_is_gone_for_a_moment_is_no_alert(beat):
    watch = SupervisorWatch()
    watch.look()
    beat()
    watch.look()
    assert not Alert.objects.exists()


def test_it_tells_of_a_missing_supervisor_until_one_is_back(beat):
    beat(60)
    watch = SupervisorWatch()
    for _ in range(4):
        watch.look()
    alert = Alert.objects.get()
    assert alert.message.startswith("No supervisor is running; the last sign of one was at")
    assert "lab-1" in alert.message
    assert (alert.count, alert.over_at) == (1, None)
    beat()
    watch.look()
    assert Alert.objects.get().over_at


def test_a_web_process_that_starts_does_not_end_what_is_still_so(beat):
    watch = SupervisorWatch()
    watch.look()
    watch.look()
    SupervisorWatch().look()
    assert open_kinds() == ["supervisor_down"]


def test_it_looks_at_everything_at_once(status_root, settings):
    Root.objects.filter(pk=status_root.pk).update(state="missing")
    settings.FUSIONWEB_DISK_ALERT_PERCENT = 1
    look_at_conditions()
    look_at_conditions()
    assert sorted(open_kinds()) == ["disk_nearly_full", "root_missing"]
