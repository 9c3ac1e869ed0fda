import csv

import pytest


def erlang_b(load, channels):
    blocking = 1.0
    for channel in range(1, channels + 1):
        blocking = load * blocking / (channel + load * blocking)
    return blocking


@pytest.fixture
def rows(configuration, simulate):
    config = configuration(
        {
            "topology_settings.network": "single_link",
            "spectrum_settings.c_band": "16",
            "spectrum_settings.guard_slots": "0",
            "general_settings.request_distribution": '{"25": 1.0}',
            "general_settings.erlang_start": "10",
            "general_settings.erlang_stop": "18",
            "general_settings.erlang_step": "4",
            "general_settings.num_requests": "20000",
            "general_settings.warmup_requests": "500",
            "general_settings.max_iters": "12",
            "general_settings.ci_relative_half_width": "0",
        }
    )
    run = simulate(config, seed=1)
    with (run.directory / "output" / "blocking_probability.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_it_meets_the_erlang_b_formula_inside_its_confidence_interval(rows):
    assert [row["erlang"] for row in rows] == [10, 14, 18]
    for row in rows:
        theory = erlang_b(row["erlang"], 16)
        assert row["ci_lower"] <= theory <= row["ci_upper"]
        assert row["ci_upper"] - row["ci_lower"] < 0.15 * theory
        carried = row["erlang"] * (1 - theory) / 16
        assert row["link_utilization"] == pytest.approx(carried, rel=0.02)
        assert row["mean_hops"] == 1
