"""Rank tests and effects, against textbooks and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from runs.analysis.statistics.effect import rank_biserial, rank_biserial_of_pairs
from runs.analysis.statistics.rank_tests import differing, mann_whitney_p, wilcoxon_p

# Darwin's fifteen pairs of maize, crossed less self-fertilised, in eighths of an inch.
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)
RANDOM = np.random.default_rng(21)


def test_it_tests_darwins_maize():
    # sizes in order: 6 8 14 16 23 24 28 29 41 48 49 56 60 67 75, all different, ranks 1 to 15.
    # -48 has rank 10, -67 rank 14: W- = 24 and W+ = 120 - 24 = 96.
    # Of the 2^15 signs, 1,347 / 32,768 (both tails) are as uneven: p = 0.0413, as in scipy's manual
    assert wilcoxon_p(DARWIN) == pytest.approx(0.041259765625)


def test_it_has_kerbys_simple_difference():
    # favourable 96 of 120, against 24 of 120: 0.8 - 0.2
    assert rank_biserial_of_pairs(DARWIN) == pytest.approx(0.6)
    assert rank_biserial_of_pairs(-DARWIN) == pytest.approx(-0.6)


def test_it_counts_all_signs_of_three_pairs():
    # ranks 1 2 3, all positive: only one of 2³ sign patterns sums to 6, and one to 0: 2/8
    assert wilcoxon_p(np.array([1.0, 2.0, 3.0])) == 0.25


def test_it_counts_all_signs_where_ranks_are_tied():
    # sizes 1 1 2: ranks 1.5 1.5 3; signs + + -: W+ = 3. Sums ≤ 3: 0, 1.5, 1.5, 3, 3 = 5 of 8;
    # sums ≥ 3: 3, 3, 4.5, 4.5, 6 = 5 of 8. Twice the smaller share is above 1
    assert wilcoxon_p(np.array([1.0, 1.0, -2.0])) == 1.0
    # + + +: 6 of one pattern, twice 1/8
    assert wilcoxon_p(np.array([1.0, 1.0, 2.0])) == 0.25


def test_it_drops_zeros():
    with_zeros = np.concatenate([DARWIN, np.zeros(9)])
    assert wilcoxon_p(with_zeros) == wilcoxon_p(DARWIN)
    assert rank_biserial_of_pairs(with_zeros) == rank_biserial_of_pairs(DARWIN)


def test_it_has_nothing_to_test_where_all_are_zero():
    assert wilcoxon_p(np.zeros(20)) is None
    assert rank_biserial_of_pairs(np.zeros(20)) == 0


@pytest.mark.parametrize("n", [1, 6, 13, 14, 50, 51, 300])
def test_it_equals_scipy_without_ties(n):
    differences = RANDOM.normal(0.2, 1, n)
    assert wilcoxon_p(differences) == pytest.approx(stats.wilcoxon(differences).pvalue, rel=1e-12)


@pytest.mark.parametrize("n", [2, 5, 9, 14, 60])
def test_it_equals_scipy_with_ties(n):
    differences = RANDOM.choice([-2.0, -1.0, 1.0, 2.0, 3.0], n)
    assert wilcoxon_p(differences) == pytest.approx(stats.wilcoxon(differences).pvalue, rel=1e-12)


def test_it_ties_what_roundings_tell_apart():
    # 0.3 - 0.2 is 0.09999999999999998, 0.2 - 0.1 is 0.1
    a, b = np.array([0.2, 0.1, 0.5]), np.array([0.3, 0.2, 0.4])
    assert len(set(np.abs(b - a))) == 2
    assert len(set(np.abs(differing(b - a)))) == 1
    assert rank_biserial_of_pairs(b - a) == pytest.approx(1 / 3)


def test_it_works_mann_whitney_by_hand():
    # the tortoise and the hare: T H H H H H T T T T T H. For each hare the tortoises before it:
    # 1 1 1 1 1 6 = 11, so U = 11 of 36 for one, 25 for the other
    tortoises = np.array([1.0, 7, 8, 9, 10, 11])
    hares = np.array([2.0, 3, 4, 5, 6, 12])
    assert rank_biserial(tortoises, hares) == pytest.approx((11 - 25) / 36)
    assert mann_whitney_p(tortoises, hares) == pytest.approx(0.3095238095)


def test_it_takes_the_smallest_p_from_the_table():
    # 4 against 4 without overlap: 1 of C(8, 4) = 70 orders, twice
    assert mann_whitney_p(np.arange(4.0), np.arange(4.0) + 10) == pytest.approx(2 / 70)
    assert rank_biserial(np.arange(4.0), np.arange(4.0) + 10) == 1


@pytest.mark.parametrize(("n_a", "n_b"), [(1, 1), (3, 8), (20, 17), (300, 250)])
def test_it_equals_scipys_mann_whitney(n_a, n_b):
    a, b = RANDOM.normal(0, 1, n_a), RANDOM.normal(0.3, 1, n_b)
    expected = stats.mannwhitneyu(b, a)
    assert mann_whitney_p(a, b) == pytest.approx(expected.pvalue, rel=1e-12)
    assert rank_biserial(a, b) == pytest.approx(2 * expected.statistic / (n_a * n_b) - 1)


def test_it_has_no_test_of_equal_values():
    assert mann_whitney_p(np.full(5, 0.1), np.full(3, 0.1)) is None
    assert mann_whitney_p(np.array([]), np.array([1.0])) is None
    assert rank_biserial(np.full(5, 0.1), np.full(3, 0.1)) == 0


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=25))
def test_it_does_not_care_which_side_is_called_b(differences):
    there = np.array(differences, dtype=float)
    assert wilcoxon_p(there) == pytest.approx(wilcoxon_p(-there))
    assert rank_biserial_of_pairs(there) == pytest.approx(-rank_biserial_of_pairs(-there))
    assert -1 <= rank_biserial_of_pairs(there) <= 1
