"""A network of one's own, from a JSON file."""

import json

import pytest

from runs.simulator.topology import TOPOLOGIES, load_topology, parse_topology, read_topology

KEY = "topology_settings.topology_file"


def test_a_bundled_network_read_from_a_file_computes_the_same(configuration, simulate, tmp_path):
    by_name = simulate(configuration())
    path = TOPOLOGIES / "toy.json"
    changes = {KEY: str(path), "topology_settings.network": "nsfnet"}
    by_file = simulate(configuration(changes), directory="other")
    assert by_file.returncode == 0
    tables = [
        (run.directory / "output" / "blocking_probability.csv").read_text()
        for run in (by_name, by_file)
    ]
    assert tables[0] == tables[1]
    assert "network toy.json, 3 loads" in by_file.log


@pytest.mark.parametrize(
    "text", [None, "{", "[]", "{}", '{"name": "x", "nodes": [1], "links": []}']
)
def test_what_is_no_network_is_said_before_anything_is_created(
    configuration, simulate, tmp_path, text
):
    path = tmp_path / "mine.json"
    if text is not None:
        path.write_text(text)
    run = simulate(configuration({KEY: str(path)}))
    assert run.returncode == 2
    assert KEY in run.log and len(run.log.splitlines()) == 1
    assert not (run.directory / "output").exists()


def test_an_empty_name_is_none_and_leaves_no_trace(configuration, simulate):
    run = simulate(configuration({KEY: ""}))
    assert run.returncode == 0
    record = json.loads((run.directory / "output" / "effective_config.json").read_text())
    assert "topology_file" not in record["topology_settings"]


def test_title_and_description_may_be_missing():
    document = json.loads((TOPOLOGIES / "toy.json").read_text())
    del document["title"], document["description"]
    topology = parse_topology(json.dumps(document))
    assert topology.title == "toy"
    assert topology.links == load_topology("toy").links


def test_a_file_has_its_limit(tmp_path):
    path = tmp_path / "huge.json"
    path.write_bytes(b" " * (2 * 1024 * 1024 + 1))
    with pytest.raises(ValueError, match="larger than"):
        read_topology(path)
