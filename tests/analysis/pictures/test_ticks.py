import pytest

from runs.analysis.pictures.numbers import exact, listed, short
from runs.analysis.pictures.ticks import ticks_of


def labels(low, high, log=False, about=6, whole=False):
    return [tick.label for tick in ticks_of(low, high, log=log, about=about, whole=whole)]


def test_it_has_ticks_at_round_numbers():
    assert labels(0.0, 1.0) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


def test_it_writes_as_many_decimals_as_tell_ticks_apart():
    assert labels(0.021, 0.0226) == ["0.0210", "0.0215", "0.0220", "0.0225"]


def test_it_writes_thousands_apart():
    assert labels(0, 5000, about=5) == ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]


def test_it_writes_the_very_large_and_small_as_powers():
    assert labels(0, 4e9, about=4) == ["0", "1e9", "2e9", "3e9", "4e9"]
    assert labels(0, 2e-6, about=4) == ["0", "5e-7", "1e-6", "1.5e-6", "2e-6"]


def test_it_passes_zero_without_a_minus_sign():
    assert labels(-1.0, 1.0, about=4) == ["-1.0", "-0.5", "0.0", "0.5", "1.0"]


def test_it_counts_in_whole_numbers():
    assert labels(0, 2, about=8, whole=True) == ["0", "1", "2"]


def test_it_has_powers_of_ten_on_a_log_axis():
    assert labels(1e-5, 1.0, log=True) == ["1e-5", "0.0001", "0.001", "0.01", "0.1", "1"]


def test_it_leaves_out_decades_where_they_are_many():
    assert labels(1e-12, 1.0, log=True) == ["1e-12", "1e-10", "1e-8", "1e-6", "0.0001", "0.01", "1"]


def test_it_has_1_2_5_within_a_decade_or_two():
    assert labels(0.02, 0.6, log=True) == ["0.02", "0.05", "0.1", "0.2", "0.5"]


def test_it_has_even_steps_in_a_small_part_of_a_decade():
    assert labels(0.021, 0.029, log=True, about=4) == ["0.022", "0.024", "0.026", "0.028"]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "low, high",
    [(5e-324, 1e-323), (1.0, 1.0000000000000002), (1e299, 1e300), (1e-300, 1e300), (5e-324, 1e308)],
)
def test_it_has_few_ticks_in_any_range(low, high, log):
    ticks = ticks_of(low, high, log=log, about=6)
    assert 1 <= len(ticks) <= 30
    room = (high - low) / 1000 + high * 1e-12
    assert all(low - room <= tick.value <= high + room for tick in ticks)


@pytest.mark.parametrize(
    "value, text",
    [(0, "0"), (0.0213449, "0.02134"), (1250.0, "1,250"), (2.5e-7, "2.5e-7"), (-3.0, "-3"),
     (1e22, "1e22"), (12345678.0, "1.235e7")],
)  # fmt: skip
def test_it_writes_four_digits(value, text):
    assert short(value) == text


def test_it_writes_a_parameter_as_it_was_given():
    assert [exact(value) for value in (5.0, 0.1, 12345.678)] == ["5", "0.1", "12345.678"]


def test_it_lists_a_few_and_counts_the_rest():
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"
