"""Jobs that fall silent: raised once, over when they speak, no history, no flood."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.alerts.services import acknowledge
from runs.alerts.stale import MOST_AT_ONCE, watch_stale_jobs
from runs.contract.layout import METADATA
from runs.models import Alert, Event, Job, Root
from tests.disk import write_job


@pytest.fixture
def root(status_root):
    """In step since an hour ago."""
    since = timezone.now() - timedelta(hours=1)
    Root.objects.filter(pk=status_root.pk).update(state="ready", first_scanned_at=since)
    status_root.refresh_from_db()
    return status_root


@pytest.fixture
def silent(root, job_row):
    """A running job whose row is in step with its file; silent for so many seconds."""

    def make(seconds=600, **fields):
        job = job_row(
            status="running", heartbeat_at=timezone.now() - timedelta(seconds=seconds), **fields
        )
        in_step(job, root)
        return job

    return make


def in_step(job, root):
    directory = write_job(root.directory, job.project, job.group, job.name, job.run_id)
    found = (directory / METADATA).stat()
    file = {"file_mtime_ns": found.st_mtime_ns, "file_size": found.st_size}
    Job.objects.filter(pk=job.pk).update(**file)


def speak(*jobs):
    pks = [job.pk for job in jobs]
    Job.objects.filter(pk__in=pks).update(heartbeat_at=timezone.now())


def causes():
    return list(Alert.objects.filter(over_at=None).values_list("cause", flat=True))


def test_a_job_that_falls_silent_is_an_alert_once(silent):
    job = silent()
    silent(seconds=10)
    for _ in range(3):
        watch_stale_jobs()
    alert = Alert.objects.get()
    assert alert.cause == f"job:{job.pk}:stale"
    assert alert.message == f"{job} has not been heard of for 300 s"
    assert alert.count == 1


def test_open_lists_hear_of_it(silent):
    job = silent()
    watch_stale_jobs()
    assert Event.objects.get(topic="jobs").kind == "job.stale"
    speak(job)
    watch_stale_jobs()
    last = Event.objects.filter(topic="jobs").last()
    assert (last.kind, last.subject) == ("job.running", f"job:{job.pk}")


def test_it_is_over_when_the_job_speaks_again(silent):
    job = silent()
    watch_stale_jobs()
    speak(job)
    watch_stale_jobs()
    assert Alert.objects.get().over_at


def test_it_is_over_when_the_job_ended_or_its_row_is_gone(silent):
    ended, gone = silent(), silent()
    watch_stale_jobs()
    Job.objects.filter(pk=ended.pk).update(status="failed")
    gone.delete()
    watch_stale_jobs()
    assert causes() == []


def test_one_that_was_acknowledged_stays_quiet(silent, member):
    silent()
    watch_stale_jobs()
    acknowledge(member, Alert.objects.get())
    watch_stale_jobs()
    assert Alert.objects.count() == 1


def test_what_was_silent_when_the_root_was_first_read_is_one_alert(silent, root):
    for _ in range(30):
        silent(seconds=86_400 * 3)
    fell = silent()
    watch_stale_jobs()
    watch_stale_jobs()
    history = f"root:{root.pk}:stale-at-first"
    assert sorted(causes()) == sorted([history, f"job:{fell.pk}:stale"])
    words = f"30 jobs were silent already when {root.path} was first read"
    assert Alert.objects.get(cause=history).message == words


def test_many_that_fall_silent_together_are_one_alert(silent, root):
    jobs = [silent() for _ in range(MOST_AT_ONCE + 1)]
    watch_stale_jobs()
    watch_stale_jobs()
    assert causes() == [f"root:{root.pk}:stale"]
    speak(*jobs[:-1])
    watch_stale_jobs()
    assert causes() == [f"job:{jobs[-1].pk}:stale"]


def test_a_job_whose_file_is_newer_than_its_row_has_just_spoken(silent, root):
    job = silent()
    write_job(root.directory, job.project, job.group, job.name, job.run_id, note="alive")
    watch_stale_jobs()
    assert causes() == []


def test_a_job_whose_file_cannot_be_seen_is_not_judged(silent, root):
    job = silent()
    (job.directory / METADATA).unlink()
    watch_stale_jobs()
    assert causes() == []


@pytest.mark.parametrize("state", ["missing", "held", "scanning", "new"])
def test_nothing_is_known_of_a_root_that_is_not_in_step(silent, root, state):
    silent()
    Root.objects.update(state=state)
    watch_stale_jobs()
    assert causes() == []


def test_a_missing_root_ends_no_alert(silent, root):
    job = silent()
    watch_stale_jobs()
    Root.objects.update(state="missing")
    watch_stale_jobs()
    assert causes() == [f"job:{job.pk}:stale"]
