"""B against A: paired, unpaired, and where there is next to nothing."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from runs.analysis.statistics.comparison import compare, smallest_unpaired_p
from runs.analysis.statistics.sentences import Naming, sentence_of

RANDOM = np.random.default_rng(31)
A = dict(enumerate(RANDOM.normal(10, 1, 20)))
B = {number: value * 0.8 + RANDOM.normal(0, 0.2) for number, value in A.items()}
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def without(values, *numbers):
    return {number: value for number, value in values.items() if number not in numbers}


def arrays(a=A, b=B):
    return np.array(list(a.values())), np.array(list(b.values()))


def test_it_compares_pairs():
    a, b = arrays()
    found = compare(A, B, 300.0)
    assert (found.x, found.paired, found.n_pairs, found.n_a, found.n_b) == (300, True, 20, 20, 20)
    assert found.difference == pytest.approx((b - a).mean())
    assert found.relative == pytest.approx(b.mean() / a.mean() - 1)
    assert found.p == found.wilcoxon_p == pytest.approx(stats.wilcoxon(b - a).pvalue)
    assert found.mann_whitney_p == pytest.approx(stats.mannwhitneyu(b, a).pvalue)
    assert found.effect_size == -1
    assert found.p_adjusted is None
    assert found.warnings == []


def test_it_has_the_interval_of_scipys_paired_t():
    a, b = arrays()
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)
    interval = compare(A, B).difference_interval
    assert (interval.lower, interval.upper) == pytest.approx((expected.low, expected.high))
    assert interval.method == "t"
    assert compare(A, B).relative_interval.method == "fieller"


def test_it_pairs_by_number_whatever_the_order():
    backwards = dict(reversed(B.items()))
    assert compare(A, backwards) == compare(A, B)


def test_it_turns_around_with_its_sides():
    there, back = compare(A, B), compare(B, A)
    assert back.difference == pytest.approx(-there.difference)
    assert back.effect_size == -there.effect_size
    assert (back.p, back.mann_whitney_p) == pytest.approx((there.p, there.mann_whitney_p))


def test_it_is_unpaired_where_runs_are_missing_and_says_so():
    fewer = without(B, 3, 7, 12)
    a, b = arrays(A, fewer)
    found = compare(A, fewer)
    assert (found.paired, found.n_pairs, found.n_a, found.n_b) == (False, 17, 20, 17)
    assert found.wilcoxon_p is None
    assert found.p == found.mann_whitney_p == pytest.approx(stats.mannwhitneyu(b, a).pvalue)
    assert found.difference == pytest.approx(b.mean() - a.mean())
    expected = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert found.difference_interval.lower == pytest.approx(expected.low)
    assert found.warnings[0] == (
        "unpaired: 3 of 20 pairs are incomplete; over the 17 whole ones alone Wilcoxon's p is "
        "1.5e-05"
    )


def test_it_counts_what_is_no_number_as_missing():
    holed = {**B, 3: math.nan, 7: math.inf}
    assert compare(A, holed) == compare(A, without(B, 3, 7))


def test_it_stays_paired_where_both_sides_miss_the_same():
    found = compare(without(A, 5), without(B, 5))
    assert (found.paired, found.n_pairs) == (True, 19)


def test_it_is_unpaired_where_no_seed_is_shared():
    found = compare(A, {number + 100: value for number, value in B.items()})
    assert (found.paired, found.n_pairs) == (False, 0)
    assert found.warnings == ["unpaired: 40 of 40 pairs are incomplete"]


def test_it_says_that_a_and_b_are_equal():
    found = compare(A, A)
    assert (found.difference, found.relative, found.effect_size) == (0, 0, 0)
    assert found.p is None
    assert found.wilcoxon_p is None
    assert found.difference_interval is None
    assert found.relative_interval is None
    assert found.warnings == ["all 20 pairs are equal to the digit"]


def test_it_says_that_few_pairs_cannot_tell():
    five = compare(without(A, *range(5, 20)), without(B, *range(5, 20)))
    assert five.p == 2 / 2**5
    assert five.warnings == ["5 pairs: under 6 the test cannot give p < 0.05, whatever the values"]
    six = compare(without(A, *range(6, 20)), without(B, *range(6, 20)))
    assert six.p == 2 / 2**6 < 0.05
    assert six.warnings == []


def test_it_says_that_few_pairs_differ():
    nearly = {**A, 1: A[1] + 1, 2: A[2] + 2}
    assert compare(A, nearly).warnings[0].startswith("2 of 20 pairs that differ: under 6")


def test_it_compares_one_pair():
    found = compare({0: 1.0}, {0: 3.0})
    assert (found.paired, found.difference, found.relative) == (True, 2, 2)
    assert (found.p, found.effect_size) == (1, 1)
    assert found.difference_interval is None
    assert found.warnings[0].startswith("1 pair: under 6")


def test_it_compares_nothing_with_something():
    for a, b in (({}, B), (A, {}), ({}, {}), ({0: math.nan}, {0: 1.0})):
        found = compare(a, b)
        assert not found.paired
        assert (found.n_a, found.n_b) == (len(a) - (0 in a and a[0] != a[0]), len(b))
        assert found.p is None
        assert found.difference is None


def test_it_has_no_share_of_zero():
    found = compare(dict.fromkeys(range(8), 0.0), dict(enumerate(range(1, 9))))
    assert found.relative is None
    assert found.relative_interval is None
    assert found.difference == 4.5


def test_it_says_that_all_differences_are_equal():
    found = compare({0: 1.0, 1: 2.0, 2: 3.0}, {0: 2.0, 1: 3.0, 2: 4.0})
    assert found.difference_interval is None
    assert found.relative_interval is None
    assert "all differences are equal: no interval can be told" in found.warnings


def test_it_says_that_few_runs_unpaired_cannot_tell():
    found = compare({0: 1.0, 1: 2.0, 2: 3.0}, {5: 7.0, 6: 8.0, 7: 9.0})
    assert found.p == pytest.approx(0.1)
    assert found.warnings[1].startswith("3 against 3 runs: so few cannot")
    assert smallest_unpaired_p(4, 4) == pytest.approx(2 / 70)
    assert smallest_unpaired_p(1, 500) == 2 / 501


def test_it_tells_tiny_values_apart():
    small = compare(
        {number: value * 1e-12 for number, value in A.items()},
        {number: value * 1e-12 for number, value in B.items()},
    )
    plain = compare(A, B)
    assert small.p == plain.p
    assert small.relative == pytest.approx(plain.relative)
    assert small.relative_interval.lower == pytest.approx(plain.relative_interval.lower)
    assert small.difference_interval.lower == pytest.approx(plain.difference_interval.lower * 1e-12)


@pytest.mark.parametrize("scale", [2.0**-900, 2.0**900])
def test_it_compares_at_any_scale(scale):
    scaled = compare(
        {number: value * scale for number, value in A.items()},
        {number: value * scale for number, value in B.items()},
    )
    plain = compare(A, B)
    assert scaled.relative_interval == plain.relative_interval
    assert scaled.difference == plain.difference * scale


def test_it_holds_no_infinity_where_a_difference_is_too_large():
    found = compare({0: -1.7e308, 1: -1.6e308}, {0: 1.7e308, 1: 1.5e308})
    assert found.difference is None
    assert found.effect_size == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([0.0, 0.0, 0.0], [0.0, 2.3e77]),
        ([0.0, 1e-90], [1.0, 1.0, 1.0]),
        ([1e-310, 2e-310], [1.0, 2.0]),
        ([1e-310] * 19 + [2e-310], [1.0] * 19 + [1e3]),
        ([5e-324, 0.0], [5e-324, 5e-324]),
        ([0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 5.9e107]),
        ([1.0], [1.8e306]),
        ([0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.1e308]),
    ],
)
def test_it_survives_numbers_far_apart(a, b):
    found = compare(dict(enumerate(a)), dict(enumerate(b)))
    assert found == type(found).model_validate_json(found.model_dump_json())
    for p in (0.01, 0.5):
        sentence = sentence_of(found.model_copy(update={"p_adjusted": p}), Naming("x"))
        assert "inf" not in sentence
        assert "nan" not in sentence


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.integers(0, 12), FINITE, max_size=12),
    st.dictionaries(st.integers(0, 12), FINITE, max_size=12),
)
def test_it_gives_finite_numbers_for_whatever_is_measured(a, b):
    found = compare(a, b)
    assert found == type(found).model_validate_json(found.model_dump_json())
    assert found.p is None or 0 <= found.p <= 1
    assert found.effect_size is None or -1 <= found.effect_size <= 1
