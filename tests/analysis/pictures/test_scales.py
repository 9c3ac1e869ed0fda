import math

import pytest

from runs.analysis.pictures.scales import FLOOR_PX, Domain, Scale, domain_of


@pytest.mark.parametrize("value", [2.0, 3.7, 11.0, -4.0])
def test_it_maps_a_value_to_a_pixel_and_back(value):
    scale = Scale(Domain(-5.0, 12.0), 40.0, 540.0)
    assert scale.back(scale.at(value)) == pytest.approx(value)


@pytest.mark.parametrize("value", [1e-6, 3e-4, 0.5])
def test_it_maps_back_on_a_log_axis_with_a_floor(value):
    scale = Scale(Domain(1e-6, 1.0, log=True, floor="0"), 300.0, 10.0)
    assert scale.back(scale.at(value)) == pytest.approx(value)


def test_it_puts_the_ends_of_a_domain_at_the_ends_of_the_axis():
    scale = Scale(Domain(2.0, 4.0), 300.0, 10.0)
    assert (scale.at(2.0), scale.at(4.0), scale.at(3.0)) == (300.0, 10.0, 155.0)


def test_it_spaces_decades_evenly_on_a_log_axis():
    scale = Scale(Domain(1e-4, 1.0, log=True), 0.0, 400.0)
    assert [round(scale.at(10.0**n), 6) for n in (-4, -3, -2, -1, 0)] == [0, 100, 200, 300, 400]


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_it_draws_what_has_no_logarithm_on_the_floor(value):
    scale = Scale(Domain(1e-4, 1.0, log=True, floor="≤ 0"), 300.0, 10.0)
    assert scale.at(value) == 300.0
    assert scale.at(1e-4) == 300.0 - FLOOR_PX


def test_it_leaves_room_around_the_values():
    domain = domain_of([1.0, 3.0])
    assert domain.low < 1.0 and domain.high > 3.0 and not domain.log


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e-300, 1e300, 1.7e308])
def test_it_opens_a_domain_around_equal_values(value):
    domain = domain_of([value] * 3)
    assert domain.low < domain.high and math.isfinite(domain.high - domain.low)


def test_it_spans_the_largest_numbers_without_an_infinite_range():
    domain = domain_of([-1.7e308, 1.7e308])
    assert math.isfinite(domain.high - domain.low)
    assert math.isfinite(Scale(domain, 0.0, 100.0).at(1.7e308))


def test_it_spans_what_is_above_zero_on_a_log_axis_and_names_the_floor():
    domain = domain_of([0.0, 1e-3, 0.1], log=True)
    assert domain.log and 0 < domain.low <= 1e-3 and domain.high >= 0.1 and domain.floor == "0"


def test_it_says_that_less_than_zero_stands_on_the_floor():
    assert domain_of([-1.0, 1.0], log=True).floor == "≤ 0"


def test_it_has_no_floor_where_all_is_above_zero():
    assert domain_of([0.5, 1.0], log=True).floor == ""


def test_it_is_linear_where_nothing_is_above_zero():
    assert not domain_of([0.0, -1.0], log=True).log


def test_it_spans_the_smallest_and_the_largest_on_a_log_axis():
    domain = domain_of([5e-324, 1.7e308], log=True)
    scale = Scale(domain, 0.0, 100.0)
    assert 0 < domain.low < domain.high
    assert domain_of([5e-324], log=True).low < domain_of([5e-324], log=True).high
    assert all(math.isfinite(scale.at(value)) for value in (5e-324, 1.0, 1.7e308))


def test_it_shows_what_somebody_wants_to_see():
    domain = domain_of([0.0, 10.0], wanted=(2.0, 3.0))
    assert (domain.low, domain.high) == (2.0, 3.0)


@pytest.mark.parametrize(
    "wanted", [(3.0, 2.0), (2.0, 2.0), (math.nan, 1.0), (0.0, math.inf), (-1.7e308, 1.7e308)]
)
def test_it_shows_all_where_the_wanted_range_is_none(wanted):
    assert domain_of([0.0, 10.0], wanted=wanted) == domain_of([0.0, 10.0])


def test_it_does_not_zoom_a_log_axis_to_zero():
    assert domain_of([0.1, 1.0], log=True, wanted=(0.0, 1.0)) == domain_of([0.1, 1.0], log=True)


def test_it_tells_what_lies_within():
    scale = Scale(Domain(0.1, 1.0, log=True), 0.0, 100.0)
    assert scale.shows(0.5) and not scale.shows(2.0) and not scale.shows(0.0)


def test_it_ends_far_outside_not_at_infinity():
    scale = Scale(Domain(0.0, 1e-9), 0.0, 100.0)
    assert scale.at(1e300) == pytest.approx(5000.0)


def test_it_has_a_domain_without_values():
    assert domain_of([]) == Domain(0.0, 1.0)
