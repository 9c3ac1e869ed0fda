"""One iteration: Poisson arrivals, exponential holding times, first fit."""

from bisect import bisect_right
from heapq import heappop, heappush
from math import inf, log
from random import Random

from runs.simulator.plan import Plan
from runs.simulator.results import IterationResult

# (time of departure, links, slots as bits, width)
Connection = tuple[float, tuple[int, ...], int, int]


class Iteration:
    """Begins with an empty network at time 0. Times are in units of `holding_time`.

    `serve` simulates arrivals, `start_measuring` forgets what was counted but keeps the
    connections, `result` sums up what was counted since.
    """

    def __init__(self, plan: Plan, erlang: float, holding_time: float, random: Random) -> None:
        self.plan = plan
        self.random = random
        self.holding_time = holding_time
        self.mean_gap = holding_time / erlang
        self.now = 0.0
        self.free = [plan.empty_link] * len(plan.topology.links)
        # The sentinel, which never departs, spares the loop a test for an empty heap.
        self.departures: list[Connection] = [(inf, (), 0, 0)]
        self.start_measuring()

    def start_measuring(self) -> None:
        self.measured_from = self.now
        self.offered = [0] * len(self.plan.bandwidths)
        self.blocked = [0] * len(self.plan.bandwidths)
        self.accepted = [0] * len(self.plan.routes)
        # Slots times seconds of the connections counted here, to their departure, even if later.
        self.slot_seconds = [0.0] * len(self.plan.routes)
        self.carried_over = self._remaining_slot_seconds()

    def active(self) -> list[Connection]:
        return [connection for connection in self.departures if connection[0] < inf]

    def serve(self, requests: int) -> None:
        """The hot loop: every name in it is local, every spectrum one integer."""
        free, departures, random = self.free, self.departures, self.random.random
        options, thresholds = self.plan.options, self.plan.thresholds
        offered, blocked, accepted = self.offered, self.blocked, self.accepted
        slot_seconds = self.slot_seconds
        mean_gap, mean_hold, now, pairs = self.mean_gap, self.holding_time, self.now, len(options)
        for _ in range(requests):
            now -= mean_gap * log(1.0 - random())
            while departures[0][0] <= now:
                _, links, slots, _ = heappop(departures)
                for link in links:
                    free[link] |= slots
            hold = -mean_hold * log(1.0 - random())
            pair = options[int(pairs * random())]
            bandwidth = bisect_right(thresholds, random())
            offered[bandwidth] += 1
            for option in pair[bandwidth]:
                runs = -1
                for link in option[0]:
                    runs &= free[link]
                for shift in option[1]:
                    runs &= runs >> shift
                if runs:
                    break
            else:
                blocked[bandwidth] += 1
                continue
            links, _, block, width, route = option
            slots = block * (runs & -runs)
            for link in links:
                free[link] ^= slots
            heappush(departures, (now + hold, links, slots, width))
            accepted[route] += 1
            slot_seconds[route] += width * hold
        self.now = now

    def result(self) -> IterationResult:
        plan = self.plan
        bit_rates = [float(bandwidth) for bandwidth in plan.bandwidths]
        offered_gbps = _weighted(self.offered, bit_rates)
        hops = _weighted(self.accepted, [len(route.links) for route in plan.routes])
        requests, blocked = sum(self.offered), sum(self.blocked)
        utilization = self._utilization()
        return IterationResult(
            requests=requests,
            blocked=blocked,
            blocking_prob=blocked / requests,
            bit_rate_blocking=_weighted(self.blocked, bit_rates) / offered_gbps,
            mean_hops=hops / max(1, requests - blocked),
            link_utilization=sum(utilization) / len(utilization),
            offered_by_bandwidth=list(self.offered),
            blocked_by_bandwidth=list(self.blocked),
            utilization_by_link=utilization,
        )

    def _utilization(self) -> list[float]:
        """Share of each link's slots in use, guard slots included, averaged over time."""
        slot_seconds = [
            before - after
            for before, after in zip(self.carried_over, self._remaining_slot_seconds(), strict=True)
        ]
        for route, amount in zip(self.plan.routes, self.slot_seconds, strict=True):
            for link in route.links:
                slot_seconds[link] += amount
        capacity = (self.now - self.measured_from) * self.plan.slots_per_link
        return [amount / capacity for amount in slot_seconds]

    def _remaining_slot_seconds(self) -> list[float]:
        """For each link, what its present connections will still use after now."""
        remaining = [0.0] * len(self.free)
        for departure, links, _, width in self.active():
            for link in links:
                remaining[link] += width * (departure - self.now)
        return remaining


def _weighted(counts: list[int], weights: list[float] | list[int]) -> float:
    return float(sum(count * weight for count, weight in zip(counts, weights, strict=True)))
