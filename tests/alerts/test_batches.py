"""A batch is one alert, whatever became of how many of its runs."""

import pytest

from runs.alerts.outcomes import end_for_batch, raise_for_batch
from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.models import Alert, Run

pytestmark = pytest.mark.django_db


def failures(failed=0, preempted=0, lost=0):
    return {Status.FAILED: failed, Status.PREEMPTED: preempted, Status.LOST: lost}


@pytest.mark.parametrize("status", [Status.FAILED, Status.LOST, Status.PREEMPTED])
def test_a_run_of_a_batch_raises_none_of_its_own(batch_with_runs, status):
    batch_with_runs(["running"], num_iterations=1)
    run = Run.objects.get()
    assert transition(run, to=status, reason="", sources={Status.RUNNING})
    assert not Alert.objects.exists()


def test_it_says_how_many_and_where(batch_row):
    batch = batch_row(name="sweep-1")
    raise_for_batch(batch, failures(failed=3), total=20)
    alert = Alert.objects.get()
    assert alert.message == "3 of 20 runs of optics/sweep-1 of ada failed"
    assert (alert.kind, alert.address) == ("job_failed", f"/batches/{batch.pk}/")
    assert alert.project == "optics"


@pytest.mark.parametrize(
    "counts,kind,said",
    [
        ({"lost": 1}, "job_lost", "1 of 5 runs of optics/b of ada was lost"),
        ({"lost": 2}, "job_lost", "2 of 5 runs of optics/b of ada were lost"),
        (
            {"failed": 1, "preempted": 2, "lost": 1},
            "job_failed",
            "1 of 5 runs of optics/b of ada failed, 2 were preempted, 1 was lost",
        ),
    ],
)
def test_it_says_what_became_of_them(batch_row, counts, kind, said):
    raise_for_batch(batch_row(name="b"), failures(**counts), total=5)
    assert Alert.objects.values_list("kind", "message").get() == (kind, said)


def test_one_that_ends_well_after_a_retry_is_over(batch_row):
    batch = batch_row()
    raise_for_batch(batch, failures(failed=1), total=3)
    end_for_batch(batch)
    assert Alert.objects.get().over_at is not None
