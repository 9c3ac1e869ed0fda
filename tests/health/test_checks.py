"""What `manage.py check` says of this machine."""

import os
import subprocess
import sys
import time

import pytest

from runs.events import ring_bell
from runs.health.checks import check_machine
from tests.conftest import MANAGE, manage_environment


@pytest.fixture(autouse=True)
def sound(settings, tmp_path, monkeypatch):
    """A machine with nothing to complain of."""
    for path in (*settings.FUSIONWEB_STATUS_DIRS, *settings.FUSIONWEB_CHECKPOINT_DIRS):
        path.mkdir()
    for name in [name for name in os.environ if name.startswith("FUSIONWEB_")]:
        monkeypatch.delenv(name)


def said():
    return [message.id.partition(".")[2] for message in check_machine(None)]


def test_it_has_nothing_to_say_of_a_sound_machine():
    assert said() == []


def test_it_has_nothing_against_a_data_folder_that_is_still_to_be_made(settings, tmp_path):
    settings.FUSIONWEB_DATA = tmp_path / "later" / "on"
    assert said() == []


def test_it_refuses_a_data_folder_that_is_a_file(settings, tmp_path):
    settings.FUSIONWEB_DATA = tmp_path / "file"
    settings.FUSIONWEB_DATA.write_text("")
    assert said() == ["E001"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_it_refuses_a_data_folder_that_takes_nothing(settings, tmp_path):
    settings.FUSIONWEB_DATA = tmp_path / "closed" / "data"
    (tmp_path / "closed").mkdir(mode=0o500)
    assert said() == ["E001"]


def test_it_names_roots_that_are_not_there(settings, tmp_path):
    settings.FUSIONWEB_STATUS_DIRS[0].rmdir()
    settings.FUSIONWEB_CHECKPOINT_DIRS = [settings.FUSIONWEB_DATA / "made when needed"]
    assert said() == ["W001"]
    assert str(settings.FUSIONWEB_STATUS_DIRS[0]) in check_machine(None)[0].msg


def test_it_notices_a_clock_that_went_back(settings):
    ring_bell()
    bell = settings.FUSIONWEB_DATA / "bell"
    os.utime(bell, (time.time() + 60, time.time() + 60))
    assert said() == []
    os.utime(bell, (time.time() + 86400, time.time() + 86400))
    assert said() == ["W003"]


def test_it_notices_heartbeats_that_come_too_late(settings):
    settings.FUSIONWEB_STALE_SECONDS = settings.FUSIONWEB_HEARTBEAT_SECONDS
    assert said() == ["W004"]


def test_it_finds_a_slip_in_the_name_of_a_setting(monkeypatch):
    monkeypatch.setenv("FUSIONWEB_MAX_RUNING", "4")
    monkeypatch.setenv("FUSIONWEB_MAX_RUNNING", "4")
    monkeypatch.setenv("FUSIONWEB_RUN_DIR", "/of/a/run")
    (message,) = check_machine(None)
    assert message.id == "fusionweb.W005"
    assert message.hint == "Is FUSIONWEB_MAX_RUNNING meant?"


def test_manage_check_shows_it(settings, db):
    environment = {**manage_environment(settings), "FUSIONWEB_GRASE_SECONDS": "4"}
    done = subprocess.run(
        [sys.executable, MANAGE, "check"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "FUSIONWEB_GRASE_SECONDS is no setting" in done.stderr
