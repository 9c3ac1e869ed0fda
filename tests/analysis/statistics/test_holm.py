"""The correction of Holm 1979, against a set worked by hand and the definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.analysis.statistics.holm import adjust_by_holm

P = st.floats(0, 1)


def test_it_steps_down():
    # sorted 0.005 0.01 0.03 0.04, times 4 3 2 1: 0.02 0.03 0.06 0.04, and never falling: 0.06
    assert adjust_by_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_it_leaves_a_single_one_as_it_is():
    assert adjust_by_holm([0.03]) == [0.03]


def test_it_stays_at_one():
    assert adjust_by_holm([0.6, 0.9]) == [1.0, 1.0]


def test_it_treats_equal_ones_alike():
    assert adjust_by_holm([0.02, 0.02]) == [0.04, 0.04]


def test_it_does_not_count_what_has_no_p():
    assert adjust_by_holm([None, 0.01, None, 0.04]) == [None, 0.02, None, 0.04]
    assert adjust_by_holm([]) == []
    assert adjust_by_holm([None]) == [None]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(P, min_size=1, max_size=20))
def test_it_is_never_smaller_nor_larger_than_bonferronis(p_values):
    adjusted = adjust_by_holm(p_values)
    for p, after in zip(p_values, adjusted, strict=True):
        assert p <= after <= min(1.0, p * len(p_values)) or after == pytest.approx(p)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(P, min_size=2, max_size=20))
def test_it_keeps_their_order(p_values):
    after = [found for _, found in sorted(zip(p_values, adjust_by_holm(p_values), strict=True))]
    assert after == sorted(after)
