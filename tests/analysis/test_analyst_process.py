"""Analysts as the processes they are: side by side, told to end, killed."""

import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from runs.analysis.analyst import step
from runs.models import Batch, BatchMetric, Event, Iteration
from tests.conftest import MANAGE, manage_environment, wait_for

from .wrote import end_all, fresh, runs_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def analyst(settings):
    """Starts analysts on the test's database; what still runs at the end is killed."""
    started = []

    def start(idle_seconds=60):
        command = [sys.executable, str(MANAGE), "analyse", "--idle-seconds", str(idle_seconds)]
        started.append(subprocess.Popen(command, env=manage_environment(settings)))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def takes_a_while(batch):
    """So much progress that its analyst is busy for a second or more."""
    line = json.dumps({"type": "iteration", "erlang": 5, "iteration": 1, "metrics": {"b": 1}})
    for run in runs_of(batch):
        run.directory.mkdir(parents=True, exist_ok=True)
        (run.directory / "progress.jsonl").write_text(f"{line}\n" * 20_000)


def test_one_that_is_told_to_end_hands_its_batch_to_the_next(analyst, batch_with_runs):
    batches = [batch_with_runs(num_iterations=2) for _ in range(2)]
    for batch in batches:
        takes_a_while(batch)
        end_all(batch)
    first = analyst()
    wait_for(lambda: any(fresh(batch).analysis_until for batch in batches))
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    assert {fresh(batch).analysis_until for batch in batches} == {None}
    assert {fresh(batch).analysis_attempts for batch in batches} == {0}

    assert analyst(idle_seconds=0.1).wait(60) == 0
    assert {fresh(batch).reason for batch in batches} == {"2 of 2 completed"}
    assert Event.objects.filter(kind="batch.analysed").count() == 2


def test_one_that_is_killed_is_followed_by_another_with_the_same_result(analyst, batch_with_runs):
    batch = batch_with_runs(num_iterations=2)
    takes_a_while(batch)
    end_all(batch)
    first = analyst()
    wait_for(lambda: fresh(batch).analysis_until)
    first.kill()
    first.wait()
    assert (fresh(batch).status, fresh(batch).analysis_attempts) == ("running", 1)
    # its lease runs out
    Batch.objects.update(analysis_until=timezone.now() - timedelta(seconds=1))
    assert step()
    assert fresh(batch).status == "completed"
    told = list(BatchMetric.objects.filter(batch=batch).values("name", "summary", "values"))

    Iteration.objects.update(metrics=None)
    Batch.objects.update(revision=9)
    assert step()
    again = list(BatchMetric.objects.filter(batch=batch).values("name", "summary", "values"))
    assert again == told


def test_what_was_given_up_can_be_ordered_again(batch_with_runs):
    batch = batch_with_runs()
    Batch.objects.update(analysis_attempts=3)
    end_all(batch)
    step()
    call_command("analyse", "--again", batch.pk)
    assert step()
    assert fresh(batch).result["metrics"] == ["score"]


def test_of_no_batch_it_says_so():
    with pytest.raises(CommandError, match="no batch"):
        call_command("analyse", "--again", "none")
