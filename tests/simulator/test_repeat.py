import json

from tests.simulator.conftest import files_of


def test_it_repeats_a_run_to_the_digit(configuration, simulate):
    config = configuration()
    first, again = simulate(config, "first"), simulate(config, "again")
    assert first.returncode == again.returncode == 0
    assert files_of(first.directory / "output") == files_of(again.directory / "output")


def test_it_lets_the_option_go_before_the_configured_seed(configuration, simulate):
    config = configuration({"general_settings.seed": "7"})
    configured = simulate(config, "configured")
    given = simulate(config, "given", seed=8)
    empty = simulate(config, "empty", seed="")
    results = [files_of(run.directory / "output") for run in (configured, given, empty)]
    assert results[0] == results[2]
    assert results[0]["blocking_probability.csv"] != results[1]["blocking_probability.csv"]
    effective = json.loads(results[1]["effective_config.json"])
    assert effective["general_settings"]["seed"] == 8
