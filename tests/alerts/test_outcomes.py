"""Jobs and runs that failed, were preempted or lost: once each, and no history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.alerts.outcomes import MOST_AT_ONCE, raise_for_jobs
from runs.alerts.services import acknowledge
from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.models import Alert


def end(run, status, reason="exit code 1", sources=(Status.RUNNING,)):
    assert transition(run, to=status, reason=reason, sources=sources)


def test_a_job_that_failed_is_an_alert_with_its_page(job_row):
    job = job_row(status="failed", reason="exit code 9")
    raise_for_jobs(changed=[job.pk], found=[])
    alert = Alert.objects.get()
    assert (alert.kind, alert.message) == ("job_failed", f"{job} failed: exit code 9")
    assert alert.address == job.get_absolute_url()


def test_a_preempted_job_is_one_of_its_own_kind(job_row):
    raise_for_jobs(changed=[job_row(status="preempted").pk], found=[])
    assert Alert.objects.get().kind == "job_preempted"


@pytest.mark.parametrize("status", ["running", "completed", "cancelled", "unknown"])
def test_other_outcomes_are_none(job_row, status):
    raise_for_jobs(changed=[job_row(status=status).pk], found=[])
    assert not Alert.objects.exists()


def test_a_job_found_long_after_it_failed_is_no_news(job_row):
    old = job_row(status="failed", ended_at=timezone.now() - timedelta(days=3))
    new = job_row(status="failed", ended_at=timezone.now() - timedelta(minutes=3))
    raise_for_jobs(changed=[], found=[old.pk, new.pk])
    assert Alert.objects.get().cause == f"job:{new.pk}:failed"


def test_a_restarted_job_that_fails_again_after_it_was_seen_is_a_new_alert(job_row, member):
    job = job_row(status="failed")
    raise_for_jobs(changed=[job.pk], found=[])
    acknowledge(member, Alert.objects.get())
    raise_for_jobs(changed=[job.pk], found=[])
    assert Alert.objects.count() == 2


def test_many_at_once_are_one_alert(job_row):
    jobs = [job_row(status="preempted").pk for _ in range(MOST_AT_ONCE + 1)]
    raise_for_jobs(changed=jobs, found=[])
    alert = Alert.objects.get()
    assert alert.message == "21 jobs were preempted at about the same time"
    assert alert.address.endswith("?status=preempted")


def test_a_failed_run_is_an_alert_with_its_page(run_row):
    run = run_row(status="running", name="sweep")
    end(run, Status.FAILED)
    alert = Alert.objects.get()
    assert alert.message == "optics/sweep of ada failed: exit code 1"
    assert alert.address == f"/runs/{run.pk}/"


def test_a_run_that_could_not_start_is_one_too(run_row):
    end(run_row(), Status.FAILED, "could not start", [Status.PENDING])
    assert Alert.objects.get().kind == "job_failed"


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED])
def test_a_run_that_ended_as_it_should_is_none(run_row, status):
    end(run_row(status="running"), status)
    assert not Alert.objects.exists()


def test_a_lost_run_is_found_again(run_row):
    run = run_row(status="running")
    end(run, Status.LOST)
    assert Alert.objects.get().kind == "job_lost"
    end(run, Status.COMPLETED, sources=[Status.LOST])
    assert Alert.objects.get().over_at


def test_the_job_of_a_run_is_left_to_the_run(run_row, job_row):
    job = job_row(status="failed", ordered_run=run_row(status="failed"))
    raise_for_jobs(changed=[job.pk], found=[])
    assert not Alert.objects.exists()


def test_no_alert_where_the_status_was_not_changed(run_row):
    run = run_row(status="completed")
    assert not transition(run, to=Status.FAILED, reason="", sources=[Status.RUNNING])
    assert not Alert.objects.exists()
