"""Networks as data: nodes with a place on the map, links with a length."""

import json
from dataclasses import dataclass
from pathlib import Path

TOPOLOGIES = Path(__file__).parent / "topologies"


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
    document = json.loads((TOPOLOGIES / f"{name}.json").read_text(encoding="utf-8"))
    return Topology(
        name=document["name"],
        title=document["title"],
        description=document["description"],
        nodes=tuple(Node(**node) for node in document["nodes"]),
        links=tuple(Link(**link) for link in document["links"]),
    )
