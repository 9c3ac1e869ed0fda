"""Networks as a script sees them."""

from ninja import Schema
from pydantic import Field


class TopologyItem(Schema):
    name: str
    title: str
    description: str
    nodes: int
    links: int


class NodeOut(Schema):
    """`x` and `y` from 0 to 1, from the top left corner; null where nobody has said."""

    name: str
    x: float | None
    y: float | None


class LinkOut(Schema):
    """Bidirectional."""

    source: str
    destination: str
    length_km: float | None


class TopologyOut(Schema):
    name: str
    title: str
    description: str
    nodes: list[NodeOut]
    links: list[LinkOut]


class LoadedLinkOut(LinkOut):
    utilization: float | None = Field(
        description="Share of its slots in use, from 0 to 1; null where the run has not said."
    )


class LoadedTopologyOut(Schema):
    """The network a run used; `loads` are those it has a result for."""

    name: str
    title: str
    nodes: list[NodeOut]
    links: list[LoadedLinkOut]
    erlang: float | None = Field(description="The offered load shown.")
    loads: list[float]
