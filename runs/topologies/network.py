"""A network as a file says: nodes, with a place on the map or without, and links."""

import math
from dataclasses import dataclass
from typing import Any

NODES_MAX = 2_000
LINKS_MAX = 10_000
NAME_MAX = 100
WORDS_MAX = 1_000


class Unfit(ValueError):
    """Why a file holds no network, to follow its name."""


@dataclass(frozen=True)
class Node:
    """`x` and `y` from 0 to 1, from the top left corner; both None where nobody has said."""

    name: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Link:
    source: str
    destination: str
    length_km: float | None

    @property
    def ends(self) -> frozenset[str]:
        """The same from either side: links are bidirectional."""
        return frozenset((self.source, self.destination))


@dataclass(frozen=True)
class Topology:
    """`name` is that of its file, without suffix."""

    name: str
    title: str
    description: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    @property
    def length_km(self) -> float:
        return sum(link.length_km or 0 for link in self.links)


def read_topology(name: str, document: Any) -> Topology:
    """Raises Unfit for what is no network."""
    if not isinstance(document, dict):
        raise Unfit("holds no object")
    nodes = tuple(read_node(item) for item in items(document, "nodes", NODES_MAX))
    names = {node.name for node in nodes}
    if len(names) != len(nodes):
        raise Unfit("has two nodes of one name")
    links = tuple(read_link(item, names) for item in items(document, "links", LINKS_MAX))
    return Topology(
        name=name,
        title=words(document, "title") or name,
        description=words(document, "description"),
        nodes=nodes,
        links=links,
    )


def items(document: dict[str, Any], key: str, most: int) -> list[Any]:
    found = document.get(key)
    if not isinstance(found, list) or not found:
        raise Unfit(f"has no list of {key}")
    if len(found) > most:
        raise Unfit(f"has more than {most:,} {key}")
    return found


def words(document: dict[str, Any], key: str) -> str:
    found = document.get(key)
    return found[:WORDS_MAX] if isinstance(found, str) else ""


def read_node(item: Any) -> Node:
    name = item.get("name") if isinstance(item, dict) else item
    if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX:
        raise Unfit(f"has a node without a name of at most {NAME_MAX} characters")
    x, y = (share(item, axis) for axis in ("x", "y")) if isinstance(item, dict) else (None, None)
    return Node(name) if x is None or y is None else Node(name, x, y)


def share(item: dict[str, Any], axis: str) -> float | None:
    value = number(item.get(axis))
    if value is not None and not 0 <= value <= 1:
        raise Unfit(f"has a node whose {axis} is not between 0 and 1")
    return value


def number(value: Any) -> float | None:
    """None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def read_link(item: Any, names: set[str]) -> Link:
    if not isinstance(item, dict):
        raise Unfit("has a link that is no object")
    ends = item.get("source"), item.get("destination")
    source, destination = (end if isinstance(end, str) else "" for end in ends)
    if source == destination or not {source, destination} <= names:
        raise Unfit("has a link that does not join two of its nodes")
    length = number(item.get("length_km"))
    if length is not None and length < 0:
        raise Unfit("has a link of negative length")
    return Link(source, destination, length)
