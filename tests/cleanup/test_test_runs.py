"""Retention treats test runs apart: counted by themselves, and gone by an age of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.cleanup.retention import plan
from runs.models import Retention, Run
from runs.web.forms.retention import RetentionForm

from .test_planning import checkpoint as candidate
from .test_planning import going, why
from .test_planning import plan as plan_of


def trial(number, **fields):
    return candidate(number, is_test=True, **fields)


def test_they_go_by_their_own_age_the_newest_as_well():
    found = [trial(1, days=8), trial(2, days=6), candidate(3, days=8)]
    planned = plan_of(found, keep_latest=5, tests_older_than_days=7)
    assert going(planned) == [1]
    assert why(planned)[1] == "a test run older than 7 days"
    assert why(planned)[2] == "a test run younger than 7 days"


def test_a_rule_without_age_or_budget_leaves_young_tests():
    found = [trial(1, days=1), candidate(2, days=1)]
    assert going(plan_of(found, tests_older_than_days=7)) == [2]


def test_what_is_approved_or_shielded_stays_all_the_same():
    found = [trial(1, days=9, shield="it is running"), trial(2, days=9, approval="approved")]
    planned = plan_of(found, keep_approved=True, tests_older_than_days=7)
    assert going(planned) == []


def test_they_take_no_place_among_the_best():
    found = [trial(1, value=0.1), candidate(2, value=0.2), candidate(3, value=0.3)]
    rule = {"keep_best": 1, "best_metric": "score", "tests_older_than_days": 7}
    assert going(plan_of(found, **rule)) == [3]


def test_a_budget_takes_no_young_tests():
    found = [trial(1, days=2, size_bytes=10), candidate(2, days=1, size_bytes=10)]
    planned = plan_of(found, budget_bytes=5, tests_older_than_days=7)
    assert going(planned) == [2]


@pytest.mark.django_db
def test_without_an_age_of_their_own_they_are_counted_apart(ended_run, job_row, project):
    now = timezone.now()
    for number, purpose in enumerate([None, None, "test", "test"]):
        run = ended_run(name="same")
        Run.objects.filter(pk=run.pk).update(purpose=purpose)
        job_row(
            ordered_run=Run.objects.get(pk=run.pk), project=project.slug, group="default",
            name="same", run_id=run.pk, ended_at=now - timedelta(hours=number),
        )  # fmt: skip
    rule = Retention(project=project, subject="jobs", keep_latest=1)
    planned = plan(rule)
    assert len(planned.going) == 2
    assert [item.why for item in planned.staying] == [
        "the newest of same",
        "the newest of the tests of same",
    ]


@pytest.mark.django_db
def test_only_a_rule_for_jobs_asks_for_it(project):
    fields = {
        subject: RetentionForm(instance=Retention(project=project, subject=subject)).fields
        for subject in Retention.Subject.values
    }
    assert "tests_older_than_days" in fields["jobs"]
    assert "tests_older_than_days" not in fields["checkpoints"]
