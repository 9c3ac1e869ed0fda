import json

import pytest


@pytest.fixture
def loads(configuration, simulate):
    def run(**general):
        changes = {f"general_settings.{key}": text for key, text in general.items()}
        output = simulate(configuration(changes)).directory / "output"
        return [json.loads((output / f"load_{load}.json").read_text()) for load in (20, 40, 60)]

    return run


def test_it_ends_a_load_once_it_is_precise_but_not_before_the_fewest(loads):
    for load in loads(max_iters="9", min_iters="5", ci_relative_half_width="1"):
        assert len(load["iterations"]) == 5
        assert load["ended_early"]


def test_it_runs_every_iteration_of_a_load_that_stays_imprecise(loads):
    for load in loads(max_iters="4", min_iters="2", ci_relative_half_width="0.000001"):
        assert len(load["iterations"]) == 4
        assert not load["ended_early"]


def test_it_ends_at_the_first_iteration_that_is_precise_enough(loads):
    target = 0.1
    for load in loads(max_iters="30", min_iters="2", ci_relative_half_width=str(target)):
        assert load["ended_early"]
        half = (load["ci_upper"] - load["ci_lower"]) / 2
        assert half <= target * load["blocking_probability"]


def test_it_draws_other_numbers_for_each_iteration_and_load(loads):
    results = loads(ci_relative_half_width="0")
    hops = [row["mean_hops"] for load in results for row in load["iterations"]]
    assert len(set(hops)) == len(hops) == 12


def test_it_blocks_more_at_a_higher_load_and_wide_requests_most(loads):
    results = loads()
    blocking = [load["blocking_probability"] for load in results]
    assert blocking == sorted(blocking)
    for load in results:
        narrow, wide = load["bandwidths"]
        assert narrow["blocking_probability"] < wide["blocking_probability"]
        assert load["bit_rate_blocking"] > load["blocking_probability"]
