import shutil
import subprocess

from runs.models import Job, Root
from tests.conftest import wait_for
from tests.disk import write_checkpoint, write_job


def run(start_reindex, *words):
    """Status, what it printed."""
    started = start_reindex(*words, output=subprocess.PIPE)
    out, aside = started.process.communicate(timeout=30)
    return started.process.returncode, out + aside


def fill(disk, count):
    for number in range(count):
        write_job(disk, run_id=f"{number:02}", log=None)


def test_it_prints_counts_and_seconds(start_reindex, disk, settings):
    fill(disk, 3)
    write_checkpoint(settings.FUSIONWEB_CHECKPOINT_DIRS[0])

    status, printed = run(start_reindex)

    assert status == 0
    assert f"{disk}: 3 jobs; 3 new, 0 changed, 0 moved, 0 gone (" in printed
    assert "1 checkpoint" in printed and "\x1b" not in printed


def test_it_says_what_is_missing_and_fails(start_reindex, disk):
    status, printed = run(start_reindex)

    assert status == 3 and "checkpoints cannot be read" in printed


def test_it_removes_what_is_held_when_told_so(start_reindex, disk, settings):
    settings.FUSIONWEB_CHECKPOINT_DIRS[0].mkdir()
    fill(disk, 30)
    run(start_reindex)
    for number in range(28):
        shutil.rmtree(disk / "gpt" / "baselines" / "lm_small" / f"{number:02}")

    status, printed = run(start_reindex)
    assert status == 3 and "28 of 30 jobs" in printed and Job.objects.count() == 30

    status, printed = run(start_reindex, "--accept-removals")
    assert status == 0 and "28 gone" in printed and Job.objects.count() == 2


def test_it_has_the_follower_look_where_there_is_one(follower, start_reindex, disk, status_root):
    fill(disk, 1)
    wait_for(lambda: Job.objects.exists())
    before = Root.objects.get(pk=status_root.pk).scanned_at

    _, printed = run(start_reindex)

    assert "in step, by the process that follows it" in printed
    assert Root.objects.get(pk=status_root.pk).scanned_at > before
    assert follower.process.poll() is None


def test_it_takes_over_at_once_from_a_follower_that_was_killed(follower, start_reindex, disk):
    follower.kill()
    fill(disk, 2)

    _, printed = run(start_reindex)

    assert "2 new" in printed and Job.objects.count() == 2
