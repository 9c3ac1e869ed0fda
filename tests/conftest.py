"""People, projects, programs and supervisors that tests share."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection

from runs.analysis.claims import analysts_wanted
from runs.discovery.roots import root_row
from runs.lifecycle import places
from runs.lifecycle.bundled import install_bundled
from runs.lifecycle.services import RunRequest, create_run
from runs.lifecycle.supervisor.analysts import Analysts
from runs.lifecycle.supervisor.cleaner import Cleaner
from runs.lifecycle.supervisor.driver import Driver
from runs.lifecycle.supervisor.maker import Maker
from runs.lifecycle.supervisor.process import Supervisor
from runs.models import Batch, Checkpoint, Iteration, Job, Program, Project, Root, Run
from runs.models import Supervisor as SupervisorRow

# A shell that starts the tests in the background has its children ignore Ctrl-C, and what they
# start as well: the tests of Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
WAIT_SECONDS = 30


def wait_for(condition, seconds=WAIT_SECONDS, pause=0.02):
    """What `condition()` returns once it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(pause)
    raise AssertionError(f"did not become true within {seconds} s: {condition}")


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    """Each test has its own status, checkpoint and template folders, bell, and empty cache."""
    settings.FUSIONWEB_DATA = tmp_path / "data"
    settings.FUSIONWEB_STATUS_DIRS = [tmp_path / "status"]
    settings.FUSIONWEB_CHECKPOINT_DIRS = [tmp_path / "checkpoints"]
    settings.FUSIONWEB_TEMPLATES = [tmp_path / "templates"]
    settings.FUSIONWEB_HEARTBEAT_SECONDS = 1
    settings.FUSIONWEB_DATA.mkdir()
    places.catalogue.cache_clear()
    cache.clear()
    yield tmp_path
    places.catalogue.cache_clear()


def make_user(name, **fields):
    return get_user_model().objects.create_user(name, password=f"secret of {name}", **fields)


@pytest.fixture
def member(db):
    return make_user("ada")


@pytest.fixture
def other_member(db):
    return make_user("grace")


@pytest.fixture
def staff(db):
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def project(db):
    return Project.objects.create(slug="optics")


@pytest.fixture
def program(db):
    """The bundled simulator, with its three templates."""
    install_bundled()
    return Program.objects.get(slug="fusion-sim")


@pytest.fixture
def script_program(db, tmp_path):
    """Registers a Python snippet as a program: `script_program("print('hello')")`."""

    def register(code, slug="script", **fields):
        path = tmp_path / f"{slug}.py"
        path.write_text(code)
        command = f"{sys.executable} {path} {{config}}"
        defaults = {"title": slug, "command": command, "config_format": "ini", **fields}
        return Program.objects.update_or_create(slug=slug, defaults=defaults)[0]

    return register


@pytest.fixture
def make_run(member, project, script_program):
    """A pending run of a script, made through the services."""

    def make(code="print('hello')", *, owner=None, name="try", priority=0, slug="script", **fields):
        program = fields.pop("program", None) or script_program(code, slug=slug)
        request = RunRequest(
            program=program,
            project=project,
            name=name,
            config_text=fields.pop("config_text", "[a]\nb = 1\n"),
            priority=priority,
            **fields,
        )
        return create_run(owner=owner or member, request=request)

    return make


@pytest.fixture
def run_row(member, project, script_program):
    """A row without files, for lists and pages that need many or odd ones."""

    def make(**fields):
        values = {
            "project": project,
            "program": fields.pop("program", None) or script_program(""),
            "owner": member,
            "name": "row",
            "root": str(places.status_root()),
            **fields,
        }
        run = Run(**values)
        run.search_text = run.facts_for_search()
        run.save()
        return run

    return make


@pytest.fixture
def status_root(db, settings):
    return root_row(settings.FUSIONWEB_STATUS_DIRS[0], Root.Kind.STATUS)


@pytest.fixture
def checkpoint_root(db, settings):
    return root_row(settings.FUSIONWEB_CHECKPOINT_DIRS[0], Root.Kind.CHECKPOINTS)


@pytest.fixture
def job_row(status_root):
    """A job as the index of the disk knows it; `tests.disk.write_job` makes its files."""

    def make(**fields):
        values = {
            "root": status_root,
            "project": "gpt",
            "group": "baselines",
            "name": "lm_small",
            "run_id": f"20261119_{Job.objects.count():06}",
            "status": "completed",
            **fields,
        }
        words = [values[key] for key in ("project", "group", "name", "run_id")]
        return Job.objects.create(**{"search_text": "\n".join(words).lower(), **values})

    return make


@pytest.fixture
def checkpoint_row(checkpoint_root):
    """A checkpoint as the index knows it; `tests.disk.write_checkpoint` makes its files."""

    def make(**fields):
        values = {
            "root": checkpoint_root,
            "project": "gpt",
            "group": "baselines",
            "name": "lm_small",
            "suffix": f"ntoks/{Checkpoint.objects.count()}",
            "complete": True,
            **fields,
        }
        words = [values[key] for key in ("project", "group", "name", "suffix")]
        return Checkpoint.objects.create(**{"search_text": "\n".join(words).lower(), **values})

    return make


class InlineCleaner(Cleaner):
    """A round of clean-up within the step: a thread would see nothing of a test's transaction."""

    def start(self):
        self.work()


class InlineDriver(Driver):
    """The same for creation sessions that nobody drives."""

    def start(self):
        self.work()


class InlineMaker(Maker):
    """The same for the runs of large batches."""

    def start(self):
        self.work()


class InlineAnalysts(Analysts):
    """The same for the analysis of batches, which is a process otherwise."""

    def look(self):
        if analysts_wanted():
            # it brings scipy, which most tests can do without
            from runs.analysis.analyst import step

            while step():
                pass


class InlineSupervisor(Supervisor):
    """The real supervisor, stepped by the test instead of by its own loop."""

    def __init__(self, label=""):
        super().__init__(label)
        self.cleaner = InlineCleaner()
        self.driver = InlineDriver()
        self.analysts = InlineAnalysts()
        self.maker = InlineMaker()

    def until(self, condition, seconds=WAIT_SECONDS):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.attempt_step()
            if value := condition():
                return value
        raise AssertionError(f"did not become true within {seconds} s: {condition}")

    def until_status(self, run, *statuses):
        def reached():
            run.refresh_from_db()
            return run.status in statuses

        self.until(reached)
        return run


@pytest.fixture
def supervisor(db):
    """Give its heartbeat row, step it with `until`; what it left running is ended after."""
    supervisor = InlineSupervisor("test")
    with supervisor.alarm:
        yield supervisor
        end_running(supervisor)


def end_running(supervisor):
    for watched in list(supervisor.watched.values()):
        pid = watched.run.handle.get("pid")
        if pid:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def manage_environment(settings):
    """The environment of a `manage.py` that works on this test's database and folders."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "FUSIONWEB_DATA": str(settings.FUSIONWEB_DATA),
        "FUSIONWEB_STATUS_DIRS": str(settings.FUSIONWEB_STATUS_DIRS[0]),
        "FUSIONWEB_CHECKPOINT_DIRS": str(settings.FUSIONWEB_CHECKPOINT_DIRS[0]),
        "FUSIONWEB_TEMPLATES": str(settings.FUSIONWEB_TEMPLATES[0]),
        "FUSIONWEB_HEARTBEAT_SECONDS": "1",
    }


@pytest.fixture
def start_supervisor(settings, transactional_db):
    """Starts real supervisor processes on the test's database; ends them after the test."""
    started = []

    def start(**environment):
        process = subprocess.Popen(
            [sys.executable, str(MANAGE), "supervise", "--name", "test"],
            env={**manage_environment(settings), **environment},
        )
        started.append(process)
        wait_for(lambda: SupervisorRow.objects.filter(pid=process.pid).exists())
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


@pytest.fixture
def batch_row(member, project, script_program):
    """A batch without runs, for lists and pages; `points` and all other columns as given."""

    def make(**fields):
        values = {
            "kind": "repeat",
            "project": project,
            "program": fields.pop("program", None) or script_program(""),
            "owner": member,
            "name": "batch",
            "points": [{"label": "", "overrides": {}, "values": []}],
            "num_iterations": 3,
            **fields,
        }
        return Batch.objects.create(**values)

    return make


@pytest.fixture
def batch_with_runs(batch_row, run_row):
    """A batch whose iterations have rows of runs, no files: all of `statuses`, in the order of
    points and numbers; the rest waits. `fields` are the batch's."""

    def make(statuses=(), **fields):
        batch = batch_row(**fields)
        told = list(statuses)
        for point in range(len(batch.points)):
            for number in range(batch.num_iterations):
                seed = batch.base_seed + number
                status = told.pop(0) if told else "pending"
                run = run_row(
                    status=status,
                    batch=batch,
                    seed=seed,
                    name=batch.name,
                    program=batch.program,
                    owner=batch.owner,
                    project=batch.project,
                )
                Iteration.objects.create(
                    batch=batch, point=point, number=number, seed=seed, run=run
                )
        Batch.objects.filter(pk=batch.pk).update(made=batch.total)
        batch.refresh_from_db()
        return batch

    return make
