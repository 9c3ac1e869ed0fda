"""Metrics of the bundled simulator, run for real on a network that is done in a moment."""

import csv
import json
import shutil
import subprocess

import pytest

from runs.analysis.metrics import read_metrics
from tests.simulator.conftest import PROGRAM, SMALL

DECLARED = ["blocking_prob", "bit_rate_blocking", "link_utilization", "mean_hops"]


@pytest.fixture(scope="module")
def simulated_once(tmp_path_factory):
    place = tmp_path_factory.mktemp("simulated")
    sections = {**SMALL, "general_settings": {**SMALL["general_settings"], "num_requests": "100"}}
    lines = []
    for section, keys in sections.items():
        lines += [f"[{section}]", *(f"{key} = {text}" for key, text in keys.items())]
    (place / "config.ini").write_text("\n".join(lines))
    command = [*PROGRAM, "--config_path", "config.ini"]
    subprocess.run(command, cwd=place, check=True, timeout=60, capture_output=True)
    return place


@pytest.fixture
def simulated(simulated_once, tmp_path):
    return shutil.copytree(simulated_once, tmp_path / "run")


def test_it_reads_each_metric_at_each_load_under_its_declared_name(simulated):
    found = read_metrics(simulated, DECLARED)
    assert list(found.metrics) == DECLARED
    assert found.problem == ""
    assert [load for load, _ in found.metrics["blocking_prob"]] == [20.0, 40.0, 60.0]


def test_it_reads_to_the_digit_what_the_simulator_wrote(simulated):
    blocking = read_metrics(simulated, DECLARED).metrics["blocking_prob"]
    with (simulated / "output" / "blocking_probability.csv").open() as file:
        written = [float(row["blocking_probability"]) for row in csv.DictReader(file)]
    assert [value for _, value in blocking] == written
    final = json.loads((simulated / "output" / "load_60.json").read_text())
    assert blocking[-1] == [60.0, final["blocking_probability"]]


def test_it_names_them_alike_where_nothing_is_declared(simulated):
    found = read_metrics(simulated, [])
    assert set(found.metrics) == set(DECLARED)


@pytest.mark.parametrize("lost", ["output", "progress"])
def test_files_and_progress_say_the_same(simulated, lost):
    both = read_metrics(simulated, DECLARED).metrics
    if lost == "output":
        for path in (simulated / "output").iterdir():
            path.unlink()
    else:
        (simulated / "progress.jsonl").unlink()
    assert read_metrics(simulated, DECLARED).metrics == both


def test_the_table_alone_says_the_same(simulated):
    both = read_metrics(simulated, DECLARED).metrics
    (simulated / "progress.jsonl").unlink()
    for path in (simulated / "output").glob("*.json"):
        path.unlink()
    assert read_metrics(simulated, DECLARED).metrics == both
