"""What is said of a batch: counts, how long it still takes, why it waits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.analysis.checking import warnings_of
from runs.analysis.selectors import (
    BatchCounts,
    counts_of,
    counts_of_many,
    eta_seconds,
    iterations_of,
    outcome,
    sentence,
    takes_seed,
)
from runs.analysis.transitions import conclude, reopen
from runs.contract.status import Status
from runs.lifecycle.selectors import QueueState
from runs.models import Batch, Event, Iteration, Run

from .asking import sweep, wanted

pytestmark = pytest.mark.django_db

QUEUE = QueueState(running=0, slots=2, pending=0, supervisor_alive=True)
POINTS = [{"label": str(n), "overrides": {}, "values": [n]} for n in range(2)]


def took(batch, *spans):
    """Ended runs of it, each from so many minutes ago to so many."""
    now = timezone.now()
    for run, (began, ended) in zip(batch.runs.filter(status="completed"), spans, strict=True):
        Run.objects.filter(pk=run.pk).update(
            started_at=now - timedelta(minutes=began), ended_at=now - timedelta(minutes=ended)
        )


def eta(batch):
    return eta_seconds(batch, counts_of(batch))


def test_it_counts_iterations_by_what_their_runs_are(batch_with_runs):
    batch = batch_with_runs(
        ["completed", "completed", "failed", "lost", "preempted", "cancelled", "running"],
        num_iterations=10,
    )
    counts = counts_of(batch)
    assert counts == BatchCounts(
        10, waiting=3, running=1, completed=2, failed=1, cancelled=1, lost=1, preempted=1
    )
    assert (counts.ended, counts.unsuccessful, counts.fraction) == (6, 4, 0.6)


def test_it_counts_what_is_gone_and_what_is_not_made_yet(batch_with_runs):
    batch = batch_with_runs(["completed"] * 4, num_iterations=4)
    Run.objects.filter(pk__in=list(batch.runs.values_list("pk", flat=True)[:1])).delete()
    Batch.objects.filter(pk=batch.pk).update(num_iterations=6)
    batch.refresh_from_db()
    counts = counts_of(batch)
    assert (counts.gone, counts.unmade, counts.completed, counts.ended) == (1, 2, 3, 4)


def test_it_counts_runs_that_were_made_since_the_batch_was_read(batch_with_runs):
    batch = batch_with_runs(num_iterations=4)
    batch.made = 2
    counts = counts_of(batch)
    assert (counts.gone, counts.unmade, counts.waiting) == (0, 0, 4)


def test_it_counts_many_in_two_queries(batch_with_runs, django_assert_num_queries):
    batches = [batch_with_runs(["running"], status="running") for _ in range(5)]
    with django_assert_num_queries(2):
        found = counts_of_many(batches)
    assert [found[batch.pk].running for batch in batches] == [1] * 5
    ended = [batch_with_runs(["completed"] * 3, status="completed")]
    with django_assert_num_queries(1):
        counts_of_many(ended)


def test_it_counts_none_of_none():
    assert counts_of_many([]) == {}


def test_it_cannot_tell_before_one_has_ended(batch_with_runs):
    assert eta(batch_with_runs(["running"], status="running")) is None


def test_it_tells_by_the_pace_of_the_last_minutes(batch_with_runs):
    """Two ended in four minutes and one is half through: 1.6 minutes each, 5.5 are left."""
    batch = batch_with_runs(
        ["completed", "completed", "running"], status="running", num_iterations=8
    )
    took(batch, (4, 2), (2, 0))
    assert eta(batch) == pytest.approx(60 * 1.6 * 5.5, rel=0.01)


def test_it_takes_no_heed_of_a_pause_before_a_retry(batch_with_runs):
    statuses = ["completed"] * 3 + ["running"]
    batch = batch_with_runs(statuses, status="running", num_iterations=5)
    took(batch, (5000, 4999), (5000, 4999), (2, 1))
    assert eta(batch) < 10 * 60


def test_it_tells_of_long_runs_by_how_long_they_take(batch_with_runs):
    statuses = ["completed", "completed", "running", "running"]
    batch = batch_with_runs(statuses, status="running", num_iterations=4)
    took(batch, (180, 60), (140, 20))
    assert eta(batch) == pytest.approx(120 * 60 / 2, rel=0.01)


def test_it_tells_between_two_short_runs_as_well(batch_with_runs):
    batch = batch_with_runs(["completed"], status="running", num_iterations=3)
    took(batch, (1, 0))
    assert eta(batch) == pytest.approx(120, rel=0.05)


def test_it_tells_nothing_of_what_ends_or_has_ended(batch_with_runs):
    batch = batch_with_runs(["completed", "running"], status="running")
    took(batch, (2, 1))
    batch.cancel_requested_at = timezone.now()
    assert eta(batch) is None
    over = batch_with_runs(["completed"] * 3, status="completed")
    assert eta(over) is None


@pytest.mark.parametrize(
    ("statuses", "queue", "said"),
    [
        ([], {"supervisor_alive": False}, "waiting: no supervisor is running"),
        ([], {"running": 2}, "waiting: 2 of 2 slots taken"),
        ([], {}, "waiting for the supervisor"),
        (["running"], {"running": 2}, "0 of 3 done, 1 running"),
        (["completed", "failed", "running"], {}, "2 of 3 done, 1 failed, 1 running"),
        (["completed"], {"running": 2}, "1 of 3 done, waiting: 2 of 2 slots taken"),
        (["completed", "failed", "lost"], {}, "analysing"),
    ],
)
def test_it_says_why_it_is_what_it_is(batch_with_runs, statuses, queue, said):
    batch = batch_with_runs(statuses, status="running" if statuses else "pending")
    assert sentence(batch, counts_of(batch), QueueState(**{**vars(QUEUE), **queue})) == said


def test_it_says_what_is_still_to_end(batch_with_runs):
    batch = batch_with_runs(["running", "cancelled", "cancelled"], status="running")
    batch.cancel_requested_at = timezone.now()
    assert sentence(batch, counts_of(batch), QUEUE) == "cancelling: 1 still to end"


def test_it_says_what_came_of_it(batch_with_runs):
    batch = batch_with_runs(["completed", "failed", "lost"], status="completed")
    counts = counts_of(batch)
    assert outcome(counts) == "1 of 3 completed, 1 failed, 1 lost"
    assert sentence(batch, counts, QUEUE) == outcome(counts)
    batch.reason = "as it was written"
    assert sentence(batch, counts, QUEUE) == "as it was written"


def test_it_finds_iterations_by_status_and_point(batch_with_runs, django_assert_num_queries):
    batch = batch_with_runs(["completed", "failed", "failed"], points=POINTS, num_iterations=2)
    places = [(each.number, each.point) for each in iterations_of(batch)]
    assert places == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert iterations_of(batch, ["failed"]).count() == 2
    assert iterations_of(batch, ["failed"], point=1).count() == 1
    with django_assert_num_queries(1):
        assert [each.run.status for each in iterations_of(batch, point=0)] == [
            "completed",
            "failed",
        ]


def test_it_knows_whether_a_program_takes_the_seed(batch_row, program, script_program):
    assert takes_seed(batch_row(program=program))
    assert not takes_seed(batch_row(program=script_program("")))
    quoted = script_program("", slug="quoted", command="/bin/true {config} --seed={seed}")
    assert takes_seed(batch_row(program=quoted))


def test_it_warns_of_what_is_hardly_meant(script_program, project):
    program = script_program("")
    (no_seed,) = warnings_of(wanted(program))
    assert "has no {seed}" in no_seed
    seeded = script_program("", slug="seeded", command="/bin/true {config} {seed}")
    assert warnings_of(sweep(seeded)) == []
    (added,) = warnings_of(sweep(seeded, parameter="a.new"))
    assert added.startswith("a.new is not in the configuration")
    known = sweep(seeded, parameter="a.new", run={"overrides": {"a": {"new": 1}}})
    assert warnings_of(known) == []


# statuses


def test_it_ends_once_and_tells_of_it(batch_row):
    batch = batch_row(status="running")
    assert conclude(batch, to=Status.COMPLETED, reason="3 of 3 completed")
    assert not conclude(batch, to=Status.FAILED, reason="again")
    batch.refresh_from_db()
    assert (batch.status, batch.reason) == ("completed", "3 of 3 completed")
    assert Event.objects.get(topic="batches").payload == {
        "id": batch.pk,
        "name": batch.name,
        "kind": "repeat",
        "status": "completed",
        "reason": "3 of 3 completed",
        "owner_id": batch.owner_id,
    }


def test_it_does_not_end_where_a_run_has_changed_since_it_was_read(batch_row):
    batch = batch_row(status="running")
    Batch.objects.filter(pk=batch.pk).update(revision=1)
    assert not conclude(batch, to=Status.COMPLETED, reason="")
    batch.refresh_from_db()
    assert batch.status == Status.RUNNING


def test_nothing_ends_as_what_is_no_end(batch_row):
    with pytest.raises(ValueError, match="ends nothing"):
        conclude(batch_row(), to=Status.RUNNING, reason="")


def test_it_opens_again_what_has_ended(batch_row, member):
    batch = batch_row(status="cancelled", reason="x", cancel_requested_at=timezone.now())
    assert reopen(batch, member)
    assert (batch.status, batch.reason, batch.cancel_requested_at) == ("running", "", None)
    assert batch.revision == 1
    assert not reopen(batch, member)


def test_an_iteration_outlives_its_run(batch_with_runs):
    batch = batch_with_runs(["completed"])
    Run.objects.filter(status="completed").delete()
    assert Iteration.objects.filter(batch=batch).count() == 3
