"""What the supervisor sleeps on tells it apart: the bell, a directory, a process."""

import os
import subprocess

import pytest

from runs.events import ring_bell
from runs.lifecycle.record import write_atomically
from runs.lifecycle.supervisor.alarm import Alarm


@pytest.fixture
def alarm():
    with Alarm() as alarm:
        alarm.wait(0)
        yield alarm


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_the_bell_names_no_run(alarm, tmp_path):
    alarm.watch("a", tmp_path, None)
    ring_bell()
    woken = alarm.wait(20)
    assert (woken.rang, woken.changed, woken.ended) == (True, set(), set())


def test_a_second_of_quiet_is_as_good_as_the_bell(alarm):
    assert alarm.wait(0).rang is True


def test_a_record_wakes_for_its_run_alone(alarm, tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        alarm.watch(name, tmp_path / name, None)
    write_atomically(str(tmp_path / "b"), "metadata.json", b"{}")
    woken = alarm.wait(20)
    assert (woken.rang, woken.changed, woken.ended) == (False, {"b"}, set())


def test_an_end_wakes_once(alarm, tmp_path, sleeper):
    alarm.watch("a", tmp_path, os.pidfd_open(sleeper.pid))
    sleeper.kill()
    woken = alarm.wait(20)
    assert (woken.rang, woken.changed, woken.ended) == (False, set(), {"a"})
    assert alarm.wait(0).ended == set()


def test_what_is_forgotten_wakes_nobody(alarm, tmp_path, sleeper):
    alarm.watch("a", tmp_path, os.pidfd_open(sleeper.pid))
    alarm.forget("a")
    write_atomically(str(tmp_path), "metadata.json", b"{}")
    sleeper.kill()
    woken = alarm.wait(0.1)
    assert (woken.changed, woken.ended) == (set(), set())


def test_all_at_once_is_heard_at_once(alarm, tmp_path, sleeper):
    alarm.watch("a", tmp_path, os.pidfd_open(sleeper.pid))
    write_atomically(str(tmp_path), "metadata.json", b"{}")
    ring_bell()
    sleeper.kill()
    sleeper.wait()
    woken = alarm.wait(20)
    assert (woken.rang, woken.changed, woken.ended) == (True, {"a"}, {"a"})
