import os
import signal
from contextlib import suppress

import psutil

from runs.models import Job
from tests.conftest import wait_for
from tests.disk import write_job


def indexer_of(process):
    """The supervisor's child that follows the roots."""
    for child in psutil.Process(process.pid).children():
        # one that has just died has no command line any more
        with suppress(psutil.Error):
            if "--follow" in child.cmdline():
                return child
    return None


def test_it_keeps_the_jobs_on_disk_in_step(start_supervisor, settings):
    start_supervisor()

    write_job(settings.FUSIONWEB_STATUS_DIRS[0], run_id="a")

    wait_for(lambda: Job.objects.filter(run_id="a").exists())


def test_it_starts_its_indexer_again(start_supervisor):
    process = start_supervisor()
    first = wait_for(lambda: indexer_of(process))

    first.kill()

    wait_for(lambda: (now := indexer_of(process)) and now.pid != first.pid)


def test_it_takes_its_indexer_along(start_supervisor):
    process = start_supervisor()
    indexer = wait_for(lambda: indexer_of(process))

    process.terminate()

    assert process.wait(10) == 0
    assert not indexer.is_running()


def test_its_indexer_dies_with_it(start_supervisor):
    process = start_supervisor()
    indexer = wait_for(lambda: indexer_of(process))

    os.kill(process.pid, signal.SIGKILL)

    psutil.wait_procs([indexer], timeout=10)
    assert not indexer.is_running() or indexer.status() == psutil.STATUS_ZOMBIE
