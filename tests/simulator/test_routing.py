from itertools import permutations

import pytest

from runs.simulator.routing import find_routes
from runs.simulator.topology import load_topology


def every_path(topology, source, destination):
    """All loop-free paths by trying all orders of all nodes, as (km, nodes)."""
    lengths = {}
    for link in topology.links:
        lengths[link.source, link.destination] = link.length_km
        lengths[link.destination, link.source] = link.length_km
    between = [n.name for n in topology.nodes if n.name not in (source, destination)]
    for count in range(len(between) + 1):
        for middle in permutations(between, count):
            nodes = (source, *middle, destination)
            steps = list(zip(nodes, nodes[1:], strict=False))
            if all(step in lengths for step in steps):
                yield sum(lengths[step] for step in steps), nodes


@pytest.mark.parametrize("k_paths", [1, 3, 20])
def test_it_finds_the_k_shortest_paths(k_paths):
    topology = load_topology("toy")
    routes = find_routes(topology, k_paths)
    assert len(routes) == 15
    for (source, destination), found in routes.items():
        expected = sorted(every_path(topology, source, destination))[:k_paths]
        assert [(route.length_km, route.nodes) for route in found] == expected


def test_it_ranks_by_hops_when_links_weigh_the_same():
    topology = load_topology("toy")
    found = find_routes(topology, 20, by_hops=True)["A", "F"]
    expected = sorted(
        (len(nodes), length_km, nodes) for length_km, nodes in every_path(topology, "A", "F")
    )
    assert [(len(route.nodes), route.length_km, route.nodes) for route in found] == expected


def test_it_names_the_links_of_a_route_in_order():
    topology = load_topology("nsfnet")
    for found in find_routes(topology, 3).values():
        assert len(found) == 3
        for route in found:
            for number, *step in zip(route.links, route.nodes, route.nodes[1:], strict=False):
                link = topology.links[number]
                assert {link.source, link.destination} == set(step)
