import os
import shutil

import pytest

from runs.discovery.claims import ClaimLost, claimant, release
from runs.models import Job, Project, Root
from tests.disk import write_job

from .conftest import kinds, new_engine, run_ids


def test_it_finds_jobs_and_makes_their_projects(engine, disk):
    write_job(disk, run_id="a")
    write_job(disk, project="moe", group="g", name="n", run_id="b", status="failed")

    counts = engine.scan()

    assert counts.found == 2 and run_ids() == ["a", "b"]
    assert set(Project.objects.values_list("slug", flat=True)) == {"gpt", "moe"}
    assert Job.objects.get(run_id="b").status == "failed"


def test_it_reads_nothing_again_that_looks_the_same(indexed, disk):
    for path in disk.rglob("metadata.json"):
        os.utime(path, (1_000_000, 1_000_000))
    indexed.scan()

    counts = indexed.scan()

    assert (counts.found, counts.changed, counts.gone) == (0, 0, 0)


def test_it_reads_what_was_rewritten_in_place(indexed, disk):
    write_job(disk, run_id="b", status="failed", exit_code=3)

    indexed.scan()

    job = Job.objects.get(run_id="b")
    assert (job.status, job.exit_code) == ("failed", 3)
    assert kinds()[-1] == "job.failed"


def test_it_takes_up_after_a_restart_without_reading_everything_again(indexed, disk, status_root):
    for path in disk.rglob("metadata.json"):
        os.utime(path, (1_000_000, 1_000_000))
    indexed.scan()
    write_job(disk, run_id="d", status="completed")

    counts = new_engine(status_root).scan()

    assert (counts.found, counts.changed, counts.gone) == (1, 0, 0)


def test_it_removes_what_was_deleted(indexed, disk):
    shutil.rmtree(disk / "gpt" / "baselines" / "other")

    counts = indexed.scan()

    assert counts.gone == 1 and run_ids() == ["a", "b"]
    assert kinds()[-1] == "job.gone"


def test_it_notices_after_a_restart_what_was_deleted_meanwhile(indexed, disk, status_root):
    shutil.rmtree(disk / "gpt" / "baselines" / "lm_small" / "a")

    new_engine(status_root).scan()

    assert run_ids() == ["b", "c"]


def test_it_keeps_the_row_of_a_directory_that_was_renamed(indexed, disk):
    before = Job.objects.get(run_id="a").pk
    (disk / "gpt" / "baselines" / "lm_small").rename(disk / "gpt" / "baselines" / "renamed")

    counts = indexed.scan()

    job = Job.objects.get(run_id="a")
    assert (job.pk, job.name, counts.moved, counts.gone) == (before, "renamed", 2, 0)
    assert "renamed" in job.search_text
    assert counts.found == 0


def test_it_keeps_the_rows_of_a_project_that_was_renamed(indexed, disk):
    before = set(Job.objects.values_list("pk", flat=True))
    (disk / "gpt").rename(disk / "llm")

    indexed.scan()

    assert set(Job.objects.filter(project="llm").values_list("pk", flat=True)) == before


def test_it_leaves_hidden_names_and_symlinks_out(engine, disk, tmp_path):
    write_job(tmp_path / "elsewhere", run_id="outside")
    write_job(disk, run_id="inside")
    write_job(disk, project=".trash", run_id="hidden")
    (disk / "link").symlink_to(tmp_path / "elsewhere" / "gpt")
    (disk / "gpt" / "loop").symlink_to(disk)

    engine.scan()

    assert run_ids() == ["inside"]


def test_it_does_not_follow_a_metadata_file_that_is_a_symlink(engine, disk, tmp_path):
    (tmp_path / "secret.json").write_text('{"status": "failed", "reason": "secret"}')
    directory = write_job(disk, run_id="a")
    (directory / "metadata.json").unlink()
    (directory / "metadata.json").symlink_to(tmp_path / "secret.json")

    engine.scan()

    job = Job.objects.get()
    assert job.reason == "" and "cannot be read" in job.fault


def test_it_lists_a_directory_again_that_changed_within_the_clocks_tick(indexed, disk):
    name = disk / "gpt" / "baselines" / "lm_small"
    at = name.stat().st_mtime_ns
    write_job(disk, run_id="d")
    os.utime(name, ns=(at, at))

    assert indexed.scan().found == 1


def test_it_leaves_the_outcome_of_our_own_runs_to_the_supervisor(engine, disk, run_row, job_row):
    run = run_row(status="running")
    job_row(ordered_run=run, run_id=run.pk, status="running", reason="ours")
    write_job(disk, run_id=run.pk, status="completed", reason="theirs", slurm_job_id="77")

    engine.scan()

    job = Job.objects.get()
    assert (job.status, job.reason, job.slurm_job_id) == ("running", "ours", "77")


def test_it_keeps_the_row_of_our_own_run_whose_directory_is_gone(engine, disk, run_row, job_row):
    run = run_row(status="completed")
    job_row(ordered_run=run, run_id=run.pk)
    write_job(disk, run_id="another")

    engine.scan()

    assert run_ids() == sorted([run.pk, "another"])


def test_it_announces_only_counts_during_the_first_scan(engine, disk):
    for number in range(5):
        write_job(disk, run_id=str(number))

    engine.scan()

    assert kinds() == ["jobs.changed"]


def test_it_announces_many_changes_as_one(indexed, disk):
    for number in range(250):
        write_job(disk, name="many", run_id=str(number), log=None)
    before = len(kinds())

    indexed.scan()

    assert kinds()[before:] == ["jobs.changed"]


def test_it_announces_no_heartbeat(indexed, disk):
    before = len(kinds())
    directory = disk / "gpt" / "baselines" / "lm_small" / "b"
    text = (directory / "metadata.json").read_text()
    later = text.replace('"last_heartbeat": "20', '"last_heartbeat": "10', 1)
    (directory / "metadata.json").write_text(later)

    counts = indexed.scan()

    assert counts.changed >= 1
    assert kinds()[before:] == []


def test_it_says_how_the_root_is(indexed, status_root):
    status_root.refresh_from_db()

    assert status_root.state == Root.State.READY
    assert status_root.scan_done == 3 and status_root.scanned_at and status_root.first_scanned_at
    assert kinds("roots")[0] == "root.scanning" and kinds("roots")[-1] == "root.ready"


def test_it_writes_nothing_for_a_root_that_another_process_took_over(indexed, disk, status_root):
    release(status_root, claimant())
    Root.objects.filter(pk=status_root.pk).update(claimed_by="another")
    write_job(disk, run_id="d")

    with pytest.raises(ClaimLost):
        indexed.scan()

    assert run_ids() == ["a", "b", "c"]
