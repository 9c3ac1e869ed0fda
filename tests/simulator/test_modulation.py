import pytest

from runs.simulator.modulation import choose_modulation, load_modulations, slots_needed


@pytest.mark.parametrize(
    ("length_km", "name"),
    [
        (0, "64-QAM"),
        (300, "64-QAM"),
        (300.1, "32-QAM"),
        (1200, "16-QAM"),
        (2400, "8-QAM"),
        (4800, "QPSK"),
        (9600, "BPSK"),
    ],
)
def test_it_takes_the_densest_format_that_reaches(length_km, name):
    assert choose_modulation(load_modulations("DEFAULT"), length_km).name == name


def test_it_has_no_format_beyond_the_longest_reach():
    assert choose_modulation(load_modulations("DEFAULT"), 9600.1) is None


@pytest.mark.parametrize(
    ("bandwidth_gbps", "length_km", "slots"),
    [(100, 200, 2), (100, 1000, 2), (100, 4000, 4), (100, 9000, 8), (400, 200, 6), (12.5, 9000, 1)],
)
def test_it_rounds_up_to_whole_slots(bandwidth_gbps, length_km, slots):
    modulation = choose_modulation(load_modulations("DEFAULT"), length_km)
    assert slots_needed(bandwidth_gbps, modulation, 12.5) == slots


def test_it_can_hold_one_format_at_any_distance():
    formats = load_modulations("FIXED_QPSK")
    assert {choose_modulation(formats, length).name for length in (1, 4000, 9000)} == {"QPSK"}
