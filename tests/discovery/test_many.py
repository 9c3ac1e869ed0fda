"""Thousands of new jobs are read by a process of its own while this one writes them."""

import multiprocessing

import pytest

from runs.discovery import look
from runs.discovery.look import Stopped
from runs.models import Job
from tests.disk import write_job

from .conftest import new_engine

COUNT = look.MANY + 1


@pytest.fixture
def crowd(disk):
    for number in range(COUNT):
        write_job(disk, name=f"job_{number % 7}", run_id=f"r{number:05}", log=None)
    return disk


def test_it_reads_them_as_it_reads_one(crowd, status_root):
    write_job(crowd, name="odd", run_id="half", log=None)
    (crowd / "gpt" / "baselines" / "odd" / "half" / "metadata.json").write_text('{"status": "ru')
    assert new_engine(status_root).scan().found == COUNT + 1
    assert Job.objects.filter(status="running", chip="h100").count() == COUNT
    assert "does not parse" in Job.objects.get(run_id="half").fault
    assert multiprocessing.active_children() == []


def test_it_can_be_stopped_on_the_way_and_goes_on_from_there(crowd, status_root):
    engine = new_engine(status_root)
    engine.progress = lambda done, total: setattr(engine, "stopping", lambda: done >= 1000)
    with pytest.raises(Stopped):
        engine.scan()
    written = Job.objects.count()
    assert 1000 <= written < COUNT
    assert new_engine(status_root).scan().found == COUNT - written
    assert multiprocessing.active_children() == []
