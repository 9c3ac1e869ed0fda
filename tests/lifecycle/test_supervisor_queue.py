"""Slots, order, and the sentence that says why a run waits."""

import pytest

from runs.contract.status import Status
from runs.lifecycle.selectors import queue_state, sentence
from runs.lifecycle.supervisor.claim import claim_next
from runs.models import Run

pytestmark = pytest.mark.django_db

SLEEP = "import time; time.sleep(60)"


def test_it_takes_the_most_urgent_first_then_the_oldest(make_run, staff):
    old, new = make_run(), make_run()
    urgent = make_run(owner=staff, priority=5)
    assert claim_next("a").pk == urgent.pk
    assert claim_next("a").pk == old.pk
    assert new.status == Status.PENDING


def test_it_gives_out_no_more_than_the_slots(make_run, settings):
    settings.FUSIONWEB_MAX_RUNNING = 1
    make_run(), make_run()
    assert claim_next("a") is not None
    assert claim_next("b") is None


def test_it_never_gives_one_run_to_two(make_run):
    make_run()
    assert claim_next("a") is not None
    assert claim_next("b") is None


def test_it_says_who_is_ahead(make_run, supervisor, settings):
    settings.FUSIONWEB_MAX_RUNNING = 1
    first, second, third = (make_run(SLEEP) for _ in range(3))
    supervisor.until_status(first, Status.RUNNING)
    state = queue_state()
    assert sentence(second, state) == "waiting: 1 of 1 slots taken, next in line"
    assert sentence(third, state) == "waiting: 1 of 1 slots taken, 1 ahead of you"


def test_it_says_that_no_supervisor_runs(make_run):
    assert sentence(make_run(), queue_state()) == "waiting: no supervisor is running"


def test_it_starts_the_next_when_a_slot_is_free(make_run, supervisor, settings):
    settings.FUSIONWEB_MAX_RUNNING = 1
    runs = [make_run() for _ in range(3)]
    done = Run.objects.filter(status=Status.COMPLETED)
    supervisor.until(lambda: done.count() == 3)
    times = [Run.objects.get(pk=run.pk).started_at for run in runs]
    assert times == sorted(times)
