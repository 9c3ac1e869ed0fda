"""Networks: a list, and a map with its links, as full as a run has left them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from runs.errors import InvalidInput, TopologyNotFound
from runs.models import Run
from runs.topologies.catalogue import topologies
from runs.topologies.drawing import draw
from runs.topologies.network import Topology
from runs.topologies.utilization import LoadedLink, LoadedTopology, loaded_topology

from .loading import get_run


@require_safe
def topology_list(request: HttpRequest) -> HttpResponse:
    """Staff also see the files that hold no network, and why."""
    known = topologies()
    context = {
        "topologies": known.all(),
        "faults": known.faults if request.user.is_staff else [],
    }
    return render(request, "topology_list/page.html", context)


@require_safe
def topology_page(request: HttpRequest, name: str) -> HttpResponse:
    """`?run=` shows how full that run has left the links, at the load `erlang`."""
    topology = topologies().get(name)
    run_id = request.GET.get("run", "")
    if not run_id:
        bare = [LoadedLink(link, None) for link in topology.links]
        return page(request, LoadedTopology(topology, bare, [], None))
    run = get_run(request, run_id)
    loaded = loaded_topology(run, load_asked(request.GET.get("erlang", "")))
    require_same(topology, loaded)
    return page(request, loaded, run)


def load_asked(written: str) -> float | None:
    try:
        return float(written) if written else None
    except ValueError as error:
        raise InvalidInput("A load is a number.", "erlang") from error


def require_same(topology: Topology, loaded: LoadedTopology) -> None:
    if loaded.topology.name != topology.name:
        raise TopologyNotFound(f"This run used {loaded.topology.title}, not {topology.title}.")


def page(request: HttpRequest, loaded: LoadedTopology, run: Run | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "topology": loaded.topology,
        "links": loaded.links,
        "loads": loaded.loads,
        "erlang": loaded.erlang,
        "drawing": draw(loaded.topology, loaded.links),
        "run": run,
    }
    return render(request, "topology/page.html", context)
