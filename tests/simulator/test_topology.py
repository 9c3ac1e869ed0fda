import networkx as nx
import pytest

from runs.simulator.topology import load_topology, topology_names


@pytest.mark.parametrize(
    ("name", "nodes", "links"),
    [("nsfnet", 14, 21), ("usbackbone24", 24, 43), ("toy", 6, 8), ("single_link", 2, 1)],
)
def test_it_has_the_size_it_is_known_for(name, nodes, links):
    topology = load_topology(name)
    assert topology.name == name
    assert (len(topology.nodes), len(topology.links)) == (nodes, links)


def test_it_holds_connected_networks_that_can_be_drawn():
    for name in topology_names():
        topology = load_topology(name)
        names = [node.name for node in topology.nodes]
        graph = nx.Graph((link.source, link.destination) for link in topology.links)
        assert nx.is_connected(graph)
        assert sorted(graph) == sorted(set(names)) == sorted(names)
        assert graph.number_of_edges() == len(topology.links)
        assert all(link.length_km > 0 for link in topology.links)
        assert all(0 <= node.x <= 1 and 0 <= node.y <= 1 for node in topology.nodes)
        assert len({(node.x, node.y) for node in topology.nodes}) == len(names)


@pytest.mark.parametrize("name", ["nowhere", "", "../schema", "NSFNET"])
def test_it_knows_networks_by_their_name_alone(name):
    with pytest.raises(KeyError):
        load_topology(name)
