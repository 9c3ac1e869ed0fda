"""Killed at any moment and started again, it finds every run as it is."""

import os
import signal
import time

import pytest

from runs.contract.status import Status
from runs.lifecycle.supervisor.launch import launch_run
from runs.models import Run
from tests.conftest import InlineSupervisor, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = "import time\nfor i in range(8):\n    print(i, flush=True); time.sleep(0.25)"


def status_of(run):
    return Run.objects.get(pk=run.pk).status


def test_it_goes_on_with_a_running_run(make_run, start_supervisor):
    run = make_run(COUNT)
    first = start_supervisor()
    wait_for(lambda: status_of(run) == Status.RUNNING)
    first.kill()
    first.wait()
    start_supervisor()
    wait_for(lambda: status_of(run) == Status.COMPLETED)
    lines = (run.directory / "output.log").read_text().split()
    assert lines == [str(i) for i in range(8)]


def test_killed_among_many_launches_it_starts_each_run_once(make_run, start_supervisor):
    runs = [make_run("open('starts', 'a').write('x')") for _ in range(16)]
    completed = Run.objects.filter(status=Status.COMPLETED)
    for so_many in (4, 9):
        supervisor = start_supervisor(FUSIONWEB_MAX_RUNNING="4")
        wait_for(lambda n=so_many: completed.count() >= n)
        supervisor.kill()
        supervisor.wait()
    start_supervisor()
    wait_for(lambda: completed.count() == len(runs))
    assert [(run.directory / "starts").read_text() for run in runs] == ["x"] * len(runs)


def test_it_learns_the_outcome_of_what_ended_meanwhile(make_run, start_supervisor):
    run = make_run("import time; time.sleep(1); raise SystemExit(7)")
    first = start_supervisor()
    wait_for(lambda: status_of(run) == Status.RUNNING)
    first.kill()
    first.wait()
    time.sleep(2)
    assert status_of(run) == Status.RUNNING
    start_supervisor()
    wait_for(lambda: status_of(run) == Status.FAILED)
    assert Run.objects.get(pk=run.pk).reason.startswith("exit code 7")


def test_it_starts_nothing_twice_after_a_half_launch(make_run, supervisor):
    run = make_run("open('starts', 'a').write('x'); import time; time.sleep(2)")
    Run.objects.filter(pk=run.pk).update(claimed_by="dead", claimed_until=None)
    launch_run(Run.objects.get(pk=run.pk))
    # the transaction that was never committed
    Run.objects.filter(pk=run.pk).update(status=Status.PENDING, handle={})
    supervisor.until_status(run, Status.COMPLETED)
    assert (run.directory / "starts").read_text() == "x"


def test_it_says_lost_when_the_shim_was_killed(make_run, supervisor):
    run = make_run("import time; time.sleep(60)")
    supervisor.until_status(run, Status.RUNNING)
    os.kill(run.handle["pid"], signal.SIGKILL)
    supervisor.until_status(run, Status.LOST)
    assert "vanished" in run.reason
    assert run.ended_at is not None


def test_it_leaves_runs_to_a_living_supervisor(make_run, supervisor):
    run = make_run("import time; time.sleep(60)")
    supervisor.until_status(run, Status.RUNNING)
    second = InlineSupervisor("second")
    with second.alarm:
        second.step()
        assert run.pk not in second.watched


def test_it_ends_on_sigterm_and_leaves_runs_running(make_run, start_supervisor):
    run = make_run(COUNT)
    process = start_supervisor()
    wait_for(lambda: status_of(run) == Status.RUNNING)
    process.terminate()
    assert process.wait(5) == 0
    wait_for(lambda: "7" in (run.directory / "output.log").read_text())


def test_two_supervisors_share_the_work(make_run, start_supervisor, settings):
    runs = [make_run("open('starts', 'a').write('x')") for _ in range(10)]
    start_supervisor()
    start_supervisor()
    wait_for(lambda: Run.objects.filter(status=Status.COMPLETED).count() == 10)
    assert all((run.directory / "starts").read_text() == "x" for run in runs)


def test_it_loses_a_running_row_that_nobody_launched(run_row, supervisor):
    run = run_row(status=Status.RUNNING)
    run.directory.mkdir(parents=True)
    supervisor.until_status(run, Status.LOST)


def test_it_believes_the_last_word_of_a_run_it_had_lost(make_run, supervisor):
    run = supervisor.until_status(make_run("raise SystemExit(5)"), Status.FAILED)
    reason = run.reason
    Run.objects.filter(pk=run.pk).update(status=Status.LOST, reason="its disk was away")
    supervisor.next_sweep = 0
    supervisor.until_status(run, Status.FAILED)
    assert run.reason == reason
