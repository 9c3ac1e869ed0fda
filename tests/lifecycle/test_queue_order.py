"""The rule of who is next, without a database."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from runs.lifecycle.queue import Lane, Queue, Stream

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA, GRACE, ALAN = 1, 2, 3


def lane(owner, batch="", *, priority=0, size=1, minute=0):
    return Lane(Stream(owner, batch), priority, size, NOON + timedelta(minutes=minute))


def queue(lanes, held=(), turns=None, limits=None):
    return Queue(lanes, held, turns or {}, limits or {}, NOON)


def served(lanes, times, **state):
    """Owner and batch of those who are given a slot, one after the other."""
    line = queue(lanes, **state)
    found = (line.serve() for _ in range(times))
    return [tuple(each.stream) if each else None for each in found]


def owners(lanes, slots, **state):
    return [each.stream.owner for each in queue(lanes, **state).order(slots)]


def test_it_serves_nobody_where_nobody_waits():
    assert queue([]).serve() is None
    assert list(queue([], held=[Stream(ADA)]).order(2)) == []


def test_it_serves_higher_priority_first_whoever_holds_how_many():
    lanes = [lane(ADA, priority=1, minute=9), lane(GRACE, minute=0)]
    assert served(lanes, 2, held=[Stream(ADA)] * 5) == [(ADA, ""), (GRACE, "")]


def test_it_serves_the_owner_who_holds_the_fewest_slots():
    lanes = [lane(ADA, "batch", size=1000, minute=0), lane(GRACE, minute=9)]
    assert served(lanes, 1, held=[Stream(ADA, "batch")] * 2) == [(GRACE, "")]


def test_it_serves_the_owner_whose_turn_is_longest_ago_where_both_hold_as_many():
    turns = {"owner:1": NOON, "owner:2": NOON - timedelta(hours=1)}
    assert served([lane(ADA, minute=0), lane(GRACE, minute=9)], 1, turns=turns) == [(GRACE, "")]


def test_it_serves_who_never_had_a_turn_before_who_had():
    turns = {"owner:1": NOON - timedelta(days=20)}
    assert served([lane(ADA, minute=0), lane(GRACE, minute=9)], 1, turns=turns) == [(GRACE, "")]


def test_it_serves_who_waits_longest_where_nothing_else_tells():
    assert served([lane(ADA, minute=9), lane(GRACE, minute=0)], 1) == [(GRACE, "")]


def test_it_counts_slots_of_all_streams_of_an_owner():
    lanes = [lane(ADA, "new", minute=0), lane(GRACE, minute=9)]
    assert served(lanes, 1, held=[Stream(ADA, "old"), Stream(ADA)]) == [(GRACE, "")]


def test_it_alternates_between_owners():
    lanes = [lane(ADA, "batch", size=4, minute=0), lane(GRACE, size=2, minute=9)]
    assert owners(lanes, 1) == [ADA, GRACE, ADA, GRACE, ADA, ADA]


def test_it_alternates_between_the_batches_of_an_owner_and_their_single_runs():
    lanes = [lane(ADA, each, size=2, minute=n) for n, each in enumerate(("a", "b", ""))]
    line = [each.stream.batch for each in queue(lanes).order(1)]
    assert line == ["a", "b", "", "a", "b", ""]


def test_it_serves_the_stream_that_holds_the_fewest_within_an_owner():
    lanes = [lane(ADA, "a", minute=0), lane(ADA, "b", minute=9)]
    assert served(lanes, 1, held=[Stream(ADA, "a")]) == [(ADA, "b")]


def test_it_remembers_the_turn_of_a_stream():
    lanes = [lane(ADA, "a", minute=0), lane(ADA, minute=9)]
    turns = {"owner:1": NOON, "batch:a": NOON}
    assert served(lanes, 1, turns=turns) == [(ADA, "")]
    turns = {"owner:1": NOON, "single:1": NOON}
    assert served(lanes, 1, turns=turns) == [(ADA, "a")]


def test_it_passes_over_a_batch_that_holds_its_own_limit():
    lanes = [lane(ADA, "a", size=9, priority=5), lane(ADA, "b", size=9)]
    held = [Stream(ADA, "a")]
    assert served(lanes, 3, held=held, limits={"a": 2}) == [(ADA, "a"), (ADA, "b"), (ADA, "b")]


def test_it_serves_nobody_where_all_are_at_their_own_limit():
    lanes = [lane(ADA, "a", size=9)]
    assert served(lanes, 3, limits={"a": 2}) == [(ADA, "a"), (ADA, "a"), None]


def test_it_goes_on_with_a_batch_once_one_of_it_has_ended():
    line = queue([lane(ADA, "a", size=2)], held=[Stream(ADA, "a")], limits={"a": 1})
    assert line.serve() is None
    line.end_oldest()
    assert line.serve().stream == Stream(ADA, "a")


def test_it_counts_slots_above_a_limit_that_was_lowered():
    line = queue([lane(ADA, "a")], held=[Stream(ADA, "a")] * 3, limits={"a": 2})
    line.end_oldest()
    assert line.serve() is None
    line.end_oldest()
    assert line.serve() is not None


def test_it_ends_where_a_limit_lets_nobody_begin_ever():
    assert owners([lane(ADA, "a"), lane(GRACE)], 1, limits={"a": 0}) == [GRACE]


def test_it_gives_each_turn_a_time_of_its_own_later_than_all_before():
    late = NOON + timedelta(days=1)
    line = queue([lane(ADA, size=2), lane(GRACE)], turns={"owner:1": late})
    times = []
    while each := line.serve():
        times.append(line.turns[each.stream.owner])
    assert times == sorted(set(times)) and times[0] > late


def test_it_keeps_urgent_runs_of_an_owner_before_their_others():
    lanes = [lane(ADA, "a", size=2, minute=0), lane(ADA, "a", priority=3, size=2, minute=9)]
    assert [each.priority for each in queue(lanes).order(1)] == [3, 3, 0, 0]


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_it_says_the_same_in_whatever_order_it_is_told(slots):
    lanes = [
        lane(ADA, "a", size=5, minute=0),
        lane(ADA, size=2, minute=1),
        lane(GRACE, "b", size=3, minute=2),
        lane(GRACE, "c", priority=1, size=2, minute=2),
        lane(ALAN, size=1, minute=2),
    ]
    limits = {"a": 1}
    first = list(queue(lanes, limits=limits).order(slots))
    for others in permutations(lanes):
        assert list(queue(others, limits=limits).order(slots)) == first


@pytest.mark.parametrize("slots", [1, 2, 3, 7])
@pytest.mark.parametrize("num_owners", [1, 2, 5])
def test_it_serves_every_run_once_and_keeps_owners_within_a_turn(slots, num_owners):
    lanes = [
        lane(owner, batch, size=owner + 2, minute=owner)
        for owner in range(num_owners)
        for batch in ("", f"x{owner}")
    ]
    line = list(queue(lanes).order(slots))
    assert Counter(line) == Counter({each: each.size for each in lanes})
    for upto in range(len(line)):
        seen = Counter(each.stream.owner for each in line[:upto])
        left = [owner for owner in range(num_owners) if seen[owner] < 2 * (owner + 2)]
        counts = [seen[owner] for owner in left]
        assert not counts or max(counts) - min(counts) <= max(1, slots)


def test_it_lets_a_single_run_pass_a_thousand_whatever_the_slots():
    lanes = [lane(ADA, "thousand", size=1000, minute=0), lane(GRACE, minute=9)]
    turns = {"owner:1": NOON, "batch:thousand": NOON}
    for slots in (1, 2, 4):
        held = [Stream(ADA, "thousand")] * slots
        assert owners(lanes, slots, held=held, turns=turns)[0] == GRACE
