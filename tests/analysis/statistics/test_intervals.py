"""Intervals of differences and ratios, against scipy and what they mean."""

import numpy as np
import pytest
from scipy import stats

from runs.analysis.statistics.intervals import (
    fieller_interval,
    mean_interval,
    ratio_interval,
    skewness,
    unpaired_ratio_interval,
    welch_interval,
)

RANDOM = np.random.default_rng(11)
A = RANDOM.normal(10, 1, 12)
B = A * 0.8 + RANDOM.normal(0, 0.3, 12)


def ends(interval):
    return interval.lower, interval.upper


def test_it_has_the_skewness_of_scipy():
    for values in (A, RANDOM.exponential(1, 30), np.array([1.0, 2.0, 9.0])):
        assert skewness(values) == pytest.approx(stats.skew(values, bias=False), rel=1e-9)
    assert skewness(np.array([1.0, 2.0])) == 0
    assert skewness(np.full(9, 0.1)) == 0


def test_it_has_the_interval_of_scipys_welch_test():
    other = RANDOM.normal(9, 3, 20)
    expected = stats.ttest_ind(other, A, equal_var=False).confidence_interval(0.95)
    assert ends(welch_interval(A, other)) == pytest.approx((expected.low, expected.high), rel=1e-10)


def test_it_needs_two_values_a_side():
    one = np.array([1.0])
    assert mean_interval(one) is None
    assert welch_interval(one, A) is None
    assert welch_interval(A, one) is None
    assert ratio_interval(one, one * 2) is None
    assert unpaired_ratio_interval(one, A) is None


def test_it_works_fieller_by_hand():
    # d = -2, base 10, v_dd = v_bb = 1, v_db = 0, t = 2:
    # (-2 - 10 r)² ≤ 4 (1 + r²)  ⇔  96 r² + 40 r ≤ 0  ⇔  -0.41667 ≤ r ≤ 0
    interval = fieller_interval(-2.0, 10.0, np.eye(2), 2.0)
    assert ends(interval) == pytest.approx((-40 / 96, 0.0))
    assert interval.method == "fieller"


def test_it_ends_fieller_where_the_ratio_is_just_not_refuted():
    # by its definition: at either end r, the mean of b - (1 + r) a is t standard errors from 0
    for end in ends(ratio_interval(A, B)):
        rest = B - (1 + end) * A
        t = abs(rest.mean()) / stats.sem(rest)
        assert t == pytest.approx(stats.t.ppf(0.975, len(A) - 1), rel=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.19, 0.2, 0.5])
def test_it_says_the_same_of_ratio_and_difference(shift):
    other = A + shift + RANDOM.normal(0, 0.3, 12)
    differences, ratio = mean_interval(other - A), ratio_interval(A, other)
    assert (differences.lower > 0) == (ratio.lower > 0)
    welch, unpaired = welch_interval(A, other), unpaired_ratio_interval(A, other)
    assert (welch.lower > 0) == (unpaired.lower > 0)


def test_it_has_no_ratio_to_what_may_be_zero():
    around_zero = A - A.mean() + 0.01
    assert ratio_interval(around_zero, B) is None
    assert unpaired_ratio_interval(around_zero, B) is None


def test_it_measures_by_the_size_of_a_negative_base():
    plain, mirrored = ratio_interval(A, B), ratio_interval(-A, -B)
    assert ends(mirrored) == pytest.approx((-plain.upper, -plain.lower))


def test_it_bootstraps_the_ratio_as_scipy_does():
    random = np.random.default_rng(5)
    base = random.lognormal(2, 0.3, 25)
    other = base + random.lognormal(0, 2, 25)
    interval = ratio_interval(base, other)
    expected = stats.bootstrap(
        (base, other),
        lambda a, b, axis: (b - a).mean(axis) / a.mean(axis),
        paired=True,
        vectorized=True,
        n_resamples=2000,
        method="BCa",
        rng=np.random.default_rng(20_261_121),
    ).confidence_interval
    assert interval.method == "bootstrap"
    assert ends(interval) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_it_does_not_bootstrap_a_ratio_to_a_base_of_either_sign():
    base = np.array([-1.0] * 14 + [2.0] * 6)
    other = base + np.array([0.0] * 19 + [50.0])
    assert ratio_interval(base, other) is None


def test_it_covers_the_mean_in_95_of_100_cases():
    # 400 samples of 10: 95 % ± 3 standard errors of sqrt(0.95 · 0.05 / 400)
    random = np.random.default_rng(3)
    samples = [random.normal(3, 1, 10) for _ in range(400)]
    covered = sum(found.lower <= 3 <= found.upper for found in map(mean_interval, samples))
    assert 0.917 <= covered / 400 <= 0.983
