"""What a rule removes and why: every part of a rule, alone and together with the others."""

from datetime import UTC, datetime, timedelta

import pytest

from runs.cleanup.planning import Candidate, make_plan
from runs.models import Retention, Trash

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVERYTHING = {"keep_latest": 0, "keep_approved": False}


def checkpoint(number, *, days=0, name="lm_small", **fields):
    """Number 1 is the newest unless `days` says how old it is."""
    return Candidate(
        kind=Trash.Kind.CHECKPOINT,
        pk=number,
        label=f"{name}/{number}",
        locate=str,
        series=(1, "g", name),
        series_name=name,
        at=NOW - timedelta(days=days, minutes=number),
        **fields,
    )


def rule(**fields):
    return Retention(**{**EVERYTHING, **fields})


def plan(candidates, **fields):
    return make_plan(rule(**fields), candidates, NOW)


def going(planned):
    return [item.candidate.pk for item in planned.going]


def why(planned):
    return {item.candidate.pk: item.why for item in planned.items}


def test_it_removes_all_that_nothing_protects():
    planned = plan([checkpoint(1), checkpoint(2)])
    assert going(planned) == [1, 2]
    assert set(why(planned).values()) == {"nothing protects it"}


def test_it_plans_nothing_for_nothing():
    assert plan([], keep_latest=3, older_than_days=1, budget_bytes=0).items == []


def test_it_keeps_the_newest_of_each_name():
    found = [checkpoint(n) for n in (1, 2, 3)] + [checkpoint(9, name="other")]
    planned = plan(found, keep_latest=2)
    assert going(planned) == [3]
    assert why(planned)[1] == "among the newest 2 of lm_small"
    assert plan(found, keep_latest=1).items[-1].why == "the newest of other"


def test_it_does_not_count_what_cannot_be_used_among_the_newest():
    planned = plan([checkpoint(1, usable=False), checkpoint(2), checkpoint(3)], keep_latest=1)
    assert going(planned) == [1, 3]


def test_it_keeps_what_the_file_latest_names_along_with_the_newest():
    found = [checkpoint(1), checkpoint(2, named_latest=True), checkpoint(3)]
    planned = plan(found, keep_latest=1)
    assert going(planned) == [3]
    assert why(planned)[2] == "named latest of lm_small"
    assert going(plan(found)) == [1, 2, 3]


def test_it_keeps_what_staff_approved_where_the_rule_says_so():
    found = [checkpoint(1, approval="approved by ada on 3 Nov 2026"), checkpoint(2)]
    planned = plan(found, keep_approved=True)
    assert going(planned) == [2]
    assert why(planned)[1] == "approved by ada on 3 Nov 2026"
    assert going(plan(found, keep_approved=False)) == [1, 2]


def test_it_never_removes_what_is_shielded_whatever_the_rule_says():
    planned = plan(
        [checkpoint(1, days=900, shield="pinned: approved by ada", size_bytes=10**15)],
        older_than_days=0,
        budget_bytes=0,
    )
    assert why(planned) == {1: "pinned: approved by ada"}


@pytest.mark.parametrize(("best_is", "kept"), [("lowest", 2), ("highest", 3)])
def test_it_keeps_the_best_by_a_metric(best_is, kept):
    values = {1: 0.9, 2: 0.1, 3: 0.95}
    found = [checkpoint(n, value=value) for n, value in values.items()]
    planned = plan(found, keep_best=1, best_metric="score", best_is=best_is)
    assert going(planned) == [n for n in values if n != kept]
    assert why(planned)[kept] == f"the best of lm_small by score ({values[kept]})"


def test_it_keeps_the_best_of_each_name():
    found = [checkpoint(1, value=0.1), checkpoint(2, value=0.5, name="other")]
    planned = plan(found, keep_best=2, best_metric="score")
    assert going(planned) == []
    assert "among the best 2 of other" in why(planned)[2]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_it_says_of_what_has_no_number_that_it_could_not_be_compared(value):
    found = [checkpoint(1, value=value), checkpoint(2, value=0.5)]
    planned = plan(found, keep_best=5, best_metric="loss")
    assert going(planned) == [1]
    assert why(planned)[1] == "nothing protects it, and it has no loss"


def test_it_keeps_no_best_without_a_metric():
    assert going(plan([checkpoint(1, value=1.0)], keep_best=3)) == [1]


def test_it_removes_only_what_is_older():
    planned = plan([checkpoint(1, days=29), checkpoint(2, days=31)], older_than_days=30)
    assert going(planned) == [2]
    assert why(planned) == {1: "younger than 30 days", 2: "older than 30 days"}


def test_it_removes_the_oldest_until_the_budget_is_kept():
    found = [checkpoint(n, size_bytes=100) for n in (1, 2, 3, 4)]
    planned = plan(found, budget_bytes=250)
    assert going(planned) == [3, 4]
    assert why(planned)[4] == "among the oldest over the budget"
    assert why(planned)[1] == "within the budget"
    assert (planned.size_bytes, planned.staying_bytes) == (200, 200)


def test_it_counts_what_is_protected_in_the_budget():
    found = [checkpoint(1, size_bytes=100), checkpoint(2, size_bytes=10, shield="pinned")]
    assert going(plan(found, budget_bytes=50)) == [1]


def test_it_takes_nothing_from_a_project_within_its_budget():
    assert going(plan([checkpoint(1, size_bytes=50)], budget_bytes=50)) == []


def test_it_takes_nothing_unmeasured_for_a_budget():
    found = [checkpoint(1, size_bytes=100), checkpoint(2)]
    planned = plan(found, budget_bytes=0)
    assert going(planned) == [1]
    assert why(planned)[2] == "not measured yet"


def test_it_removes_what_either_age_or_budget_asks_for():
    found = [
        checkpoint(1, days=1, size_bytes=100),
        checkpoint(2, days=2, size_bytes=100),
        checkpoint(3, days=40, size_bytes=100),
    ]
    planned = plan(found, older_than_days=30, budget_bytes=100)
    assert why(planned) == {
        1: "younger than 30 days and within the budget",
        2: "among the oldest over the budget",
        3: "older than 30 days",
    }
    assert going(planned) == [2, 3]


def test_it_counts_what_goes_by_age_as_gone_from_the_budget():
    found = [checkpoint(1, days=1, size_bytes=100), checkpoint(2, days=40, size_bytes=100)]
    assert going(plan(found, older_than_days=30, budget_bytes=100)) == [2]


def test_it_protects_against_age_and_budget_alike():
    found = [checkpoint(n, days=100 + n, size_bytes=100, value=n / 10) for n in (1, 2, 3)]
    planned = plan(
        found,
        keep_latest=1,
        keep_best=1,
        best_metric="score",
        best_is="highest",
        older_than_days=30,
        budget_bytes=0,
    )
    assert going(planned) == [2]


def test_it_names_the_stronger_reason_first():
    planned = plan(
        [checkpoint(1, approval="approved", shield="pinned: approved", value=0.1)],
        keep_latest=1,
        keep_approved=True,
        keep_best=1,
        best_metric="score",
    )
    assert why(planned)[1] == "pinned: approved"


def test_it_says_how_much_is_not_measured():
    planned = plan([checkpoint(1, size_bytes=5, files=2), checkpoint(2)])
    assert (planned.files, planned.size_bytes, planned.unmeasured) == (2, 5, 1)


def test_it_gives_ties_one_order():
    found = [checkpoint(n) for n in range(1, 6)]
    same = [Candidate(**{**each.__dict__, "at": NOW}) for each in found]
    assert going(plan(same, keep_latest=2)) == going(plan(reversed(same), keep_latest=2))


@pytest.mark.parametrize("latest", [0, 2])
@pytest.mark.parametrize("best", [0, 1])
@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("age", [None, 10])
@pytest.mark.parametrize("budget", [None, 150])
def test_it_gives_every_one_a_reason_under_every_rule(latest, best, approved, age, budget):
    found = [
        checkpoint(n, days=n * 4, size_bytes=50, value=float(n), approval="approved" * (n == 5))
        for n in range(1, 8)
    ]
    planned = plan(
        found,
        keep_latest=latest,
        keep_best=best,
        best_metric="score",
        best_is="highest",
        keep_approved=approved,
        older_than_days=age,
        budget_bytes=budget,
    )
    kept = {1, 2} if latest else set()
    kept |= {7} if best else set()
    kept |= {5} if approved else set()
    old = {3, 4, 5, 6, 7} if age else set()
    assert all(why(planned).values())
    assert not set(going(planned)) & kept
    if budget is None:
        expected = (old if age else set(range(1, 8))) - kept
        assert set(going(planned)) == expected
    else:
        assert set(going(planned)) >= old - kept
        loose = set(range(1, 8)) - kept - set(going(planned))
        assert planned.staying_bytes <= budget or not loose
