"""Networks, and how full a run has left the links of its own."""

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from runs.api.authentication import needs
from runs.api.paging import PagingQuery, listed_answer
from runs.api.schemas.base import PageOf
from runs.api.schemas.topology import LoadedTopologyOut, TopologyItem, TopologyOut
from runs.models.token import Scope
from runs.topologies.catalogue import topologies
from runs.topologies.network import Topology
from runs.topologies.utilization import loaded_topology

from .loading import load_run

router = Router(tags=["topologies"], auth=needs(Scope.READ))
run_router = Router(tags=["topologies"], auth=needs(Scope.READ))
Erlang = Annotated[float, Field(ge=0, le=1e12)]


@router.get("", response=PageOf[TopologyItem], summary="List topologies")
def list_topologies(request: HttpRequest, paging: PagingQuery) -> dict[str, Any]:
    return listed_answer(topologies().all(), lambda topology: topology.name, paging, item_of)


def item_of(topology: Topology) -> dict[str, Any]:
    counts = {"nodes": len(topology.nodes), "links": len(topology.links)}
    words = {"name": topology.name, "title": topology.title, "description": topology.description}
    return {**words, **counts}


@router.get("/{name}", response=TopologyOut, summary="Nodes and links of a topology")
def get_topology(request: HttpRequest, name: str) -> dict[str, Any]:
    return asdict(topologies().get(name))


@run_router.get(
    "/{run_id}/topology", response=LoadedTopologyOut, summary="Topology of a run, with utilisation"
)
def get_run_topology(
    request: HttpRequest, run_id: str, erlang: Annotated[Erlang | None, Query()] = None
) -> dict[str, Any]:
    """At the offered load `erlang`, or at the highest the run has a result for."""
    loaded = loaded_topology(load_run(request, run_id), erlang)
    links = [{**asdict(each.link), "utilization": each.utilization} for each in loaded.links]
    return {
        "name": loaded.topology.name,
        "title": loaded.topology.title,
        "nodes": [asdict(node) for node in loaded.topology.nodes],
        "links": links,
        "erlang": loaded.erlang,
        "loads": loaded.loads,
    }
