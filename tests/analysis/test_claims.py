"""Who analyses what: one analyst a batch, two at a time, and not too often."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from runs.analysis import claims
from runs.analysis.claims import AT_ONCE, LEASE, analysts_wanted, claim_ripe, ripe, unanalysed
from runs.models import Batch

from .wrote import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(batch_row):
    return lambda **fields: batch_row(revision=1, **fields)


def ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


def test_a_batch_of_which_nothing_changed_is_not_due(batch_row):
    batch_row(revision=4, analysed_revision=4)
    assert claim_ripe() is None
    assert analysts_wanted() == 0


def test_a_claimed_batch_is_nobody_elses(due):
    batch = due()
    claim = claim_ripe()
    assert (claim.batch_id, fresh(batch).analysis_until) == (batch.pk, claim.until)
    assert fresh(batch).analysis_attempts == 1
    assert claim_ripe() is None


def test_two_are_analysed_at_a_time_and_no_more(due):
    for _ in range(4):
        due()
    claimed = [claim_ripe() for _ in range(4)]
    assert [bool(claim) for claim in claimed] == [True] * AT_ONCE + [False] * 2
    claimed[0].release(analysed_revision=1)
    assert claim_ripe() is not None
    assert claim_ripe() is None


@pytest.mark.django_db(transaction=True)
def test_many_who_claim_at_once_share_two(due):
    for _ in range(6):
        due()
    claimed = []

    def ask():
        claimed.append(claim_ripe())
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {claim.batch_id for claim in claimed if claim}
    assert len(ids) == AT_ONCE


def test_the_batch_of_an_analyst_that_is_gone_is_taken_over(due):
    batch = due(analysis_until=ago(0.1), analysis_attempts=1)
    assert claim_ripe().batch_id == batch.pk
    assert fresh(batch).analysis_attempts == 2


def test_whoever_was_taken_over_writes_nothing(due):
    batch = due()
    first = claim_ripe()
    Batch.objects.update(analysis_until=ago(1))
    second = claim_ripe()
    assert not first.renew()
    first.release()
    assert fresh(batch).analysis_until == second.until


@pytest.mark.django_db(transaction=True)
def test_it_is_renewed_beside_the_work(due, monkeypatch):
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.01)
    batch = due()
    claim = claim_ripe()
    first = claim.until
    with claim:
        while claim.until == first:
            claim.ended.wait(0.01)
    assert fresh(batch).analysis_until == claim.until > first
    assert claim.until <= timezone.now() + LEASE


def test_whoever_was_told_to_end_leaves_no_attempt(due):
    batch = due()
    claim_ripe().withdraw()
    assert (fresh(batch).analysis_until, fresh(batch).analysis_attempts) == (None, 0)


def test_while_runs_are_under_way_it_waits_between_two_looks(batch_with_runs):
    batch = batch_with_runs(["completed"], revision=1, analysed_at=ago(1))
    assert ripe(timezone.now()) == []
    Batch.objects.update(analysed_at=ago(2))
    assert ripe(timezone.now()) == [batch.pk]


def test_what_took_long_is_looked_at_less_often(batch_with_runs):
    batch_with_runs(["completed"], revision=1, analysed_at=ago(9), result={"seconds": 2.0})
    assert ripe(timezone.now()) == []
    Batch.objects.update(analysed_at=ago(10))
    assert ripe(timezone.now())


def test_once_all_have_ended_it_does_not_wait(batch_with_runs):
    batch = batch_with_runs(["completed"] * 3, revision=1, analysed_at=timezone.now())
    assert ripe(timezone.now()) == [batch.pk]


def test_what_has_ended_comes_first_then_what_waits_longest(batch_with_runs):
    late = batch_with_runs(revision=1, analysed_at=ago(10))
    later = batch_with_runs(revision=1, analysed_at=ago(20))
    ended = batch_with_runs(["failed"] * 3, revision=1, analysed_at=ago(3))
    first = batch_with_runs(revision=1)
    assert ripe(timezone.now()) == [ended.pk, first.pk, later.pk, late.pk]


def test_as_many_analysts_are_wanted_as_have_work(due):
    due()
    assert analysts_wanted() == 1
    claim_ripe()
    assert analysts_wanted() == 0
    for _ in range(3):
        due()
    assert analysts_wanted() == AT_ONCE


def test_the_query_is_answered_by_its_index(due):
    due()
    assert "batch_due" in unanalysed().explain()
    assert "batch_due" in unanalysed().filter(claims.unclaimed(timezone.now())).explain()
