"""Networks as data: nodes with a place on the map, links with a length."""

import json
from dataclasses import dataclass
from pathlib import Path

TOPOLOGIES = Path(__file__).parent / "topologies"
# What the k shortest paths of all pairs are found for within seconds.
MOST_NODES = 200
MOST_LINKS = 1000
LARGEST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class Node:
    """`x` and `y` run from 0 to 1, from the top left corner of the drawing."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Link:
    """Bidirectional: a connection takes its slots in both directions."""

    source: str
    destination: str
    length_km: float

    @property
    def name(self) -> str:
        return f"{self.source} - {self.destination}"


@dataclass(frozen=True)
class Topology:
    name: str
    title: str
    description: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def topology_names() -> list[str]:
    return sorted(path.stem for path in TOPOLOGIES.glob("*.json"))


def load_topology(name: str) -> Topology:
    """`name` is one of `topology_names()`; KeyError for any other."""
    if name not in topology_names():
        raise KeyError(name)
    return parse_topology((TOPOLOGIES / f"{name}.json").read_text(encoding="utf-8"))


def read_topology(path: Path) -> Topology:
    """Raises OSError, and ValueError for what is no network."""
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"it is larger than {LARGEST_BYTES:,} bytes")
    return parse_topology(content.decode("utf-8-sig"))


def parse_topology(text: str) -> Topology:
    """Raises ValueError, in a sentence, for what is no network."""
    try:
        document = json.loads(text)
        topology = Topology(
            name=str(document["name"]),
            title=str(document.get("title", document["name"])),
            description=str(document.get("description", "")),
            nodes=tuple(Node(**node) for node in document["nodes"]),
            links=tuple(Link(**link) for link in document["links"]),
        )
    except KeyError as error:
        raise ValueError(f"it has no {error}") from error
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no network of nodes and links: {error}") from error
    check_topology(topology)
    return topology


def check_topology(topology: Topology) -> None:
    """Raises ValueError for links that lead nowhere, and for a network in pieces."""
    names = [node.name for node in topology.nodes]
    if not 2 <= len(names) <= MOST_NODES or len(topology.links) > MOST_LINKS:
        raise ValueError(f"it has from 2 to {MOST_NODES} nodes and at most {MOST_LINKS:,} links")
    if len(set(names)) < len(names) or not all(isinstance(name, str) and name for name in names):
        raise ValueError("each node has a name of its own")
    for link in topology.links:
        if not {link.source, link.destination} <= set(names) or link.source == link.destination:
            raise ValueError(f"the link {link.name} does not join two of its nodes")
        if isinstance(link.length_km, bool) or not isinstance(link.length_km, int | float):
            raise ValueError(f"the link {link.name} has no length")
        if not 0 < link.length_km < 1e6:
            raise ValueError(f"the link {link.name} is not longer than 0 km")
    if reached(topology) < set(names):
        raise ValueError("not all of its nodes are joined")


def reached(topology: Topology) -> set[str]:
    """The names of the nodes that links join to the first."""
    found, waiting = set(), [topology.nodes[0].name]
    neighbours: dict[str, set[str]] = {node.name: set() for node in topology.nodes}
    for link in topology.links:
        neighbours[link.source].add(link.destination)
        neighbours[link.destination].add(link.source)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(neighbours[name])
    return found
