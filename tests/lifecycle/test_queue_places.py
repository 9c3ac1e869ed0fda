"""The place in the queue, and the sentence of why one waits, come true."""

import pytest
from django.utils import timezone

from runs.contract.status import Status
from runs.lifecycle import waiting
from runs.lifecycle.selectors import place_of, queue_state, sentence
from runs.lifecycle.supervisor.claim import claim_next
from runs.lifecycle.waiting import Place, first_in_line, places_of
from runs.models import Run, Supervisor

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive(settings):
    """A supervisor is said to be alive, with so many slots."""

    def beat(slots):
        settings.FUSIONWEB_MAX_RUNNING = slots
        Supervisor.objects.create(
            name="s", host="h", pid=1, identity={}, heartbeat_at=timezone.now(), slots=slots
        )

    return beat


def ahead(runs, slots):
    return {pk: place.ahead for pk, place in places_of(runs, slots).items()}


def begin(run):
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, started_at=timezone.now())


def order_of_claims(slots):
    """Claim all, ending always what began first."""
    running = list(Run.objects.filter(status=Status.RUNNING).order_by("started_at"))
    order = []
    while waiting.waiting_runs().exists():
        while run := claim_next("a"):
            begin(run)
            running.append(run)
            order.append(run.pk)
        ended = running.pop(0)
        Run.objects.filter(pk=ended.pk).update(status=Status.COMPLETED, claimed_by="")
    return order


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_it_foretells_the_order_in_which_runs_begin(
    slots, batch_with_runs, run_row, member, other_member, staff, settings
):
    settings.FUSIONWEB_MAX_RUNNING = slots
    batch_with_runs(["running"], num_iterations=6, max_running=1)
    for owner in (member, other_member, staff):
        batch_with_runs(num_iterations=4, owner=owner)
        run_row(owner=owner)
    run_row(owner=staff, priority=3)
    run_row(owner=other_member, priority=-3)
    Run.objects.filter(status=Status.RUNNING).update(started_at=timezone.now())
    foretold = ahead(Run.objects.filter(status=Status.PENDING), slots)
    claimed = order_of_claims(slots)
    assert sorted(foretold, key=foretold.__getitem__) == claimed
    assert sorted(foretold.values()) == list(range(len(claimed)))


def test_it_tells_the_first_in_line(batch_with_runs, run_row, other_member):
    batch = batch_with_runs(num_iterations=3)
    single = run_row(owner=other_member)
    a, b, _ = Run.objects.filter(batch=batch).order_by("created_at").values_list("pk", flat=True)
    assert first_in_line(3, 1) == [a, single.pk, b]


def test_it_counts_only_so_far(run_row, monkeypatch):
    monkeypatch.setattr(waiting, "COUNTED_AHEAD", 2)
    runs = [run_row() for _ in range(4)]
    places = places_of(runs, 1)
    assert [places[run.pk].ahead for run in runs] == [0, 1, 2, 2]
    assert [places[run.pk].or_more for run in runs] == [False, False, True, True]


def test_it_looks_only_so_often_where_many_batches_wait(batch_with_runs, monkeypatch):
    monkeypatch.setattr(waiting, "LOOKS", 10)
    for _ in range(4):
        batch_with_runs(num_iterations=2)
    places = places_of(Run.objects.all(), 1).values()
    assert sorted(place.ahead for place in places if not place.or_more) == [0, 1]
    assert len([place for place in places if place.or_more]) == 6


def test_it_asks_as_often_for_many_lanes_as_for_few(
    batch_with_runs, run_row, other_member, django_assert_max_num_queries
):
    for owner in (None, other_member):
        for priority in range(4):
            run_row(priority=priority, **({"owner": owner} if owner else {}))
    runs = list(Run.objects.all())
    with django_assert_max_num_queries(6):
        assert len(places_of(runs, 2)) == 8
    with django_assert_max_num_queries(1):
        places_of(runs, 2)


def test_it_knows_one_that_has_just_come_and_what_has_just_begun(run_row):
    first = run_row()
    assert ahead([first], 1) == {first.pk: 0}
    second = run_row()
    assert ahead([first, second], 1) == {first.pk: 0, second.pk: 1}
    Run.objects.filter(pk=first.pk).update(claimed_by="a")
    first.refresh_from_db()
    assert ahead([first], 1) == {}
    assert place_of(first, queue_state()) == Place(0)


def test_it_asks_nothing_for_what_does_not_wait(run_row, django_assert_num_queries):
    runs = [run_row(status=Status.COMPLETED), run_row(status=Status.RUNNING)]
    with django_assert_num_queries(0):
        assert places_of(runs, 1) == {}


def test_it_says_that_the_batch_uses_its_own_slots(batch_with_runs, alive):
    alive(4)
    batch = batch_with_runs(["running", "running"], num_iterations=4, max_running=2)
    run = Run.objects.filter(batch=batch, status=Status.PENDING).first()
    assert sentence(run, queue_state()) == "waiting: its batch uses 2 of its own 2 slots"


def test_it_says_that_the_batch_waits_as_others_where_its_own_slots_are_free(
    batch_with_runs, alive, run_row
):
    alive(1)
    run_row(status=Status.RUNNING)
    batch = batch_with_runs(num_iterations=2, max_running=2)
    first, second = Run.objects.filter(batch=batch).order_by("created_at")
    assert sentence(first, queue_state()) == "waiting: 1 of 1 slots taken, next in line"
    assert sentence(second, queue_state()) == "waiting: 1 of 1 slots taken, 1 ahead of you"


def test_it_says_that_those_ahead_are_more_urgent(run_row, alive):
    alive(1)
    run_row(status=Status.RUNNING)
    run_row(priority=2)
    second, third = run_row(), run_row()
    taken = "waiting: 1 of 1 slots taken"
    state = queue_state()
    assert sentence(second, state) == f"{taken}, 1 ahead of you, of higher priority"
    assert sentence(third, state) == f"{taken}, 2 ahead of you, 1 of them of higher priority"


def test_it_says_that_more_than_it_counted_may_be_ahead(run_row, alive, monkeypatch):
    alive(1)
    monkeypatch.setattr(waiting, "COUNTED_AHEAD", 2)
    run_row(status=Status.RUNNING)
    last = [run_row() for _ in range(4)][-1]
    words = "waiting: 1 of 1 slots taken, 2 or more ahead of you"
    assert sentence(last, queue_state()) == words


def test_it_says_next_in_line_to_a_single_run_behind_a_thousand(
    batch_with_runs, run_row, other_member, alive
):
    alive(1)
    batch_with_runs(num_iterations=30)
    begin(claim_next("a"))
    single = run_row(owner=other_member)
    assert sentence(single, queue_state()) == "waiting: 1 of 1 slots taken, next in line"
