"""The k shortest loop-free paths between all nodes of a network."""

from dataclasses import dataclass
from itertools import combinations, pairwise

import networkx as nx

from runs.simulator.topology import Topology


@dataclass(frozen=True)
class Route:
    """`links` are positions in the topology's list of links, in the order travelled."""

    nodes: tuple[str, ...]
    links: tuple[int, ...]
    length_km: float


def find_routes(
    topology: Topology, k_paths: int, by_hops: bool = False
) -> dict[tuple[str, str], list[Route]]:
    """Up to `k_paths` routes for each pair of nodes, shortest first.

    Only one order of each pair is listed: links are bidirectional, so the other order has the
    same routes. Routes of equal weight are ordered by length and then by the names of their
    nodes, so that no version of networkx changes a result.
    """
    graph: nx.Graph = nx.Graph()
    for number, link in enumerate(topology.links):
        weight = 1 if by_hops else link.length_km
        graph.add_edge(
            link.source, link.destination, weight=weight, number=number, length_km=link.length_km
        )
    names = [node.name for node in topology.nodes]
    return {pair: _shortest(graph, *pair, k_paths) for pair in combinations(names, 2)}


def _shortest(graph: nx.Graph, source: str, destination: str, k_paths: int) -> list[Route]:
    found: list[tuple[float, Route]] = []
    for nodes in nx.shortest_simple_paths(graph, source, destination, weight="weight"):
        weight = nx.path_weight(graph, nodes, "weight")
        if len(found) >= k_paths and weight > found[k_paths - 1][0]:
            break
        found.append((weight, _route(graph, nodes)))
    found.sort(key=lambda item: (item[0], item[1].length_km, item[1].nodes))
    return [route for _, route in found[:k_paths]]


def _route(graph: nx.Graph, nodes: list[str]) -> Route:
    edges = [graph.edges[pair] for pair in pairwise(nodes)]
    return Route(
        nodes=tuple(nodes),
        links=tuple(edge["number"] for edge in edges),
        length_km=sum(edge["length_km"] for edge in edges),
    )
