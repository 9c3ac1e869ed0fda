"""What values are, against scipy, numpy and tables."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from runs.analysis.statistics.summary import summarise

# Ten sleeping times by Cushny & Peebles, of Student's paper of 1908 (hyoscyamine against none).
STUDENT = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_it_sums_up_what_student_had():
    # sum 7.5, so the mean is 0.75; squares sum to 34.43, so
    # sd = sqrt((34.43 - 10 · 0.75²) / 9) = sqrt(28.805 / 9) = 1.78901
    summary = summarise(STUDENT)
    assert summary.n == 10
    assert summary.mean == pytest.approx(0.75)
    assert summary.sd == pytest.approx(1.78901, abs=5e-6)
    assert (summary.minimum, summary.maximum) == (-1.6, 3.7)
    # sorted: -1.6 -1.2 -0.2 -0.1 0 0.7 0.8 2 3.4 3.7, the middle of 0 and 0.7
    assert summary.median == pytest.approx(0.35)


def test_it_takes_the_interval_from_the_table_of_t():
    # t(9) = 2.2622: 0.75 ± 2.2622 · 1.78901 / sqrt(10) = 0.75 ± 1.27980
    interval = summarise(STUDENT).interval
    assert interval.method == "t"
    assert interval.lower == pytest.approx(0.75 - 1.27980, abs=2e-5)
    assert interval.upper == pytest.approx(0.75 + 1.27980, abs=2e-5)


def test_it_interpolates_percentiles():
    # 0, 1, … 20: at (21 - 1) · 0.05 = 1 from the smallest, and 19
    summary = summarise(list(range(21)))
    assert (summary.p5, summary.p95) == (1, 19)
    # of two values a twentieth of the way between them
    two = summarise([10, 20])
    assert (two.p5, two.p95) == (pytest.approx(10.5), pytest.approx(19.5))


@pytest.mark.parametrize("n", [2, 5, 14, 15, 40])
def test_it_equals_scipy(n):
    values = np.random.default_rng(n).normal(5, 2, n)
    summary = summarise(values)
    assert summary.mean == pytest.approx(values.mean(), rel=1e-13)
    assert summary.sd == pytest.approx(stats.tstd(values), rel=1e-13)
    expected = stats.t.interval(0.95, n - 1, values.mean(), stats.sem(values))
    assert summary.interval.method == "t"
    assert (summary.interval.lower, summary.interval.upper) == pytest.approx(expected, rel=1e-12)
    percentiles = np.percentile(values, [5, 50, 95])
    assert [summary.p5, summary.median, summary.p95] == pytest.approx(percentiles, rel=1e-13)


@pytest.mark.parametrize("n", [15, 60])
def test_it_bootstraps_what_is_skewed_as_scipy_does(n):
    values = np.random.default_rng(5).lognormal(0, 1.5, n)
    summary = summarise(values)
    expected = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=2000,
        method="BCa",
        rng=np.random.default_rng(20_261_121),
    ).confidence_interval
    assert summary.interval.method == "bootstrap"
    assert summary.interval.lower == pytest.approx(expected.low, rel=1e-10)
    assert summary.interval.upper == pytest.approx(expected.high, rel=1e-10)
    assert "bootstrapped" in summary.warnings[0]


def test_it_gives_the_same_digits_for_the_same_values():
    values = np.random.default_rng(6).exponential(1, 30)
    assert summarise(values) == summarise(values.tolist())


def test_it_does_not_bootstrap_a_mean_of_many_slightly_skewed_values():
    values = np.random.default_rng(7).exponential(1, 400)  # skewness 2: 400 > 25 · 4
    assert summarise(values).interval.method == "t"


def test_it_says_where_values_are_too_few_to_bootstrap():
    summary = summarise([0, 0, 0, 0, 0, 0, 0, 0, 0, 9])
    assert summary.interval.method == "t"
    assert summary.warnings == [
        "the values are skewed (skewness 3.2), and under 15 are too few to bootstrap: "
        "the interval is rough"
    ]


def test_it_has_no_interval_of_a_single_value():
    summary = summarise([3.5])
    assert (summary.mean, summary.p5, summary.p95) == (3.5, 3.5, 3.5)
    assert summary.sd is None
    assert summary.interval is None
    assert summary.warnings == ["a single value: it has no spread and no interval"]


def test_it_has_no_summary_of_nothing():
    assert summarise([]) is None
    assert summarise([math.nan, math.inf]) is None


@pytest.mark.parametrize("n", [2, 3, 20])
def test_it_says_that_all_values_are_equal(n):
    summary = summarise([0.1] * n)
    assert summary.mean == 0.1
    assert summary.sd == 0
    assert summary.interval is None
    assert summary.warnings == [f"all {n} values are equal: no interval can be told"]


def test_it_says_that_values_are_few():
    assert summarise([1, 2, 3]).warnings[0].startswith("3 values are few: under 8")
    assert summarise([1, 2, 3, 4, 5, 6, 7, 8]).warnings == []


def test_it_leaves_out_what_is_not_finite_and_says_so():
    summary = summarise([1, 2, math.nan, 3, math.inf, -math.inf])
    assert (summary.n, summary.mean) == (3, 2)
    assert summary.warnings[0] == "3 of 6 values are no finite numbers: left out"


@pytest.mark.parametrize("scale", [1e-12, 1e-200, 5e-324 * 2**60, 1e150, 1e300])
def test_it_keeps_its_digits_at_any_scale(scale):
    summary, plain = summarise([value * scale for value in STUDENT]), summarise(STUDENT)
    assert summary.mean == pytest.approx(plain.mean * scale, rel=1e-12)
    assert summary.sd == pytest.approx(plain.sd * scale, rel=1e-12)
    assert summary.interval.upper == pytest.approx(plain.interval.upper * scale, rel=1e-12)
    assert summary.warnings == plain.warnings


def test_it_keeps_the_mean_of_what_has_no_sum():
    summary = summarise([1.7e308, 1.7e308, 1.6e308])
    assert summary.mean == pytest.approx(5 / 3 * 1e308)
    assert summarise([1.7e308, -1.7e308]).interval is None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(FINITE, min_size=1, max_size=30))
def test_it_orders_its_numbers_whatever_they_are(values):
    summary = summarise(values)
    assert summary.minimum <= summary.p5 <= summary.median <= summary.p95 <= summary.maximum
    assert math.isfinite(summary.mean)
    if summary.interval:
        assert summary.interval.lower <= summary.interval.upper
        assert math.isfinite(summary.interval.lower)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40), st.integers(-50, 50))
def test_it_shifts_with_its_values(values, shift):
    one, other = summarise(values), summarise([value + shift for value in values])
    assert other.mean == pytest.approx(one.mean + shift, abs=1e-9)
    assert other.sd == pytest.approx(one.sd, abs=1e-9)
    assert (one.interval is None) == (other.interval is None)
