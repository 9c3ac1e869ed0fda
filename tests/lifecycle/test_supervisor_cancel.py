"""Cancelled means gone, all of it, with a receipt that says so."""

import time

import psutil
import pytest

from runs.contract.status import Status
from runs.errors import NotAllowed, RunAlreadyFinished
from runs.lifecycle.services import cancel_run

pytestmark = pytest.mark.django_db

SLEEP = "import time; print('up', flush=True); time.sleep(60)"
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open('daemon.pid', 'w').write(str(os.getpid()))
        time.sleep(60)
    os._exit(0)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
time.sleep(60)
"""


def running(supervisor, run, marker="output.log"):
    path = run.directory / marker
    supervisor.until(lambda: path.exists() and path.read_text())
    run.refresh_from_db()
    return run


def test_it_cancels_a_waiting_run_at_once(make_run, member):
    run = make_run()
    cancel_run(actor=member, run=run)
    assert run.status == Status.CANCELLED
    assert run.cancel_receipt["all_gone"]


def test_it_ends_what_moved_into_a_session_of_its_own(make_run, supervisor, member):
    run = running(supervisor, make_run(DAEMON), "daemon.pid")
    daemon = int((run.directory / "daemon.pid").read_text())
    cancel_run(actor=member, run=run)
    supervisor.until_status(run, Status.CANCELLED)
    assert not psutil.pid_exists(daemon)
    assert run.cancel_receipt["all_gone"]
    assert daemon in {entry["pid"] for entry in run.cancel_receipt["signalled"]}


def test_it_kills_what_ignores_the_signal(make_run, supervisor, member):
    run = running(supervisor, make_run(DEAF))
    cancel_run(actor=member, run=run, grace_seconds=0.5)
    supervisor.until_status(run, Status.CANCELLED)
    assert "SIGKILL" in {entry["signal"] for entry in run.cancel_receipt["signalled"]}
    assert run.cancel_receipt["grace_seconds"] == 0.5


def test_it_kills_at_once_when_asked_again_without_grace(make_run, supervisor, member):
    run = running(supervisor, make_run(DEAF))
    cancel_run(actor=member, run=run, grace_seconds=100)
    supervisor.step()
    began = time.monotonic()
    cancel_run(actor=member, run=run, grace_seconds=0)
    supervisor.until_status(run, Status.CANCELLED)
    assert time.monotonic() - began < 50


def test_it_refuses_what_has_ended(make_run, supervisor, member):
    run = supervisor.until_status(make_run(), Status.COMPLETED)
    with pytest.raises(RunAlreadyFinished):
        cancel_run(actor=member, run=run)
    run.refresh_from_db()
    assert run.status == Status.COMPLETED


def test_it_refuses_another_member(make_run, other_member):
    run = make_run()
    with pytest.raises(NotAllowed):
        cancel_run(actor=other_member, run=run)
    run.refresh_from_db()
    assert run.status == Status.PENDING


def test_it_cancels_what_was_ordered_while_it_started(make_run, supervisor, member):
    run = make_run(SLEEP)
    run.claimed_by = supervisor.name
    run.save()
    cancel_run(actor=member, run=run)
    assert run.status == Status.PENDING
    supervisor.begin(run)
    supervisor.until_status(run, Status.CANCELLED)


def test_it_hears_of_an_order_without_its_bell_however_much_else_happens(
    make_run, supervisor, member
):
    run = running(supervisor, make_run(SLEEP))
    cancel_run(actor=member, run=run)  # this test's transaction never commits: no bell rings

    def ended_in_the_bustle():
        (run.directory / "new").touch()
        (run.directory / "new").replace(run.directory / "changed")
        run.refresh_from_db()
        return run.status == Status.CANCELLED

    supervisor.until(ended_in_the_bustle)
