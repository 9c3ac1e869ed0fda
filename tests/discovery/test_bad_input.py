import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from runs.models import Job
from tests.disk import write_job

from .conftest import new_engine, run_ids

OLD = (1_000_000_000, 1_000_000_000)


def spoil(disk, content, run_id="bad"):
    directory = write_job(disk, run_id=run_id)
    (directory / "metadata.json").write_bytes(content)
    os.utime(directory / "metadata.json", OLD)
    return directory


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe\x00", b"null", b"[" * 100_000, b"{} {}"],
    ids=["empty", "half", "list", "text", "junk", "null", "deep", "two"],
)
def test_it_says_which_file_it_could_not_read_and_reads_the_others(engine, disk, content):
    spoil(disk, content)
    write_job(disk, run_id="good", status="completed")

    engine.scan()

    bad, good = Job.objects.get(run_id="bad"), Job.objects.get(run_id="good")
    assert bad.status == "unknown" and "does not parse" in bad.fault
    assert good.status == "completed" and good.fault == ""


def test_it_refuses_a_file_of_50_mb(engine, disk):
    directory = write_job(disk)
    with (directory / "metadata.json").open("wb") as file:
        file.truncate(50_000_000)

    engine.scan()

    assert "8 MiB" in Job.objects.get().fault


def test_it_keeps_what_it_knew_of_a_file_that_broke(indexed, disk):
    (disk / "gpt" / "baselines" / "lm_small" / "a" / "metadata.json").write_text('{"status": ')

    indexed.scan()

    job = Job.objects.get(run_id="a")
    assert job.status == "completed" and "does not parse" in job.fault


def test_it_forgets_the_fault_once_the_file_is_whole_again(indexed, disk):
    (disk / "gpt" / "baselines" / "lm_small" / "a" / "metadata.json").write_text('{"status": ')
    indexed.scan()
    write_job(disk, run_id="a", status="failed")

    indexed.scan()

    job = Job.objects.get(run_id="a")
    assert (job.status, job.fault) == ("failed", "")


def test_it_looks_again_soon_at_what_is_half_written(engine, disk):
    directory = write_job(disk, run_id="a")
    (directory / "metadata.json").write_text('{"status": ')
    engine.scan()
    write_job(disk, run_id="a", status="completed")
    time.sleep(1.05)

    engine.refresh(set(), engine.due())

    assert Job.objects.get().status == "completed"


def test_it_reads_an_old_broken_file_only_once(engine, disk):
    spoil(disk, b"[]")
    engine.scan()

    assert engine.scan().changed == 0


def test_it_waits_for_the_metadata_of_a_young_directory(engine, disk):
    (disk / "gpt" / "baselines" / "lm_small" / "a").mkdir(parents=True)

    engine.scan()

    assert run_ids() == [] and len(engine.again) == 1


def test_it_says_that_an_old_directory_has_no_metadata(engine, disk):
    directory = disk / "gpt" / "baselines" / "lm_small" / "a"
    directory.mkdir(parents=True)
    os.utime(directory, OLD)

    engine.scan()

    job = Job.objects.get()
    assert (job.status, job.fault) == ("unknown", "There is no metadata.json.")
    assert job.listed_at.year == 2001


def test_it_leaves_a_run_that_is_being_launched_to_the_supervisor(engine, disk, run_row):
    run = run_row(status="pending")
    directory = disk / "optics" / "default" / "row" / run.pk
    directory.mkdir(parents=True)
    os.utime(directory, OLD)

    engine.scan()

    assert run_ids() == []


def test_it_says_which_values_are_wrong(engine, disk):
    write_job(disk, status="dancing", start_time="yesterday", hardware=[1], slurm_job_id={})

    engine.scan()

    job = Job.objects.get()
    assert job.status == "unknown"
    for word in ("status is 'dancing'", "start_time", "hardware", "slurm_job_id"):
        assert word in job.fault


def test_it_takes_numbers_no_database_takes_for_none(engine, disk):
    directory = write_job(disk, exit_code=2**40, pid=2**70, hardware={"total_chips": 10**30})
    path = directory / "metadata.json"
    path.write_text(path.read_text().replace('"lr": 0.0003', '"lr": NaN, "b": 1e999'))

    engine.scan()

    job = Job.objects.get()
    assert (job.exit_code, job.pid, job.total_chips) == (None, None, None)


def test_it_cuts_texts_to_their_columns(engine, disk):
    write_job(disk, reason="r" * 5000, job_key="k" * 5000, hardware={"chip": "c" * 500})

    engine.scan()

    job = Job.objects.get()
    assert (len(job.reason), len(job.job_key), len(job.chip)) == (500, 255, 100)


def test_it_believes_no_time_that_has_not_come(engine, disk):
    future = (datetime.now() + timedelta(days=400)).isoformat()
    write_job(disk, start_time=future, last_heartbeat=future)

    engine.scan()

    job = Job.objects.get()
    now = datetime.now(UTC)
    assert job.listed_at <= now and job.heartbeat_at <= now


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_it_survives_the_ends_of_the_calendar(engine, disk, moment):
    write_job(disk, start_time=moment, last_heartbeat=moment)

    engine.scan()

    assert Job.objects.get().heartbeat_at


def test_it_reads_times_in_the_zone_of_the_cluster(engine, disk, settings):
    from zoneinfo import ZoneInfo

    settings.FUSIONWEB_CLUSTER_TIME_ZONE = ZoneInfo("Asia/Tokyo")
    write_job(disk, start_time="2026-01-02T09:00:00")

    engine.scan()

    assert Job.objects.get().started_at == datetime(2026, 1, 2, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("heartbeat", [None, "soon"])
def test_it_gives_a_running_job_a_heartbeat_always(engine, disk, heartbeat):
    write_job(disk, last_heartbeat=heartbeat, start_time=None)

    engine.scan()

    assert Job.objects.get().heartbeat_at


@pytest.mark.parametrize("name", ["two\nlines", "🙂", "quo'te\"", "%s %d", "日本", "a" * 250])
def test_it_takes_any_name_that_is_utf8(engine, disk, name):
    write_job(disk, project=name, group=name, name=name, run_id=name)

    engine.scan()

    job = Job.objects.get()
    assert {job.project, job.group, job.name, job.run_id} == {name}


def test_it_says_that_a_name_is_not_utf8(engine, disk, status_root):
    write_job(disk, run_id="good")
    (disk / "gpt" / os.fsdecode(b"\xff\xfe")).mkdir()

    engine.scan()

    status_root.refresh_from_db()
    assert run_ids() == ["good"]
    assert [fault["reason"] for fault in status_root.faults] == ["Its name is not UTF-8."]
    assert "\\udcff" in status_root.faults[0]["path"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_it_says_which_directory_it_may_not_read_and_keeps_its_rows(indexed, disk, status_root):
    locked = disk / "gpt" / "baselines" / "lm_small"
    locked.chmod(0)
    try:
        indexed.scan()
    finally:
        locked.chmod(0o755)

    status_root.refresh_from_db()
    assert run_ids() == ["a", "b", "c"]
    assert status_root.fault_count == 1


def test_it_is_not_held_up_by_a_pipe_for_a_file(engine, disk):
    directory = write_job(disk)
    (directory / "metadata.json").unlink()
    os.mkfifo(directory / "metadata.json")

    engine.scan()

    assert "is not a file" in Job.objects.get().fault


def test_it_survives_files_where_directories_should_be(engine, disk):
    (disk / "README").write_text("hello")
    (disk / "gpt").mkdir()
    (disk / "gpt" / "notes.txt").write_text("hello")
    write_job(disk, project="moe", run_id="a")

    engine.scan()

    assert run_ids() == ["a"]


def test_it_lets_odd_hardware_pass(engine, disk, status_root):
    hosts = ["n01", 5, None, "n 02", {"a": 1}]
    write_job(disk, hardware={"chip": 7, "total_chips": -1, "hosts": hosts})

    engine.scan()

    job = Job.objects.get()
    assert (job.chip, job.total_chips, job.hosts) == ("", None, " n01 n 02 ")
    assert new_engine(status_root).scan().found == 0


def test_it_can_be_searched_by_what_people_know_of_a_job(engine, disk):
    write_job(disk, name="LM", run_id="x", hardware={"chip": "H100", "hosts": ["Node-7"]})

    engine.scan()

    words = Job.objects.get().search_text.split("\n")
    assert words == [
        "gpt",
        "baselines",
        "lm",
        "x",
        "gpt/train/pretrain",
        "4000182",
        "node-7",
        "h100",
    ]
