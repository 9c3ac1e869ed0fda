"""A supervisor sees to it that batches are analysed, beside its own work."""

import os
import signal
from contextlib import suppress

import psutil
import pytest

from runs.analysis.requests import BatchRequest
from runs.analysis.services import create_batch
from runs.lifecycle.children import Child
from runs.lifecycle.services import RunRequest
from runs.lifecycle.supervisor.analysts import Analysts, is_running
from runs.models import Batch, BatchMetric, Run
from tests.conftest import wait_for

SCORE = """
import json, pathlib, sys
seed = int(sys.argv[2])
if seed == 13:
    sys.exit(3)
pathlib.Path("output/result.json").write_text(json.dumps({"score": seed * 2}))
"""


@pytest.fixture
def scoring(script_program, member, project):
    """A batch whose runs write twice their seed; seed 13 brings bad luck."""
    program = script_program(SCORE, slug="scoring")
    program.command += " {seed}"
    program.save()

    def create(iterations=3, **fields):
        run = RunRequest(program=program, project=project, name="b", config_text="[a]\nb = 1\n")
        wanted = BatchRequest(kind="repeat", run=run, num_iterations=iterations, **fields)
        return create_batch(owner=member, request=wanted)

    return create


def ended(batch):
    batch.refresh_from_db()
    return batch.is_final


def analysts_of(process):
    found = []
    for child in psutil.Process(process.pid).children():
        # one that has just died has no command line any more
        with suppress(psutil.Error):
            if "analyse" in child.cmdline():
                found.append(child)
    return found


def test_a_batch_runs_to_its_result(scoring, supervisor):
    batch = scoring(base_seed=11)
    supervisor.until(lambda: ended(batch))
    assert (batch.status, batch.reason) == ("completed", "2 of 3 completed, 1 failed")
    values = BatchMetric.objects.get(batch=batch).values[0]["values"]
    assert values == [[0, 22.0], [1, 24.0]]
    assert batch.result["problems"][0]["seed"] == 13


def test_it_outlives_its_supervisor_and_takes_analysts_along(scoring, start_supervisor):
    batch = scoring(iterations=6)
    first = start_supervisor()
    wait_for(lambda: Run.objects.filter(batch=batch, status="completed").exists())
    analysts = wait_for(lambda: analysts_of(first))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    wait_for(lambda: not any(analyst.is_running() for analyst in analysts))
    Batch.objects.update(analysis_until=None)
    second = start_supervisor()
    wait_for(lambda: ended(batch))
    assert batch.reason == "6 of 6 completed"
    values = BatchMetric.objects.get(batch=batch).values[0]["values"]
    assert values == [[number, number * 2.0] for number in range(6)]
    assert len(analysts_of(second)) <= 2
    second.terminate()
    second.wait(10)


def test_none_is_started_where_nothing_is_due(db, batch_row):
    batch_row()
    analysts = Analysts()
    analysts.look()
    assert [child.process for child in analysts.children] == [None, None]


def test_one_that_ended_by_itself_is_not_started_again():
    child = Child("analyst", ["true"])
    child.start()
    child.process.wait()
    assert not is_running(child)
    assert (child.process, child.failures) == (None, 0)


def test_one_that_died_waits_before_it_is_started_again():
    child = Child("analyst", ["false"])
    child.start()
    child.process.wait()
    assert not is_running(child)
    child.look()
    assert (child.process, child.failures) == (None, 1)
