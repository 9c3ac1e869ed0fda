"""Files and bytes of directories, counted in the background."""

import os
import threading
import tracemalloc

import pytest
from django.db import connection
from django.utils import timezone

from runs.discovery import measure
from runs.discovery.background import Background
from runs.discovery.claims import claim
from runs.discovery.engine import Engine
from runs.discovery.jobs import Jobs
from runs.discovery.measure import RUNNING_EVERY, measure_some
from runs.models import Job, Root
from runs.search import search
from tests.conftest import wait_for
from tests.disk import write_job


@pytest.fixture
def job(job_row):
    """A job with three files, one of them hidden, of 60 bytes in all."""
    row = job_row()
    (row.directory / "output").mkdir(parents=True)
    for name, size in (("metadata.json", 10), ("output/result", 20), (".template", 30)):
        (row.directory / name).write_bytes(b"x" * size)
    return row


def size_of(row):
    row.refresh_from_db()
    return row.files, row.size_bytes


def test_it_counts_files_and_bytes(job):
    assert measure_some(10) == 1
    assert size_of(job) == (3, 60)
    assert job.measured_at is not None


def test_it_says_when_all_are_measured(job):
    measure_some(10)
    assert measure_some(10) == 0


def test_it_measures_checkpoints(checkpoint_row):
    row = checkpoint_row(suffix="final/1")
    row.directory.mkdir(parents=True)
    (row.directory / "weights").write_bytes(b"x" * 7)
    assert measure_some(10) == 1
    assert size_of(row) == (1, 7)


def test_it_measures_no_more_than_it_is_told(job_row):
    for _ in range(5):
        job_row().directory.mkdir(parents=True)
    assert [measure_some(2) for _ in range(4)] == [2, 2, 1, 0]


def test_it_begins_with_the_newest(job_row):
    older, newer = job_row(), job_row()
    measure_some(1)
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.measured_at is None, newer.measured_at is None) == (True, False)


def test_it_counts_the_apparent_size_of_a_sparse_file(job):
    with (job.directory / "sparse").open("wb") as file:
        file.truncate(10**9)
    measure_some(10)
    assert size_of(job) == (4, 10**9 + 60)


def test_it_does_not_follow_symlinks(job, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "big").write_bytes(b"x" * 1000)
    (job.directory / "link").symlink_to(tmp_path / "elsewhere")
    (job.directory / "loop").symlink_to(job.directory)
    measure_some(10)
    assert size_of(job) == (3, 60)


def test_it_measures_a_running_job_every_ten_minutes(job):
    lately = timezone.now() - RUNNING_EVERY / 2
    Job.objects.update(status="running", measured_at=lately)
    assert measure_some(10) == 0
    Job.objects.update(measured_at=lately - RUNNING_EVERY)
    assert measure_some(10) == 1
    assert size_of(job) == (3, 60)


def test_it_leaves_an_ended_job_alone(job):
    Job.objects.update(measured_at=timezone.now() - 100 * RUNNING_EVERY, size_bytes=5)
    assert measure_some(10) == 0


def test_it_touches_nothing_of_a_root_that_is_missing(job):
    Job.objects.update(files=9, size_bytes=99)
    Root.objects.update(state=Root.State.MISSING)
    assert measure_some(10) == 0
    assert size_of(job) == (9, 99)


def test_it_keeps_the_size_of_what_it_cannot_look_at(job_row):
    row = job_row(files=9, size_bytes=99)
    assert measure_some(10) == 1
    assert size_of(row) == (9, 99)
    assert measure_some(10) == 0


def test_it_leaves_out_checkpoints_that_are_gone(checkpoint_row):
    row = checkpoint_row(gone_at=timezone.now(), files=9, size_bytes=99)
    assert measure_some(10) == 0
    assert size_of(row) == (9, 99)


def test_it_measures_only_what_its_process_keeps(job, status_root):
    assert measure_some(10, claimed_by="me") == 0
    claim(status_root, "me")
    assert measure_some(10, claimed_by="me") == 1


def test_it_measures_again_what_changed_meanwhile(job):
    rows = list(Job.objects.all())
    Job.objects.update(file_mtime_ns=1)
    measure._measure(Job, "file_mtime_ns", rows)
    assert size_of(job) == (None, None)
    assert measure_some(10) == 1


def test_it_counts_many_files_in_little_memory(job):
    folder = job.directory / "many"
    folder.mkdir()
    for number in range(5_000):
        os.link(job.directory / "metadata.json", folder / f"{'x' * 200}{number}")
    tracemalloc.start()
    measure_some(10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size_of(job)[0] == 5_003
    assert peak < 1_000_000


@pytest.mark.django_db(transaction=True)
def test_it_works_in_the_background_until_it_is_stopped(job, status_root):
    claim(status_root, "me")
    stop = threading.Event()
    background = Background("me", stop)
    background.start()
    wait_for(lambda: Job.objects.filter(size_bytes=60).exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM runs_job_search_docsize")
        assert cursor.fetchone() == (1,)
    stop.set()
    background.join(10)
    assert not background.is_alive()
    assert search(Job.objects.all(), "lm_small").count() == 1


def test_it_measures_a_job_again_when_it_has_ended(status_root):
    status_root.directory.mkdir(parents=True)
    claim(status_root, "test")
    engine = Engine(status_root, Jobs(), claimed_by="test")
    write_job(status_root.directory)
    engine.scan()
    measure_some(10)
    assert measure_some(10) == 0
    directory = write_job(status_root.directory, status="running", job_key="other")
    engine.scan()
    assert measure_some(10) == 0
    write_job(status_root.directory, status="completed")
    (directory / "result").write_bytes(b"x" * 1000)
    engine.scan()
    assert measure_some(10) == 1
    assert Job.objects.get().files == 3
