import csv
import json

import pytest


@pytest.fixture
def output(configuration, simulate):
    return simulate(configuration()).directory / "output"


def test_it_writes_one_file_a_load_and_a_table(output):
    assert sorted(path.name for path in output.iterdir()) == [
        "blocking_probability.csv",
        "effective_config.json",
        "load_20.json",
        "load_40.json",
        "load_60.json",
    ]
    with (output / "blocking_probability.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        load = json.loads((output / f"load_{float(row['erlang']):g}.json").read_text())
        assert float(row["blocking_probability"]) == load["blocking_probability"]
        assert float(row["ci_upper"]) == load["ci_upper"]
        assert int(row["iterations"]) == len(load["iterations"])


def test_it_accounts_for_every_request(output):
    load = json.loads((output / "load_60.json").read_text())
    requests = sum(row["requests"] for row in load["iterations"])
    blocked = sum(row["blocked"] for row in load["iterations"])
    assert requests == 400 * len(load["iterations"])
    assert sum(row["requests"] for row in load["bandwidths"]) == requests
    assert sum(row["blocked"] for row in load["bandwidths"]) == blocked
    assert load["blocking_probability"] == pytest.approx(blocked / requests)
    used = [link["utilization"] for link in load["links"]]
    assert load["link_utilization"] == pytest.approx(sum(used) / len(used))
    assert all(0 < share < 1 for share in used)


def test_it_echoes_what_it_read_with_the_defaults(output):
    effective = json.loads((output / "effective_config.json").read_text())
    assert effective["general_settings"]["erlang_stop"] == 60
    assert effective["general_settings"]["holding_time"] == 3600
    assert effective["routing_settings"] == {"route_method": "k_shortest_path", "k_paths": 2}
    assert json.loads((output / "load_20.json").read_text())["config"] == effective


def test_it_gives_no_interval_after_one_iteration(configuration, simulate):
    run = simulate(configuration({"general_settings.max_iters": "1"}))
    assert json.loads((run.directory / "output" / "load_20.json").read_text())["ci_lower"] is None
    events = [json.loads(line) for line in (run.directory / "progress.jsonl").open()]
    complete = next(event for event in events if event["type"] == "erlang_complete")
    assert "ci_lower" not in complete["metrics"]
