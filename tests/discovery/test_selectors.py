"""Which jobs are stale, and how many there are of each kind."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.discovery.selectors import (
    chips_in_use,
    is_stale_job,
    job_counts,
    running_jobs,
    shown_status,
    stale_jobs,
)


def ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def alive(job_row):
    return job_row(status="running", heartbeat_at=ago(20), total_chips=8)


@pytest.fixture
def silent(job_row):
    return job_row(status="running", heartbeat_at=ago(301), total_chips=4, group="sweep")


def test_it_tells_stale_from_running_by_the_last_heartbeat(alive, silent, settings):
    assert list(running_jobs()) == [alive] and list(stale_jobs()) == [silent]
    assert is_stale_job(silent) and not is_stale_job(alive)
    settings.FUSIONWEB_STALE_SECONDS = 10
    assert not running_jobs().exists() and shown_status(alive) == "stale"


def test_a_job_that_ended_is_never_stale(job_row):
    ended = job_row(status="completed", heartbeat_at=ago(9999))
    assert not is_stale_job(ended) and shown_status(ended) == "completed"
    assert not stale_jobs().exists()


def test_a_running_job_nobody_has_heard_of_yet_runs(job_row):
    young = job_row(status="running")
    assert list(running_jobs()) == [young] and not is_stale_job(young)


def test_it_counts_by_status_project_and_group(alive, silent, job_row, staff):
    job_row(status="failed", project="moe", group="sweep")
    counts = job_counts(staff)
    assert counts.total == 3
    assert counts.statuses() == {"running": 1, "stale": 1, "failed": 1}
    assert counts.statuses("gpt", "sweep") == {"stale": 1}
    assert counts.by_project()["moe"] == {"failed": 1}
    assert list(counts.groups("gpt")) == ["baselines", "sweep"]


def test_it_counts_the_chips_of_jobs_that_are_heard_of(alive, silent, job_row, staff):
    job_row(status="completed", total_chips=64)
    assert chips_in_use(staff) == 8


def test_it_counts_nothing_where_there_is_nothing(staff):
    assert job_counts(staff).total == 0 and chips_in_use(staff) == 0
