"""Slots given out fairly, from the real tables."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from runs.contract.status import Status
from runs.creation.holding import SESSION_HOLDS
from runs.lifecycle.supervisor.claim import claim_free, claim_next
from runs.lifecycle.supervisor.cleaner import Cleaner
from runs.lifecycle.waiting import in_lane, queue_now, waiting_runs
from runs.models import Batch, Run, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def slots(settings):
    def give(number):
        settings.FUSIONWEB_MAX_RUNNING = number

    return give


def end(run):
    Run.objects.filter(pk=run.pk).update(status=Status.COMPLETED, claimed_by="")


def claim_and_end_all(at_most=100):
    """Who was served, one after the other, each ended before the next is asked for."""
    served = []
    while run := claim_next("a"):
        served.append(run)
        end(run)
        assert len(served) <= at_most
    return served


def same_moment(*runs):
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(created_at=timezone.now())


@pytest.mark.parametrize("number", [1, 2])
def test_it_gives_the_next_slot_to_a_single_run_behind_a_batch(
    batch_with_runs, run_row, other_member, slots, number
):
    slots(number)
    batch = batch_with_runs(num_iterations=100)
    first = claim_free("a", at_most=number)
    assert {run.batch_id for run in first} == {batch.pk}
    single = run_row(owner=other_member)
    assert claim_next("a") is None
    end(first[0])
    assert claim_next("a").pk == single.pk


def test_it_alternates_between_two_batches_of_one_owner(batch_with_runs, slots):
    slots(1)
    first, second = batch_with_runs(num_iterations=3), batch_with_runs(num_iterations=3)
    served = [run.batch_id for run in claim_and_end_all()]
    assert served == [first.pk, second.pk] * 3


def test_it_serves_the_oldest_of_a_batch_first(batch_with_runs, slots):
    slots(1)
    batch_with_runs(num_iterations=4)
    assert [run.seed for run in claim_and_end_all()] == [0, 1, 2, 3]


def test_it_serves_runs_of_one_moment_by_their_ids(run_row, slots):
    slots(1)
    runs = [run_row() for _ in range(4)]
    same_moment(*runs)
    assert [run.pk for run in claim_and_end_all()] == sorted(run.pk for run in runs)


def test_it_keeps_a_batch_within_its_own_limit(batch_with_runs, run_row, slots):
    slots(5)
    batch = batch_with_runs(num_iterations=6, max_running=2)
    single = run_row()
    served = claim_free("a", at_most=5)
    assert [run.batch_id for run in served].count(batch.pk) == 2
    assert single.pk in [run.pk for run in served] and len(served) == 3
    end(next(run for run in served if run.batch_id))
    assert claim_next("a").batch_id == batch.pk
    assert claim_next("a") is None


def test_it_takes_a_limit_that_was_changed(batch_with_runs, slots):
    slots(5)
    batch = batch_with_runs(num_iterations=6, max_running=1)
    assert len(claim_free("a", at_most=5)) == 1
    Batch.objects.filter(pk=batch.pk).update(max_running=None)
    assert len(claim_free("a", at_most=5)) == 4


def test_it_serves_an_urgent_batch_before_another_owner(batch_with_runs, run_row, other_member):
    run_row(owner=other_member)
    batch = batch_with_runs(num_iterations=1)
    Run.objects.filter(batch=batch).update(priority=1)
    assert claim_next("a").batch_id == batch.pk


def test_it_counts_running_ones_of_whoever_claimed_them(run_row, other_member, slots):
    slots(3)
    run_row(status=Status.RUNNING)
    run_row()
    theirs = run_row(owner=other_member)
    assert claim_next("a").pk == theirs.pk


def test_it_leaves_what_a_session_holds(run_row, slots):
    slots(1)
    run_row(claimed_by=f"{SESSION_HOLDS}5")
    assert claim_next("a") is None
    free = run_row()
    assert claim_next("a").pk == free.pk


def test_it_fills_all_free_slots_at_once_and_no_more(batch_with_runs, slots):
    slots(3)
    batch_with_runs(num_iterations=9)
    assert [run.seed for run in claim_free("a", at_most=2)] == [0, 1]
    assert [run.seed for run in claim_free("a", at_most=9)] == [2]
    assert claim_free("a", at_most=9) == []


def test_it_hands_out_what_is_needed_to_launch(run_row, django_assert_num_queries, slots):
    slots(1)
    run_row()
    [run] = claim_free("a", at_most=1)
    with django_assert_num_queries(0):
        assert run.project.slug and run.program.slug
    assert run.claimed_by == "a" and run.claimed_until > timezone.now()
    run.refresh_from_db()
    assert run.claimed_by == "a" and run.claimed_until > timezone.now()


def test_it_claims_in_few_queries_whatever_waits(
    batch_with_runs, run_row, other_member, staff, django_assert_max_num_queries, slots
):
    slots(1)
    for owner in (other_member, staff):
        run_row(owner=owner)
        for limit in (None, 1, 2):
            batch_with_runs(num_iterations=5, owner=owner, max_running=limit)
    with django_assert_max_num_queries(9):
        assert claim_next("a")


def test_it_asks_little_where_no_slot_is_free(run_row, django_assert_max_num_queries, slots):
    slots(1)
    run_row(status=Status.RUNNING)
    run_row()
    with django_assert_max_num_queries(3):
        assert claim_next("a") is None


def test_it_remembers_turns_between_claims(run_row, other_member, slots):
    slots(1)
    mine, again = run_row(), run_row()
    assert claim_next("a").pk == mine.pk
    end(mine)
    theirs = run_row(owner=other_member)
    assert claim_next("another").pk == theirs.pk
    end(theirs)
    assert claim_next("a").pk == again.pk


def test_it_forgets_turns_of_batches_that_ended_and_of_long_ago(batch_row, member, other_member):
    now = timezone.now()
    going, over = batch_row(status="running"), batch_row(status="completed")
    keys = [f"batch:{going.pk}", f"batch:{over.pk}", "batch:gone", f"owner:{member.pk}"]
    Turn.objects.bulk_create(Turn(key=key, at=now) for key in keys)
    Turn.objects.create(key=f"owner:{other_member.pk}", at=now - timedelta(days=40))
    Cleaner().work()
    assert set(Turn.objects.values_list("key", flat=True)) == {keys[0], keys[3]}


def plan_of(queryset):
    sql, params = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        return " ".join(row[3] for row in cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite")
def test_it_finds_who_waits_by_the_index_of_the_queue_alone(batch_with_runs):
    batch_with_runs(num_iterations=2)
    [lane] = queue_now(timezone.now(), []).left
    ids = in_lane(lane).values_list("pk", flat=True)
    for queryset in (ids, waiting_runs().values_list("owner", "batch", "priority").distinct()):
        assert "USING COVERING INDEX run_waiting" in plan_of(queryset)
    assert "TEMP B-TREE" not in plan_of(ids)


@pytest.mark.django_db(transaction=True)
def test_it_gives_out_each_run_once_and_no_more_than_the_slots_to_many_at_once(
    batch_with_runs, run_row, other_member, slots
):
    slots(6)
    batch_with_runs(num_iterations=9)
    run_row(owner=other_member)
    served, start = [], threading.Barrier(3)

    def supervise(name):
        start.wait(10)
        for _ in range(4):
            served.extend(claim_free(name, at_most=1))
        connection.close()

    threads = [threading.Thread(target=supervise, args=[name]) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(served) == len({run.pk for run in served}) == 6
    assert other_member.pk in [run.owner_id for run in served]
    assert Run.objects.exclude(claimed_by="").count() == 6


def test_it_takes_nothing_where_its_transaction_fails(run_row):
    run_row()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        claim_next("a")
        raise ZeroDivisionError
    assert not Turn.objects.exists() and claim_next("a") is not None
