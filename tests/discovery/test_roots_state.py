import shutil

import pytest

from runs.models import Job, Root
from tests.disk import write_job

from .conftest import kinds, new_engine, run_ids


@pytest.fixture
def full(engine, disk):
    """The engine after a scan of 30 jobs."""
    for number in range(30):
        write_job(disk, run_id=f"{number:02}", log=None, status="completed")
    engine.scan()
    return engine


def state(root):
    root.refresh_from_db()
    return root.state


def delete(disk, count):
    for number in range(count):
        shutil.rmtree(disk / "gpt" / "baselines" / "lm_small" / f"{number:02}")


def test_it_touches_nothing_when_the_root_is_missing(full, disk, status_root):
    disk.rename(disk.with_name("moved"))

    full.scan()

    assert state(status_root) == Root.State.MISSING and Job.objects.count() == 30
    assert "cannot be read" in status_root.reason
    assert kinds("roots")[-1] == "root.missing"


def test_it_touches_nothing_when_the_root_is_an_empty_mount_point(full, disk, status_root):
    disk.rename(disk.with_name("moved"))
    disk.mkdir()

    full.scan()

    assert state(status_root) == Root.State.MISSING and Job.objects.count() == 30
    assert "may not be mounted" in status_root.reason


def test_it_knows_an_empty_mount_point_after_a_restart_too(full, disk, status_root):
    disk.rename(disk.with_name("moved"))
    disk.mkdir()

    new_engine(status_root).scan()

    assert state(status_root) == Root.State.MISSING and Job.objects.count() == 30


def test_it_goes_on_when_the_root_has_come_back(full, disk, status_root):
    disk.rename(disk.with_name("moved"))
    full.scan()
    disk.with_name("moved").rename(disk)
    write_job(disk, run_id="new")

    counts = full.scan()

    assert state(status_root) == Root.State.READY and status_root.reason == ""
    assert counts.found == 1 and Job.objects.count() == 31


def test_it_is_ready_with_a_new_and_empty_root(engine, disk, status_root):
    engine.scan()

    assert state(status_root) == Root.State.READY


def test_it_says_that_a_root_that_never_was_is_missing(engine, status_root):
    engine.scan()

    assert state(status_root) == Root.State.MISSING


def test_it_removes_fewer_than_half_at_once(full, disk, status_root):
    delete(disk, 12)

    assert full.scan().gone == 12
    assert state(status_root) == Root.State.READY


def test_it_holds_back_when_more_than_half_has_vanished(full, disk, status_root):
    delete(disk, 25)

    counts = full.scan()

    assert (counts.gone, counts.held) == (0, 25)
    assert state(status_root) == Root.State.HELD and Job.objects.count() == 30
    assert "25 of 30 jobs" in status_root.reason
    assert kinds("roots")[-1] == "root.held"


def test_it_still_holds_back_at_the_next_scan_and_after_a_restart(full, disk, status_root):
    delete(disk, 25)
    full.scan()

    full.scan()
    assert state(status_root) == Root.State.HELD and Job.objects.count() == 30

    new_engine(status_root).scan()
    assert state(status_root) == Root.State.HELD and Job.objects.count() == 30


def test_it_goes_on_with_the_rest_while_it_holds_back(full, disk, status_root):
    delete(disk, 25)
    full.scan()
    write_job(disk, run_id="new")

    full.scan()

    assert "new" in run_ids() and state(status_root) == Root.State.HELD


def test_it_removes_them_once_staff_accept_it(full, disk, status_root):
    delete(disk, 25)
    full.scan()
    Root.objects.update(accept_removals=True)

    new_engine(status_root).scan()

    assert state(status_root) == Root.State.READY and Job.objects.count() == 5
    assert not status_root.accept_removals


def test_it_believes_staff_that_a_root_was_emptied(full, disk, status_root):
    shutil.rmtree(disk / "gpt")
    full.scan()
    assert state(status_root) == Root.State.MISSING
    Root.objects.update(accept_removals=True)

    new_engine(status_root).scan()

    assert state(status_root) == Root.State.READY and Job.objects.count() == 0


def test_it_lets_go_when_what_had_vanished_is_back(full, disk, status_root):
    hidden = disk / ".elsewhere"
    (disk / "gpt").rename(hidden)
    full.scan()
    assert state(status_root) == Root.State.HELD
    hidden.rename(disk / "gpt")

    full.scan()

    assert state(status_root) == Root.State.READY and Job.objects.count() == 30


def test_it_adds_up_small_removals_that_follow_each_other(full, disk, status_root):
    delete(disk, 14)
    full.scan()
    for number in range(14, 28):
        shutil.rmtree(disk / "gpt" / "baselines" / "lm_small" / f"{number}")

    full.scan()

    assert state(status_root) == Root.State.HELD and Job.objects.count() == 16


def test_it_does_not_count_a_renamed_project_as_removed(full, disk, status_root):
    (disk / "gpt").rename(disk / "llm")

    counts = full.scan()

    assert (counts.moved, counts.held) == (30, 0)
    assert state(status_root) == Root.State.READY
