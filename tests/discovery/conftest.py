"""A root with jobs on a real disk, and the engine that brings its rows in step."""

import subprocess
import sys

import pytest

from runs.discovery.claims import claim, claimant
from runs.discovery.engine import Engine
from runs.discovery.jobs import Jobs
from runs.models import Event, Job
from tests.conftest import MANAGE, manage_environment, wait_for
from tests.disk import write_job


@pytest.fixture
def disk(settings, status_root):
    """The directory of the status root."""
    settings.FUSIONWEB_STATUS_DIRS[0].mkdir()
    return settings.FUSIONWEB_STATUS_DIRS[0]


@pytest.fixture
def engine(status_root):
    return new_engine(status_root)


def new_engine(root):
    """As a process begins: with what the table knows, and nothing else."""
    root.refresh_from_db()
    assert claim(root, claimant())
    root.refresh_from_db()
    engine = Engine(root, Jobs(), claimed_by=claimant())
    engine.load()
    return engine


@pytest.fixture
def indexed(engine, disk):
    """The engine after its first scan of three jobs of two names."""
    write_job(disk, run_id="a", status="completed")
    write_job(disk, run_id="b", status="running")
    write_job(disk, name="other", run_id="c", status="completed")
    engine.scan()
    return engine


def run_ids():
    return sorted(Job.objects.values_list("run_id", flat=True))


def kinds(topic="jobs"):
    events = Event.objects.filter(topic=topic).order_by("seq")
    return list(events.values_list("kind", flat=True))


class Process:
    """A real `reindex`, on the test's database and folders."""

    def __init__(self, settings, *words, output=None, **environment):
        self.process = subprocess.Popen(
            [sys.executable, str(MANAGE), "reindex", *words],
            env={**manage_environment(settings), **environment},
            stdout=output,
            stderr=output,
            text=True,
        )

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def end(self):
        """Its exit status after SIGTERM."""
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def start_reindex(settings, transactional_db):
    started = []

    def start(*words, **options):
        started.append(Process(settings, *words, **options))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.kill()


@pytest.fixture
def follower(start_reindex, status_root, disk):
    """A real follower whose first scan is over, watches and all."""
    process = start_reindex("--follow")
    wait_for(lambda: type(status_root).objects.get(pk=status_root.pk).watched_directories)
    return process
