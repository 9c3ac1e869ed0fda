import json
import os
import shutil
import time

from runs.models import Event, Job, Root
from tests.conftest import wait_for
from tests.disk import write_job

from .conftest import kinds, run_ids


def job(run_id):
    return Job.objects.filter(run_id=run_id).first()


def status_of(run_id):
    return Job.objects.filter(run_id=run_id).values_list("status", flat=True).first()


def test_it_finds_a_job_whose_directories_are_all_new(follower, disk):
    write_job(disk, run_id="a", status="running")

    wait_for(lambda: status_of("a") == "running", 5)
    assert "job.found" in kinds()


def test_it_sees_an_outcome_written_in_place(follower, disk):
    write_job(disk, run_id="a")
    wait_for(lambda: job("a"))

    write_job(disk, run_id="a", status="failed")

    wait_for(lambda: status_of("a") == "failed", 5)
    assert kinds()[-1] == "job.failed"


def test_it_sees_an_outcome_written_by_rename(follower, disk):
    directory = write_job(disk, run_id="a")
    wait_for(lambda: job("a"))
    values = json.loads((directory / "metadata.json").read_text())
    (directory / ".new").write_text(json.dumps({**values, "status": "completed"}))

    (directory / ".new").rename(directory / "metadata.json")

    wait_for(lambda: status_of("a") == "completed", 5)


def test_it_sees_that_a_failed_job_runs_again_under_its_id(follower, disk):
    write_job(disk, run_id="a", status="failed")
    wait_for(lambda: status_of("a") == "failed")

    write_job(disk, run_id="a", status="running")

    wait_for(lambda: status_of("a") == "running", 5)


def test_it_sees_a_directory_that_was_deleted_and_made_anew(follower, disk):
    directory = write_job(disk, run_id="a", status="failed")
    wait_for(lambda: job("a"))
    shutil.rmtree(directory)
    write_job(disk, run_id="a", status="running")
    wait_for(lambda: status_of("a") == "running", 5)

    write_job(disk, run_id="a", status="completed")

    wait_for(lambda: status_of("a") == "completed", 5)


def test_it_sees_what_was_deleted_or_moved_away(follower, disk, tmp_path):
    for run_id in "abc":
        write_job(disk, run_id=run_id)
    wait_for(lambda: run_ids() == ["a", "b", "c"])
    home = disk / "gpt" / "baselines" / "lm_small"

    shutil.rmtree(home / "a")
    (home / "b").rename(tmp_path / "b")

    wait_for(lambda: run_ids() == ["c"], 5)


def test_it_follows_a_directory_under_its_new_name(follower, disk):
    write_job(disk, run_id="a")
    wait_for(lambda: job("a"))
    before = job("a").pk
    (disk / "gpt").rename(disk / "llm")
    wait_for(lambda: job("a").project == "llm", 5)

    write_job(disk, project="llm", run_id="a", status="failed")

    wait_for(lambda: status_of("a") == "failed", 5)
    assert job("a").pk == before


def test_it_waits_for_the_end_of_a_half_written_file(follower, disk):
    directory = write_job(disk, run_id="a", status="running")
    wait_for(lambda: job("a"))
    whole = (directory / "metadata.json").read_text().replace("running", "completed")
    with (directory / "metadata.json").open("w") as file:
        file.write(whole[:100])
        file.flush()
        time.sleep(0.5)
        assert status_of("a") == "running"
        file.write(whole[100:])

    wait_for(lambda: status_of("a") == "completed" and job("a").fault == "", 5)


def test_it_is_not_woken_by_a_log(follower, disk):
    directory = write_job(disk, run_id="a")
    wait_for(lambda: job("a"))
    Job.objects.update(reason="untouched")

    with (directory / "output.log").open("a") as log:
        log.write("line\n" * 1000)
    write_job(disk, run_id="b")
    wait_for(lambda: job("b"))

    assert job("a").reason == "untouched"


def test_it_loses_nothing_when_it_is_killed_and_started_again(follower, disk, start_reindex):
    write_job(disk, run_id="a")
    write_job(disk, run_id="b")
    wait_for(lambda: run_ids() == ["a", "b"])
    follower.kill()
    write_job(disk, run_id="c")
    write_job(disk, run_id="b", status="failed")
    shutil.rmtree(disk / "gpt" / "baselines" / "lm_small" / "a")

    start_reindex("--follow")

    wait_for(lambda: run_ids() == ["b", "c"] and status_of("b") == "failed", 10)


def test_it_ends_at_once_and_lets_the_root_go(follower, status_root):
    began = time.monotonic()

    assert follower.end() == 0
    assert time.monotonic() - began < 10  # it would look around only after minutes
    status_root.refresh_from_db()
    assert status_root.claimed_by == ""


def test_it_leaves_a_root_to_the_one_that_has_it(follower, disk, start_reindex, status_root):
    status_root.refresh_from_db()
    before = status_root.claimed_by
    second = start_reindex("--follow")
    write_job(disk, run_id="a")
    wait_for(lambda: job("a"))

    status_root.refresh_from_db()
    assert status_root.claimed_by == before
    assert Event.objects.filter(kind="job.found").count() == 1

    follower.kill()
    write_job(disk, run_id="b")
    wait_for(lambda: job("b"), 10)
    assert second.process.poll() is None


def test_it_says_that_its_root_went_missing_and_came_back(follower, disk, status_root):
    write_job(disk, run_id="a")
    wait_for(lambda: job("a"))
    disk.rename(disk.with_name("away"))
    wait_for(lambda: Root.objects.get(pk=status_root.pk).state == Root.State.MISSING, 10)

    disk.with_name("away").rename(disk)
    wait_for(lambda: Root.objects.get(pk=status_root.pk).state == Root.State.READY, 15)
    write_job(disk, run_id="b")
    wait_for(lambda: run_ids() == ["a", "b"], 5)


def test_it_survives_more_changes_than_the_kernel_queues(follower, disk):
    directory = write_job(disk, run_id="a")
    wait_for(lambda: job("a"))
    os.kill(follower.process.pid, 19)
    for number in range(17_000):
        # two names in turn: the same event twice in a row is queued once
        (directory / f".{number % 2}").touch()
        (directory / f".{number % 2}").unlink()
    write_job(disk, run_id="b")
    os.kill(follower.process.pid, 18)

    wait_for(lambda: job("b"), 10)


def test_it_finds_changes_by_looking_where_no_watch_can_be_set(start_reindex, disk):
    write_job(disk, run_id="a")
    start_reindex("--follow", "--no-inotify", FUSIONWEB_SCAN_SECONDS="0.5")
    wait_for(lambda: job("a"))

    write_job(disk, run_id="b")

    wait_for(lambda: job("b"), 10)
