import os
import threading

import pytest

from runs.discovery.claims import claimant
from runs.discovery.follow import Follower
from runs.discovery.jobs import Jobs
from runs.files.inotify import Allowance
from runs.models import Job, Root
from tests.conftest import wait_for
from tests.disk import write_job

JOBS = 60


@pytest.fixture
def follow(transactional_db, status_root):
    """Follows the status root in a thread, with so many watches."""
    stop = threading.Event()
    wake, waker = os.pipe()
    started = []

    def start(most):
        follower = Follower(
            status_root,
            Jobs(),
            claimed_by=claimant(),
            stop=stop,
            wake=wake,
            allowance=Allowance(most),
        )
        follower.start()
        started.append(follower)
        wait_for(lambda: Root.objects.get(pk=status_root.pk).watched_directories)
        return follower

    yield start
    stop.set()
    os.write(waker, b"x")
    for follower in started:
        follower.join(10)
    os.close(wake)
    os.close(waker)


def test_it_says_how_many_directories_are_not_watched(follow, disk, status_root):
    for number in range(JOBS):
        write_job(disk, run_id=f"{number:02}", log=None)

    follow(40)

    status_root.refresh_from_db()
    assert status_root.watched_directories == 36
    assert status_root.unwatched_directories == JOBS + 4 - 36


def test_it_watches_what_is_new_all_the_same(follow, disk):
    for number in range(JOBS):
        write_job(disk, run_id=f"{number:02}", log=None)
    follow(40)
    write_job(disk, run_id="new")
    wait_for(lambda: Job.objects.filter(run_id="new").exists(), 5)

    write_job(disk, run_id="new", status="failed")

    wait_for(lambda: Job.objects.get(run_id="new").status == "failed", 5)
