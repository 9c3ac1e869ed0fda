"""How full a run has left the links of its network: what simulators write for each load.

`output/load_<erlang>.json` holds {"links": [{"source", "destination", "utilization"}]}, as the
bundled simulator writes it (docs/simulator.md); another that does the same is read alike.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from runs.configuration.document import parse
from runs.contract.layout import OUTPUT
from runs.contract.small_file import LARGEST_BYTES
from runs.contract.tolerant_json import load_json
from runs.errors import FusionwebError, InvalidInput, NotFound, TopologyNotFound
from runs.executed import confined
from runs.files.regular import open_regular, pread_full
from runs.lifecycle.services import frozen_configuration
from runs.models import Run

from .catalogue import topologies
from .network import Link, Topology, number

LOAD_FILE = re.compile(r"load_([0-9.e+-]{1,30})\.json")
LOADS_MAX = 10_000
KEY = "network"


@dataclass(frozen=True)
class LoadedLink:
    """`utilization` from 0 to 1, averaged over time; None where the run has not said."""

    link: Link
    utilization: float | None


@dataclass(frozen=True)
class LoadedTopology:
    """A network as a run used it; `erlang` is the load shown, of the `loads` there are."""

    topology: Topology
    links: list[LoadedLink]
    loads: list[float]
    erlang: float | None


def loaded_topology(run: Run, erlang: float | None = None) -> LoadedTopology:
    """At that load, or at the highest there is a result for.

    Raises TopologyNotFound where the run names no network we know, InvalidInput for a load it
    has no result for.
    """
    topology = topology_of(run)
    files = load_files(run)
    if erlang is not None and erlang not in files:
        known = ", ".join(f"{load:g}" for load in sorted(files)) or "none yet"
        raise InvalidInput(f"There is no result for that load. There are: {known}.", "erlang")
    shown = max(files, default=None) if erlang is None else erlang
    shares = {} if shown is None else utilizations(run, files[shown])
    links = [LoadedLink(link, shares.get(link.ends)) for link in topology.links]
    return LoadedTopology(topology, links, sorted(files), shown)


def topology_of(run: Run) -> Topology:
    """The network that its configuration names under `network`, in whatever section."""
    try:
        values = parse(frozen_configuration(run), run.program.config_format).values
    except (FusionwebError, OSError, ValueError) as error:
        raise TopologyNotFound("The configuration of this run cannot be read.") from error
    sections = [values, *(section for section in values.values() if isinstance(section, dict))]
    for name in (section.get(KEY) for section in sections):
        if isinstance(name, str):
            return topologies().get(name)
    raise TopologyNotFound("The configuration of this run names no network.")


def known_topology_of(run: Run) -> Topology | None:
    try:
        return topology_of(run)
    except TopologyNotFound:
        return None


def load_files(run: Run) -> dict[float, str]:
    """Names of the results by load."""
    folder = run.directory / OUTPUT
    try:
        names = [path.name for path, _ in zip(folder.iterdir(), range(LOADS_MAX), strict=False)]
    except OSError:
        return {}
    found = {load_of(name): name for name in names}
    return {load: name for load, name in found.items() if load is not None}


def load_of(name: str) -> float | None:
    match = LOAD_FILE.fullmatch(name)
    try:
        load = float(match[1]) if match else math.nan
    except ValueError:
        return None
    return load if math.isfinite(load) else None


def utilizations(run: Run, name: str) -> dict[frozenset[str], float]:
    """By the ends of a link; of parallel links the fullest. Empty for what is no result."""
    document = read_result(run, name)
    rows = document.get("links") if isinstance(document, dict) else None
    found: dict[frozenset[str], float] = {}
    for row in rows if isinstance(rows, list) else []:
        if (share := share_of(row)) is not None:
            ends = frozenset((str(row.get("source")), str(row.get("destination"))))
            found[ends] = max(share, found.get(ends, 0.0))
    return found


def share_of(row: Any) -> float | None:
    share = number(row.get("utilization")) if isinstance(row, dict) else None
    return share if share is not None and 0 <= share <= 1 else None


def read_result(run: Run, name: str) -> object:
    try:
        with open_regular(confined(run, f"{OUTPUT}/{name}")) as descriptor:
            return load_json(pread_full(descriptor, LARGEST_BYTES, 0))
    except (OSError, NotFound, ValueError):
        return None
