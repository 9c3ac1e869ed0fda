import pytest

from runs.simulator.plan import make_plan
from runs.simulator.settings import load_settings
from runs.simulator.topology import Link, Node, Topology


@pytest.fixture
def plan_for(configuration):
    """The plan of a single link of some length, for 100 and 400 Gb/s."""

    def make(length_km, changes=None):
        nodes = (Node("A", 0, 0), Node("B", 1, 1))
        topology = Topology("one", "One", "", nodes, (Link("A", "B", length_km),))
        return make_plan(load_settings(configuration(changes)), topology)

    return make


def widths(plan):
    return [[width for _, _, _, width, _ in options] for options in plan.options[0]]


@pytest.mark.parametrize("guard", [0, 1, 3])
def test_it_adds_the_guard_slots_to_the_slots_a_format_needs(plan_for, guard):
    plan = plan_for(1000, {"spectrum_settings.guard_slots": str(guard)})
    assert widths(plan) == [[2 + guard], [8 + guard]]
    assert [options[0][2].bit_count() for options in plan.options[0]] == [2 + guard, 8 + guard]


def test_it_needs_more_slots_on_a_longer_path_and_fewer_wider_ones(plan_for):
    assert widths(plan_for(9000)) == [[9], [33]]
    assert widths(plan_for(9000, {"topology_settings.bw_per_slot": "50"})) == [[3], [9]]
    assert widths(plan_for(1000, {"general_settings.mod_assumption": "FIXED_QPSK"})) == [[5], [17]]


def test_it_leaves_out_routes_no_format_reaches(plan_for):
    assert widths(plan_for(10_000)) == [[], []]


def test_it_parts_the_cores_of_a_link(plan_for):
    changes = {"topology_settings.cores_per_link": "3", "spectrum_settings.c_band": "4"}
    plan = plan_for(100, changes)
    assert bin(plan.empty_link) == "0b11110111101111"
    assert plan.slots_per_link == 12
