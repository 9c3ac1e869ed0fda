"""kill -9 of whoever drives, in every phase: the session ends as it should.

The child drives the session and kills itself before the n-th begin or end of a transaction, for
each n there is: so it dies before and after every commit, and between the rename and its commit.
"""

import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from runs.contract.status import Status
from runs.creation.engine import drive, drive_abandoned
from runs.creation.services import begin_draft, cancel_session, create_session
from runs.creation.staging import SESSIONS
from runs.models import CreationSession, Event, Project, Run
from tests.conftest import MANAGE, manage_environment, wait_for

from .conftest import payloads, reread, told

pytestmark = pytest.mark.django_db(transaction=True)

# Just before a transaction, and just before its end: with all of it done, and nothing of it kept.
WRITES = ("BEGIN", "COMMIT")
MOST_WRITES = 200


@pytest.fixture
def confirmed(member, project, asking_program):
    """A session that somebody has confirmed, and nobody has driven yet."""

    def make(kind):
        wishes = {
            "run": {
                "project": project.slug,
                "program": asking_program().slug,
                "template": "base",
                "label": "try",
            },
            "project": {"title": "Killed", "template": "study",
                        "readme_extra": {"hypothesis": "it holds"}},
        }  # fmt: skip
        session = begin_draft(owner=member, kind=kind, inputs=wishes[kind], step="")
        CreationSession.objects.update(confirmed_at=timezone.now())
        return session

    return make


def drive_until(session_id, statement):
    """In a process of its own; dies before the `statement`-th of those, if it gets there: True."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        left = [statement]

        def count(sql):
            if sql.startswith(WRITES):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            connection.ensure_connection()
            connection.connection.set_trace_callback(count)
            drive(session_id)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def half_a_minute_later():
    CreationSession.objects.update(
        driven_until=None, touched_at=timezone.now() - timedelta(seconds=30)
    )


def is_whole(session, root):
    """Exactly one of what it was to make, with its files, and nothing beside it."""
    target = root / "killed" if session.kind == "project" else Run.objects.get().directory
    assert (target / "README.md").is_file()
    assert not (target / ".session").exists()
    assert list((root / SESSIONS).iterdir()) == []
    assert told(session).count("done") == 1
    phases = [payload["phase"] for payload in payloads(session, "phase")]
    assert len(phases) == len(set(phases))
    if session.kind == "run":
        run = Run.objects.get()
        assert (run.status, run.claimed_by) == (Status.PENDING, "")
        assert Event.objects.filter(kind="run.created").count() == 1
    else:
        assert (target / "notes" / "findings.md").is_file()
        assert Project.objects.filter(slug="killed").count() == 1


def clear(root):
    """For the next round; a test for each would take minutes."""
    Run.objects.all().delete()
    Project.objects.filter(slug="killed").delete()
    CreationSession.objects.all().delete()
    Event.objects.all().delete()
    shutil.rmtree(root, ignore_errors=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts the statements of SQLite")
@pytest.mark.parametrize("kind", ["run", "project"])
def test_killed_at_any_statement_it_ends_done_and_once(confirmed, settings, kind):
    root = settings.FUSIONWEB_STATUS_DIRS[0]
    states, was_between = set(), False
    for statement in range(1, MOST_WRITES):
        session = confirmed(kind)
        killed = drive_until(session.pk, statement)
        states.add(reread(session).state)
        moved = [path for path in root.rglob(".session") if SESSIONS not in path.parts]
        was_between |= reread(session).state == "record_write" and bool(moved)
        half_a_minute_later()
        drive_abandoned()
        session = reread(session)
        assert session.state == "done", (statement, session.error)
        is_whole(session, root)
        clear(root)
        if not killed:
            break
    assert not killed
    assert was_between, "never killed between the rename and its commit"
    expected = {"pending", "validating", "rendering", "check_pass", "record_write",
                "post_validate", "done"}  # fmt: skip
    assert states == expected | ({"run_queued"} if kind == "run" else set())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts the statements of SQLite")
@pytest.mark.parametrize("kind", ["run", "project"])
def test_killed_and_then_cancelled_nothing_of_it_is_left(confirmed, settings, member, kind):
    root = settings.FUSIONWEB_STATUS_DIRS[0]
    for statement in range(1, MOST_WRITES, 3):
        session = confirmed(kind)
        killed = drive_until(session.pk, statement)
        session = reread(session)
        if not killed:
            break
        if session.state != "done":
            written = session.state in ("post_validate", "run_queued")
            cancel_session(actor=member, session=session, discard_files=True)
            assert not (root / SESSIONS / session.pk).exists(), statement
            kept = list(root.rglob("README.md"))
            assert bool(kept) == written, (statement, kept)
            assert not Run.objects.filter(status=Status.PENDING).exists()
        clear(root)
    assert not killed


BLOCKER = """
import time
from pathlib import Path

class Blocker:
    name, label, position = "blocker", "waiting", 50

    def look(self, draft, answer):
        here = Path(__file__).parent
        (here / "reached").touch()
        while not (here / "go").exists():
            time.sleep(0.02)

    def accept(self, draft, answer): return answer
    def apply(self, draft, answer): return draft
    def remarks(self, draft): return []

check = Blocker()
"""
DRIVE = "from runs.creation.engine import drive; import sys; drive({!r})"


@pytest.fixture
def start_driving(settings, install_check):
    """A process like a request's, stuck in a check until the file `go` is there."""
    place = install_check(BLOCKER)
    started = []

    def start(session):
        code = DRIVE.format(session.pk)
        process = subprocess.Popen(
            [sys.executable, str(MANAGE), "shell", "-v0", "-c", code],
            env={**manage_environment(settings), "PYTHONPATH": str(place)},
        )
        started.append(process)
        wait_for(lambda: (place / "reached").exists())
        return process

    yield start, place
    for process in started:
        process.kill()
        process.wait()


def test_the_supervisor_goes_on_where_the_web_process_was_killed(
    confirmed, start_driving, start_supervisor
):
    start, place = start_driving
    session = confirmed("run")
    process = start(session)
    assert reread(session).state == "check_pass"
    process.kill()
    process.wait()
    half_a_minute_later()
    (place / "go").touch()
    start_supervisor(PYTHONPATH=str(place))
    wait_for(lambda: reread(session).state == "done")
    wait_for(lambda: Run.objects.get().status == Status.COMPLETED)


def test_the_next_supervisor_goes_on_where_one_was_killed(
    confirmed, start_driving, start_supervisor
):
    _, place = start_driving
    session = confirmed("run")
    half_a_minute_later()
    first = start_supervisor(PYTHONPATH=str(place))
    wait_for(lambda: (place / "reached").exists())
    first.kill()
    first.wait()
    half_a_minute_later()
    (place / "go").touch()
    start_supervisor(PYTHONPATH=str(place))
    wait_for(lambda: reread(session).state == "done")
    assert Run.objects.count() == 1


def test_a_check_that_takes_its_time_holds_up_no_launch(
    confirmed, start_driving, start_supervisor, make_run
):
    _, place = start_driving
    session = confirmed("run")
    half_a_minute_later()
    start_supervisor(PYTHONPATH=str(place))
    wait_for(lambda: (place / "reached").exists())
    run = make_run()
    wait_for(lambda: Run.objects.get(pk=run.pk).status == Status.COMPLETED)
    assert reread(session).state == "check_pass"
    (place / "go").touch()
    wait_for(lambda: reread(session).state == "done")


def test_a_cancellation_in_the_middle_of_a_check_stops_the_driver(
    confirmed, start_driving, member, settings
):
    start, place = start_driving
    session = confirmed("run")
    process = start(session)
    cancel_session(actor=member, session=reread(session), discard_files=True)
    (place / "go").touch()
    assert process.wait(20) == 0
    assert reread(session).state == "aborted"
    assert list((settings.FUSIONWEB_STATUS_DIRS[0] / SESSIONS).iterdir()) == []
    assert not Run.objects.exists()


def test_two_who_drive_at_once_make_one_thing(confirmed, settings):
    session = confirmed("run")
    code = DRIVE.format(session.pk)
    both = [
        subprocess.Popen(
            [sys.executable, str(MANAGE), "shell", "-v0", "-c", code],
            env=manage_environment(settings),
        )
        for _ in range(2)
    ]
    assert [process.wait(30) for process in both] == [0, 0]
    wait_for(lambda: drive(session.pk).state == "done")
    is_whole(reread(session), settings.FUSIONWEB_STATUS_DIRS[0])


def test_created_through_the_service_it_is_driven_at_once(member, project, asking_program):
    inputs = {
        "project": project.slug, "program": asking_program().slug,
        "template": "base", "label": "now",
    }  # fmt: skip
    assert create_session(owner=member, kind="run", inputs=inputs).state == "done"
