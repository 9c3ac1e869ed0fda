"""Jobs that others started: what their directories say becomes an alert, once."""

from datetime import datetime, timedelta

import pytest

from runs.alerts.services import acknowledge_all
from runs.discovery.jobs import Jobs
from runs.discovery.kinds import Key
from runs.models import Alert
from tests.disk import write_job

KEY = Key("gpt", "baselines", "lm_small", "20261119_214811")


@pytest.fixture
def scan(status_root):
    """Writes the job's file and reads it, as a scan does."""

    def read(*, quiet=False, **metadata):
        directory = write_job(status_root.directory, *KEY, **metadata)
        reading = Jobs().read(status_root, KEY, str(directory), directory.stat().st_ino)
        Jobs().write(status_root, [reading], quiet=quiet)

    return read


def test_a_job_that_fails_is_an_alert_once(scan):
    scan(status="running")
    scan(status="failed")
    scan(status="failed", note="written again")
    alert = Alert.objects.get()
    assert (alert.kind, alert.count) == ("job_failed", 1)
    assert alert.message == "gpt/baselines/lm_small/20261119_214811 failed"


def test_a_first_scan_raises_nothing(scan):
    scan(status="failed", quiet=True)
    scan(status="failed", note="written again")
    assert not Alert.objects.exists()


def test_a_job_found_just_after_it_failed_is_an_alert(scan):
    scan(status="failed")
    assert Alert.objects.get().kind == "job_failed"


def test_a_directory_that_was_copied_here_is_none(scan):
    long_ago = (datetime.now() - timedelta(days=40)).isoformat()
    scan(status="failed", start_time=long_ago, last_heartbeat=long_ago)
    assert not Alert.objects.exists()


def test_a_job_that_was_restarted_and_fails_again_is_a_new_one(scan, member):
    scan(status="failed")
    acknowledge_all(member, up_to=10**9)
    scan(status="running")
    scan(status="failed")
    assert Alert.objects.count() == 2


def test_a_job_that_is_preempted_again_before_anybody_looks_counts_twice(scan):
    for status in ("preempted", "running", "preempted"):
        scan(status=status)
    assert Alert.objects.get().count == 2
