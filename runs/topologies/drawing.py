"""A network as a map: where each node stands, and where its name fits beside it."""

import math
from dataclasses import dataclass

from .network import Node, Topology
from .utilization import LoadedLink

WIDTH, HEIGHT = 1000.0, 560.0
MARGIN_X, MARGIN_Y = 60.0, 40.0
# More would be a grey smear, and a page of megabytes; the table has them all.
DRAWN_MAX = 300
# How full a link is, in steps that colour and width tell apart.
STEPS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Spot:
    """A node; `label_y` is the base line of its name."""

    name: str
    x: float
    y: float
    label_y: float


@dataclass(frozen=True)
class Line:
    """A link from (x1, y1) to (x2, y2), its figure in the middle.

    `step` from 0, nearly empty, to 4, nearly full; None where nobody knows.
    """

    source: str
    destination: str
    x1: float
    y1: float
    x2: float
    y2: float
    x: float
    y: float
    step: int | None
    percent: int | None


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    spots: list[Spot]
    lines: list[Line]


def draw(topology: Topology, links: list[LoadedLink]) -> Drawing | None:
    """None for a network that is too large to be drawn."""
    if len(topology.nodes) > DRAWN_MAX or len(links) > 2 * DRAWN_MAX:
        return None
    places = {
        node.name: place for node, place in zip(topology.nodes, layout(topology), strict=True)
    }
    above = {name: stands_above(name, places, links) for name in places}
    spots = [Spot(name, x, y, y - 12 if above[name] else y + 24) for name, (x, y) in places.items()]
    return Drawing(WIDTH, HEIGHT, spots, [line_of(each, places) for each in links])


def layout(topology: Topology) -> list[tuple[float, float]]:
    """As the file places them, or all on a circle where it leaves one out."""
    nodes = topology.nodes
    if any(node.x is None or node.y is None for node in nodes):
        turns = [2 * math.pi * number / len(nodes) for number in range(len(nodes))]
        return [on_map(0.5 + math.sin(turn) / 2, 0.5 - math.cos(turn) / 2) for turn in turns]
    places = [place_of(node) for node in nodes]
    across, down = (spread([place[axis] for place in places]) for axis in (0, 1))
    return [on_map(x, y) for x, y in zip(across, down, strict=True)]


def spread(values: list[float]) -> list[float]:
    """The same from 0 to 1, so that the map fills its frame; all in the middle where equal."""
    least, span = min(values), max(values) - min(values)
    return [(value - least) / span if span else 0.5 for value in values]


def place_of(node: Node) -> tuple[float, float]:
    return node.x or 0.0, node.y or 0.0


def on_map(x: float, y: float) -> tuple[float, float]:
    across, down = WIDTH - 2 * MARGIN_X, HEIGHT - 2 * MARGIN_Y
    return round(MARGIN_X + x * across, 1), round(MARGIN_Y + y * down, 1)


def stands_above(
    name: str, places: dict[str, tuple[float, float]], links: list[LoadedLink]
) -> bool:
    """Whether the name goes above its node: on the side where fewer links leave."""
    _, y = places[name]
    slopes = 0.0
    for each in links:
        if name in each.link.ends:
            (other,) = each.link.ends - {name}
            dx, dy = places[other][0] - places[name][0], places[other][1] - y
            slopes += dy / (math.hypot(dx, dy) or 1.0)
    return slopes > 0


def line_of(each: LoadedLink, places: dict[str, tuple[float, float]]) -> Line:
    (x1, y1), (x2, y2) = places[each.link.source], places[each.link.destination]
    share = each.utilization
    return Line(
        each.link.source,
        each.link.destination,
        x1,
        y1,
        x2,
        y2,
        x=round((x1 + x2) / 2, 1),
        y=round((y1 + y2) / 2, 1),
        step=None if share is None else step_of(share),
        percent=None if share is None else round(100 * share),
    )


def step_of(share: float) -> int:
    return sum(share >= step for step in STEPS)
