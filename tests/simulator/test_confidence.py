from statistics import fmean

import pytest

from runs.simulator.confidence import (
    confidence_interval,
    half_width,
    is_precise,
    student_t_95,
)


@pytest.mark.parametrize(
    ("degrees", "point"),
    [(1, 12.7062), (9, 2.2622), (30, 2.0423), (31, 2.0395), (60, 2.0003), (120, 1.9799)],
)
def test_it_knows_students_t(degrees, point):
    assert student_t_95(degrees) == pytest.approx(point, abs=1e-4)


def test_it_puts_the_interval_around_the_mean():
    values = [0.1, 0.2, 0.3, 0.4]
    # Standard deviation 0.12910, three degrees of freedom: 3.1824 · 0.12910 / 2.
    assert half_width(values) == pytest.approx(0.20543, abs=1e-5)
    lower, upper = confidence_interval(values)
    assert (lower + upper) / 2 == pytest.approx(fmean(values))


def test_it_keeps_a_probability_a_probability():
    assert confidence_interval([0.0, 0.1])[0] == 0
    assert confidence_interval([1.0, 0.9])[1] == 1


def test_it_needs_two_values_for_an_interval():
    assert confidence_interval([0.3]) == (None, None)
    assert not is_precise([0.3], 1.0)


def test_it_is_precise_when_half_the_interval_is_small_against_the_mean():
    values = [0.101, 0.099, 0.1, 0.1]
    share = half_width(values) / fmean(values)
    assert is_precise(values, share * 1.01)
    assert not is_precise(values, share * 0.99)


def test_it_is_never_precise_without_a_target_or_without_blocking():
    assert not is_precise([0.1, 0.1, 0.1], 0)
    assert not is_precise([0.0, 0.0, 0.0], 0.05)
