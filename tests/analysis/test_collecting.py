"""From the directories of runs into the rows of their iterations."""

import pytest

from runs.analysis.collecting import CHUNK, as_read, collect, measured_of
from runs.contract.status import Status
from runs.models import Iteration

from .wrote import end_run, runs_of, wrote

pytestmark = pytest.mark.django_db


def told(batch):
    rows = Iteration.objects.filter(batch=batch).order_by("point", "number")
    return list(rows.values_list("metrics", "problem"))


def test_it_reads_what_has_completed_and_nothing_else(batch_with_runs):
    batch = batch_with_runs(["completed", "running"])
    for run in runs_of(batch):
        wrote(run, score=1)
    assert collect(batch) == 1
    assert told(batch) == [({"score": [[None, 1.0]]}, ""), (None, ""), (None, "")]


def test_it_is_safe_to_repeat(batch_with_runs):
    batch = batch_with_runs(["completed"] * 3)
    wrote(runs_of(batch)[0], score=1)
    collect(batch)
    before = told(batch)
    wrote(runs_of(batch)[0], score=2)
    assert collect(batch) == 0
    assert told(batch) == before


def test_of_a_failed_run_only_the_reason_is_kept(batch_with_runs):
    batch = batch_with_runs(num_iterations=2)
    failed, lost = runs_of(batch)
    end_run(failed, Status.FAILED, "exit code 3", score=1)
    end_run(lost, Status.LOST, "")
    collect(batch)
    assert told(batch) == [(None, "exit code 3"), (None, "lost")]


def test_a_lost_run_that_is_found_again_is_read(batch_with_runs):
    batch = batch_with_runs(["lost"], num_iterations=1)
    collect(batch)
    run = runs_of(batch)[0]
    wrote(run, score=1)
    type(run).objects.filter(pk=run.pk).update(status="completed")
    collect(batch)
    assert told(batch) == [({"score": [[None, 1.0]]}, "")]


def test_what_could_not_be_read_is_said(batch_with_runs):
    batch = batch_with_runs(["completed"] * 2, num_iterations=2)
    first = runs_of(batch)[0]
    wrote(first)
    (first.directory / "output" / "bad.json").write_text("{")
    collect(batch)
    assert told(batch) == [
        ({}, "output/bad.json: does not parse"),
        ({}, "its directory is no longer on disk"),
    ]


def test_what_the_program_declares_is_read_under_its_name(batch_with_runs, script_program):
    program = script_program("", metrics=[{"name": "seed"}])
    batch = batch_with_runs(["completed"], num_iterations=1, program=program)
    wrote(runs_of(batch)[0], seed=4)
    collect(batch)
    assert told(batch)[0][0] == {"seed": [[None, 4.0]]}


def test_it_reads_more_than_one_chunk(batch_row, run_row):
    batch = batch_row(num_iterations=CHUNK + 1)
    runs = [run_row(status="completed", batch=batch) for _ in range(2)]
    rows = [
        Iteration(batch=batch, point=0, number=number, seed=number) for number in range(CHUNK + 1)
    ]
    rows[0].run, rows[-1].run = runs
    Iteration.objects.bulk_create(rows)
    assert collect(batch) == 2


def test_a_retry_that_comes_between_is_not_given_the_old_values(batch_with_runs, run_row):
    batch = batch_with_runs(["completed"], num_iterations=1)
    iteration = Iteration.objects.select_related("run__project").get(batch=batch)
    Iteration.objects.update(run=run_row())
    assert not as_read(iteration).update(metrics={"score": [[None, 1.0]]})


def test_it_tells_the_evaluation_of_every_iteration(batch_with_runs):
    batch = batch_with_runs(["completed", "failed"], base_seed=7)
    first, second, _ = runs_of(batch)
    wrote(first, score=1)
    collect(batch)
    measured = measured_of(batch)
    assert [(each.number, each.seed, each.status) for each in measured] == [
        (0, 7, "completed"),
        (1, 8, "failed"),
        (2, 9, "pending"),
    ]
    assert measured[0].metrics == {"score": [[None, 1.0]]}
    assert measured[1].run_id == second.pk


def test_what_a_deleted_run_measured_is_still_there(batch_with_runs):
    batch = batch_with_runs(["completed"], num_iterations=1)
    wrote(runs_of(batch)[0], score=1)
    collect(batch)
    runs_of(batch)[0].delete()
    measured = measured_of(batch)[0]
    assert (measured.run_id, measured.status) == (None, "gone")
    assert measured.metrics == {"score": [[None, 1.0]]}
