"""The event loop against a slow simulation that follows the definitions to the letter."""

from math import log
from random import Random

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from runs.simulator.engine import Iteration
from runs.simulator.plan import make_plan, run_shifts
from runs.simulator.reader import read_values
from runs.simulator.settings import settings_from
from runs.simulator.topology import load_topology


def small_plan(cores, slots, guard, k_paths=2):
    values = read_values(
        {
            "general_settings": {
                "erlang_start": "1",
                "erlang_stop": "1",
                "erlang_step": "1",
                "num_requests": "1",
                "request_distribution": '{"50": 0.3, "100": 0.4, "400": 0.3}',
            },
            "topology_settings": {"network": "toy", "cores_per_link": str(cores)},
            "routing_settings": {"k_paths": str(k_paths)},
            "spectrum_settings": {"c_band": str(slots), "guard_slots": str(guard)},
        }
    )
    return make_plan(settings_from(values), load_topology("toy"))


def ones(bits):
    return [position for position in range(bits.bit_length()) if bits >> position & 1]


class SlowSimulation:
    """Slots as sets of (core, slot) in use on each link, departures found by looking at all."""

    def __init__(self, plan, cores, slots, erlang, seed):
        self.plan, self.cores, self.slots, self.erlang = plan, cores, slots, erlang
        self.random = Random(seed)
        self.now = 0.0
        self.active = []

    def first_fit(self, links, width):
        for core in range(self.cores):
            for first in range(self.slots - width + 1):
                wanted = {(core, slot) for slot in range(first, first + width)}
                if not any(wanted & used for used in map(self.used, links)):
                    return wanted
        return None

    def used(self, link):
        return {slot for _, links, slots in self.active if link in links for slot in slots}

    def request(self):
        draw = self.random.random
        self.now -= 1.0 / self.erlang * log(1.0 - draw())
        hold = -log(1.0 - draw())
        self.active = [item for item in self.active if item[0] > self.now]
        pair = self.plan.options[int(len(self.plan.options) * draw())]
        share = draw()
        for links, _, _, width, _ in pair[0 if share < 0.3 else 1 if share < 0.7 else 2]:
            slots = self.first_fit(links, width)
            if slots:
                self.active.append((self.now + hold, links, slots))
                return True
        return False


@hypothesis_settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    cores=st.integers(1, 3),
    slots=st.integers(1, 24),
    guard=st.integers(0, 2),
    erlang=st.floats(0.5, 60),
)
def test_it_decides_as_the_definitions_say(seed, cores, slots, guard, erlang):
    plan = small_plan(cores, slots, guard)
    fast = Iteration(plan, erlang, 1.0, Random(seed))
    slow = SlowSimulation(plan, cores, slots, erlang, seed)
    blocked = 0
    for _ in range(50):
        fast.serve(1)
        blocked += not slow.request()
        assert sum(fast.blocked) == blocked
    kept = {
        (departure, links, tuple(divmod(bit, slots + 1) for bit in ones(bits)))
        for departure, links, bits, _ in fast.active()
    }
    assert kept == {
        (departure, links, tuple(sorted(used))) for departure, links, used in slow.active
    }


@hypothesis_settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), cores=st.integers(1, 3), slots=st.integers(1, 80))
def test_it_keeps_connections_contiguous_and_apart(seed, cores, slots):
    plan = small_plan(cores, slots, guard=1, k_paths=3)
    iteration = Iteration(plan, 50.0, 1.0, Random(seed))
    iteration.serve(400)
    used = [0] * len(plan.topology.links)
    for _, links, bits, width in iteration.active():
        positions = ones(bits)
        assert positions == list(range(positions[0], positions[0] + width))
        assert len({position // (slots + 1) for position in positions}) == 1
        assert bits & ~plan.empty_link == 0
        for link in links:
            assert used[link] & bits == 0
            used[link] |= bits
    assert iteration.free == [plan.empty_link & ~taken for taken in used]


def test_it_does_not_depend_on_the_size_of_its_steps():
    plan = small_plan(1, 30, 1)
    whole, steps = (Iteration(plan, 40.0, 3600.0, Random(5)) for _ in range(2))
    whole.serve(500)
    for _ in range(100):
        steps.serve(5)
    assert whole.result() == steps.result()


def test_it_measures_only_what_comes_after_the_warm_up():
    plan = small_plan(1, 30, 1)
    iteration = Iteration(plan, 40.0, 3600.0, Random(5))
    iteration.serve(300)
    iteration.start_measuring()
    carried = iteration.active()
    iteration.serve(200)
    result = iteration.result()
    assert carried
    assert result.requests == sum(result.offered_by_bandwidth) == 200
    assert all(0 < share <= 1 for share in result.utilization_by_link)


def test_it_averages_the_slots_in_use_over_time():
    plan = small_plan(1, 30, 1)
    iteration = Iteration(plan, 40.0, 3600.0, Random(9))
    iteration.serve(100)
    iteration.start_measuring()
    used, began = [0.0] * len(iteration.free), iteration.now
    for _ in range(200):
        before = iteration.active()
        earlier = iteration.now
        iteration.serve(1)
        for departure, links, bits, _ in before:
            for link in links:
                used[link] += bits.bit_count() * (min(departure, iteration.now) - earlier)
    expected = [amount / (iteration.now - began) / 30 for amount in used]
    measured = iteration.result().utilization_by_link
    assert max(abs(a - b) for a, b in zip(expected, measured, strict=True)) < 1e-9


def test_it_blocks_what_no_modulation_reaches_and_what_is_wider_than_the_band():
    plan = small_plan(1, 1, guard=1)
    iteration = Iteration(plan, 1.0, 1.0, Random(1))
    iteration.serve(50)
    assert iteration.result().blocking_prob == 1
    assert iteration.result().mean_hops == 0


@given(free=st.integers(0, 2**64 - 1), width=st.integers(1, 20))
def test_it_finds_every_run_of_free_slots(free, width):
    runs = free
    for shift in run_shifts(width):
        runs &= runs >> shift
    block = (1 << width) - 1
    assert ones(runs) == [start for start in range(64) if free >> start & block == block]
