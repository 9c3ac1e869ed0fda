"""From ended runs to the result of their batch, step by step."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from runs.analysis import analyst
from runs.analysis.analyst import GIVEN_UP, MOST_ATTEMPTS, attempt, plan_of, step, write
from runs.analysis.claims import claim_ripe
from runs.analysis.collecting import collect, measured_of
from runs.analysis.evaluation import evaluate
from runs.analysis.services import cancel_batch, retry_failed
from runs.contract.status import Status
from runs.models import Alert, Batch, BatchMetric, Event, Run

from .wrote import end_all, end_run, fresh, runs_of

pytestmark = pytest.mark.django_db


def kinds(batch):
    events = Event.objects.filter(topic="batches", subject=f"batch:{batch.pk}").order_by("seq")
    return [event.kind for event in events]


def mean_of(batch, name="score"):
    return BatchMetric.objects.get(batch=batch, name=name).summary["cells"][0]["summary"]["mean"]


def test_a_batch_ends_with_its_result(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch)
    assert step()
    batch = fresh(batch)
    assert (batch.status, batch.reason) == ("completed", "3 of 3 completed")
    assert batch.result["partial"] is False
    assert batch.result["metrics"] == ["score"]
    assert mean_of(batch) == 1.0
    assert batch.analysed_revision == batch.revision == 3
    assert kinds(batch) == ["batch.running", "batch.analysed", "batch.completed"]
    assert not step()


def test_raw_values_are_kept_beside_the_summary(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch, 5, 6, 7)
    step()
    values = BatchMetric.objects.get(batch=batch).values
    assert values == [{"point": 0, "x": None, "values": [[0, 5.0], [1, 6.0], [2, 7.0]]}]


def test_seventeen_of_twenty_are_reported_with_the_three_that_failed(batch_with_runs):
    batch = batch_with_runs(num_iterations=20, base_seed=100)
    for number, run in enumerate(runs_of(batch)):
        to = Status.FAILED if number in (3, 8, 15) else Status.COMPLETED
        end_run(run, to, "exit code 9" if to == Status.FAILED else "", score=number)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.reason) == ("completed", "17 of 20 completed, 3 failed")
    problems = batch.result["problems"]
    assert [problem["number"] for problem in problems] == [3, 8, 15]
    assert [problem["seed"] for problem in problems] == [103, 108, 115]
    assert all("exit code 9" in problem["message"] for problem in problems)
    values = BatchMetric.objects.get(batch=batch).values[0]["values"]
    assert len(values) == 17


def test_one_of_which_none_completed_has_failed(batch_with_runs):
    batch = batch_with_runs()
    for run in runs_of(batch):
        end_run(run, Status.FAILED, "exit code 1", score=1)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.reason) == ("failed", "0 of 3 completed, 3 failed")
    assert not BatchMetric.objects.filter(batch=batch).exists()
    assert Alert.objects.get().message == "3 of 3 runs of optics/batch of ada failed"


def test_while_runs_are_under_way_the_result_is_partial(batch_with_runs):
    batch = batch_with_runs()
    first, *others = runs_of(batch)
    end_run(first, score=4)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.result["partial"]) == ("running", True)
    assert (batch.result["ended"], batch.result["total"]) == (1, 3)
    assert mean_of(batch) == 4.0
    for run in others:
        end_run(run, score=1)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.result["partial"]) == ("completed", False)
    assert mean_of(batch) == 2.0


def test_what_changes_meanwhile_is_analysed_again(batch_with_runs):
    batch = batch_with_runs(num_iterations=2)
    first, second = runs_of(batch)
    end_run(first, score=1)
    claim = claim_ripe()
    read = fresh(batch)
    collect(read)
    evaluation = evaluate(plan_of(read), measured_of(read), timezone.now())
    end_run(second, score=3)
    assert write(claim, read, evaluation)
    assert fresh(batch).status == "running"
    assert (fresh(batch).revision, fresh(batch).analysed_revision) == (2, 1)
    assert step()
    assert fresh(batch).status == "completed"
    assert mean_of(batch) == 2.0


def test_iterations_that_are_still_to_be_made_hold_up_its_end(batch_with_runs):
    batch = batch_with_runs()
    Batch.objects.update(num_iterations=5)
    end_all(batch)
    step()
    assert fresh(batch).status == "running"


def test_a_cancelled_batch_gets_its_result_all_the_same(batch_with_runs, member):
    batch = batch_with_runs()
    first, *_ = runs_of(batch)
    end_run(first, score=4)
    cancel_batch(actor=member, batch=batch)
    assert step()
    batch = fresh(batch)
    assert batch.status == "cancelled"
    assert (batch.result["completed"], batch.result["ended"]) == (1, 3)
    assert mean_of(batch) == 4.0


def test_what_runs_on_after_the_order_ends_it_as_cancelled(batch_with_runs, member):
    batch = batch_with_runs(["running"])
    cancel_batch(actor=member, batch=batch)
    assert fresh(batch).status != "cancelled"
    end_run(runs_of(batch)[0], Status.CANCELLED, "cancelled")
    step()
    batch = fresh(batch)
    assert (batch.status, batch.reason) == ("cancelled", "0 of 3 completed before it was cancelled")
    assert not Alert.objects.exists()


def test_a_retry_replaces_what_failed_and_ends_the_alert(batch_with_runs, member, settings):
    batch = batch_with_runs(num_iterations=2, config_text="[a]\nb = 1\n")
    first, second = runs_of(batch)
    end_run(first, score=1)
    end_run(second, Status.FAILED, "exit code 1")
    step()
    assert retry_failed(actor=member, batch=batch) == 1
    end_run(runs_of(batch)[1], score=3)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.reason) == ("completed", "2 of 2 completed")
    assert mean_of(batch) == 2.0
    assert Alert.objects.get().over_at is not None


def test_a_run_that_is_found_again_corrects_what_it_ended_as(batch_with_runs):
    batch = batch_with_runs(num_iterations=1)
    run = runs_of(batch)[0]
    end_run(run, Status.LOST)
    step()
    assert fresh(batch).status == "failed"
    Run.objects.filter(pk=run.pk).update(status="running")
    end_run(fresh_run(run), score=2)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.reason) == ("completed", "1 of 1 completed")
    assert mean_of(batch) == 2.0


def fresh_run(run):
    return Run.objects.get(pk=run.pk)


def test_a_fault_in_the_analysis_is_said_and_ends_it(batch_with_runs):
    batch = batch_with_runs()
    # what no service makes
    Batch.objects.update(points=[{}])
    batch.program.metrics = [{"title": "without a name"}]
    batch.program.save()
    end_all(batch)
    assert step()
    batch = fresh(batch)
    assert batch.status == "completed"
    assert batch.reason.startswith("3 of 3 completed; could not be analysed: KeyError")
    assert "could not be analysed: KeyError" in batch.result["warnings"][0]
    assert not step()


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_database_is_tried_again(batch_with_runs, monkeypatch):
    monkeypatch.setattr(analyst, "FAULT_PAUSE_SECONDS", 0)
    batch = batch_with_runs()
    end_all(batch)
    with missing_table("runs_batchmetric"):
        step()
    batch = fresh(batch)
    assert (batch.status, batch.analysis_until, batch.analysis_attempts) == ("running", None, 1)
    step()
    assert (fresh(batch).status, fresh(batch).analysis_attempts) == ("completed", 0)


@contextmanager
def missing_table(name):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {name}")


def test_what_kills_its_analyst_again_and_again_is_given_up(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch)
    Batch.objects.update(analysis_attempts=MOST_ATTEMPTS)
    assert step()
    batch = fresh(batch)
    assert batch.status == "completed"
    assert batch.reason == f"3 of 3 completed; {GIVEN_UP}"
    assert (batch.result["completed"], batch.result["partial"]) == (3, True)
    assert not step()


def test_what_was_given_up_keeps_the_metrics_from_before(batch_with_runs):
    batch = batch_with_runs()
    first, *others = runs_of(batch)
    end_run(first, score=4)
    step()
    Batch.objects.update(analysis_attempts=MOST_ATTEMPTS)
    for run in others:
        end_run(run, score=1)
    step()
    batch = fresh(batch)
    assert (batch.status, batch.result["metrics"]) == ("completed", ["score"])
    assert mean_of(batch) == 4.0


def test_a_batch_that_is_deleted_meanwhile_is_left_alone(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch)
    claim = claim_ripe()
    Run.objects.all().delete()
    Batch.objects.all().delete()
    attempt(claim)
    assert not BatchMetric.objects.exists()


def test_whoever_lost_the_batch_writes_nothing(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch)
    claim = claim_ripe()
    Batch.objects.update(analysis_until=None)
    attempt(claim)
    assert (fresh(batch).result, fresh(batch).status) == (None, "running")


def test_it_can_be_analysed_again_with_the_same_result(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch, 0.1, 0.2, 0.7)
    step()
    first = BatchMetric.objects.get(batch=batch)
    Batch.objects.update(revision=9)
    assert step()
    again = BatchMetric.objects.get(batch=batch)
    assert (again.summary, again.values) == (first.summary, first.values)
    assert kinds(batch).count("batch.completed") == 1


def test_nan_is_said_and_not_dropped(batch_with_runs):
    batch = batch_with_runs()
    end_all(batch, 1.0, float("nan"), 2.0)
    step()
    metric = BatchMetric.objects.get(batch=batch)
    assert metric.values[0]["values"] == [[0, 1.0], [1, None], [2, 2.0]]
    assert metric.summary["cells"][0]["not_finite"] == 1
