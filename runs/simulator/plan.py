"""Everything about a network that no request changes, prepared for the event loop."""

from dataclasses import dataclass
from itertools import accumulate

from runs.simulator.modulation import choose_modulation, load_modulations, slots_needed
from runs.simulator.routing import Route, find_routes
from runs.simulator.settings import Settings
from runs.simulator.topology import Topology

# How one route may serve one bandwidth: its links; the shifts that find a run of `width` free
# slots; the block of `width` ones; `width`, guard slots included; the route's number. A plain
# tuple, because the event loop unpacks one for each path it tries.
Option = tuple[tuple[int, ...], tuple[int, ...], int, int, int]


@dataclass(frozen=True)
class Plan:
    """`options[pair][bandwidth]` lists the ways to serve a request, best first.

    A link's spectrum is one integer, bit by slot, lowest slot first, 1 where free. Cores follow
    each other, parted by a bit that is never free: so no run of slots spans two cores, and a
    connection that has the same bits on every link has the same core on every link.
    """

    topology: Topology
    options: tuple[tuple[tuple[Option, ...], ...], ...]
    routes: tuple[Route, ...]
    bandwidths: tuple[str, ...]
    thresholds: tuple[float, ...]
    empty_link: int
    slots_per_link: int


def make_plan(settings: Settings, topology: Topology) -> Plan:
    pairs = find_routes(
        topology, settings.routing["k_paths"], by_hops=settings.topology["const_link_weight"]
    )
    routes = tuple(route for found in pairs.values() for route in found)
    numbers = {route: number for number, route in enumerate(routes)}
    cores, slots = settings.topology["cores_per_link"], settings.spectrum["c_band"]
    return Plan(
        topology=topology,
        options=tuple(
            tuple(
                _options(settings, [(route, numbers[route]) for route in found], float(bandwidth))
                for bandwidth in settings.bandwidths
            )
            for found in pairs.values()
        ),
        routes=routes,
        bandwidths=settings.bandwidths,
        # The last bandwidth takes what the others leave: their sum may be short of 1 by rounding.
        thresholds=tuple(accumulate(settings.shares))[:-1],
        empty_link=empty_link(cores, slots),
        slots_per_link=cores * slots,
    )


def empty_link(cores: int, slots: int) -> int:
    return sum(((1 << slots) - 1) << (core * (slots + 1)) for core in range(cores))


def run_shifts(width: int) -> tuple[int, ...]:
    """Shifts s for which `free &= free >> s`, in turn, leaves the starts of runs of `width`."""
    shifts = []
    run = 1
    while run < width:
        shift = min(run, width - run)
        shifts.append(shift)
        run += shift
    return tuple(shifts)


def _options(
    settings: Settings, routes: list[tuple[Route, int]], bandwidth_gbps: float
) -> tuple[Option, ...]:
    """Routes too long for every modulation format are left out."""
    formats = load_modulations(settings.general["mod_assumption"])
    slot_ghz, guard = settings.topology["bw_per_slot"], settings.spectrum["guard_slots"]
    options = []
    for route, number in routes:
        modulation = choose_modulation(formats, route.length_km)
        if modulation is None:
            continue
        width = slots_needed(bandwidth_gbps, modulation, slot_ghz) + guard
        options.append((route.links, run_shifts(width), (1 << width) - 1, width, number))
    return tuple(options)
