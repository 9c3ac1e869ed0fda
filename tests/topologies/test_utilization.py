"""How full a run has left its links."""

import os

import pytest

from runs.errors import InvalidInput, TopologyNotFound
from runs.topologies.utilization import load_of, loaded_topology


def shares(loaded):
    return [each.utilization for each in loaded.links if each.utilization is not None]


def test_it_shows_the_highest_load(simulated, networks):
    loaded = loaded_topology(simulated(at_50=0.2, at_300=0.75))
    assert (loaded.topology.name, loaded.erlang, loaded.loads) == ("nsfnet", 300.0, [50.0, 300.0])
    assert shares(loaded) == [0.75]


def test_it_shows_the_load_asked_for(simulated, networks):
    assert shares(loaded_topology(simulated(at_50=0.2, at_300=0.75), 50.0)) == [0.2]


def test_it_refuses_a_load_without_result(simulated, networks):
    with pytest.raises(InvalidInput, match="There are: 50"):
        loaded_topology(simulated(at_50=0.2), 60.0)


def test_it_shows_the_bare_network_before_the_first_result(simulated, networks):
    loaded = loaded_topology(simulated())
    assert (loaded.erlang, loaded.loads, shares(loaded)) == (None, [], [])
    assert len(loaded.links) == 21


def test_it_reads_what_the_bundled_simulator_writes(make_run, program, supervisor, networks):
    settings = {"erlang_start": 10, "erlang_stop": 10, "num_requests": 2000, "max_iters": 1}
    overrides = {"general_settings": settings, "topology_settings": {"network": "toy"}}
    run = make_run(program=program, config_text=None, template="quick_seconds", overrides=overrides)
    supervisor.until_status(run, "completed", "failed")
    loaded = loaded_topology(run)
    assert (loaded.topology.name, loaded.erlang) == ("toy", 10.0)
    assert len(shares(loaded)) == 8
    assert all(0 < share < 1 for share in shares(loaded))


@pytest.mark.parametrize("share", [-0.1, 1.1, "full", None, True, [0.5]])
def test_it_knows_no_share_that_cannot_be(simulated, networks, share):
    assert shares(loaded_topology(simulated(at_50=share))) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"links": 1}', '{"links": [1, {}]}', "\0"])
def test_it_makes_do_with_junk(simulated, networks, content):
    run = simulated()
    (run.directory / "output" / "load_50.json").write_text(content)
    loaded = loaded_topology(run)
    assert (loaded.erlang, shares(loaded)) == (50.0, [])


def test_it_follows_no_link_out_of_the_run(simulated, networks, tmp_path):
    run = simulated(at_50=0.5)
    secret = tmp_path / "secret.json"
    (run.directory / "output" / "load_50.json").rename(secret)
    (run.directory / "output" / "load_50.json").symlink_to(secret)
    assert shares(loaded_topology(run)) == []


def test_it_waits_for_no_pipe(simulated, networks):
    run = simulated()
    os.mkfifo(run.directory / "output" / "load_50.json")
    assert shares(loaded_topology(run)) == []


@pytest.mark.parametrize(
    "name", ["load_.json", "load_1e999.json", "load_e.json", "load_1.json~", "x"]
)
def test_it_takes_no_other_file_for_a_result(name):
    assert load_of(name) is None


@pytest.mark.parametrize("text", ["[a]\nb = 1\n", "[a]\nnetwork = moon\n", ""])
def test_it_says_that_a_run_has_no_network(make_run, networks, text):
    with pytest.raises(TopologyNotFound):
        loaded_topology(make_run(config_text=text))


def test_it_says_that_a_configuration_is_gone(run_row, networks):
    with pytest.raises(TopologyNotFound, match="cannot be read"):
        loaded_topology(run_row())
