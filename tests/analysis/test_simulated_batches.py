"""Batches of the bundled simulator and of a program that fails, run for real to their result."""

import pytest

from runs.analysis.services import create_batch
from runs.models import BatchMetric, Iteration

from .asking import comparison, sweep, wanted

CHANNELS = 16
LOADS = [10, 14, 18]
# One link of sixteen channels, each request takes one of them: the system of Erlang B. The step
# is so large that a run has a single load.
SINGLE_LINK = """
[general_settings]
erlang_start = 14
erlang_stop = 18
erlang_step = 100
num_requests = 3000
warmup_requests = 300
max_iters = 1
ci_relative_half_width = 0
holding_time = 3600
request_distribution = {"25": 1.0}
mod_assumption = DEFAULT

[topology_settings]
network = single_link
bw_per_slot = 12.5
cores_per_link = 1

[routing_settings]
route_method = k_shortest_path
k_paths = 1

[spectrum_settings]
c_band = 16
guard_slots = 0
allocation_method = first_fit
"""
UNLUCKY = """
import json, pathlib, sys
seed = int(sys.argv[2])
if seed in (103, 107, 112):
    sys.exit(7)
pathlib.Path("output/result.json").write_text(json.dumps({"score": seed}))
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def finish(member, supervisor, settings):
    """Makes the batch that is asked for and sees it through; its metrics by name."""
    settings.FUSIONWEB_SLOTS = 4

    def run(request):
        batch = create_batch(owner=member, request=request)

        def ended():
            batch.refresh_from_db()
            return batch.is_final

        supervisor.until(ended)
        return batch, {row.name: row for row in BatchMetric.objects.filter(batch=batch)}

    return run


def erlang_b(load):
    """A. K. Erlang 1917, by the usual recursion."""
    blocking = 1.0
    for channel in range(1, CHANNELS + 1):
        blocking = load * blocking / (channel + load * blocking)
    return blocking


def configured(text=SINGLE_LINK):
    return {"config_text": text}


def test_a_sweep_over_load_rises_as_erlang_b_says(finish, program):
    request = sweep(
        program,
        LOADS,
        "general_settings.erlang_start",
        run=configured(),
        num_iterations=4,
        base_seed=1,
    )
    batch, metrics = finish(request)
    assert batch.result["problems"] == []
    assert batch.reason == "12 of 12 completed"
    cells = metrics["blocking_prob"].summary["cells"]
    means = [cell["summary"]["mean"] for cell in cells]
    assert means == sorted(means)
    for load, cell in zip(LOADS, cells, strict=True):
        interval = cell["summary"]["interval"]
        assert interval["lower"] <= erlang_b(load) <= interval["upper"]
        assert interval["upper"] - interval["lower"] < erlang_b(load)
    assert batch.result["headlines"][0].startswith(
        "blocking probability is lowest at erlang_start=10 (0.0"
    )


def test_overrides_reach_the_simulator(finish, program):
    narrow, wide = {"spectrum_settings": {"c_band": 16}}, {"spectrum_settings": {"c_band": 20}}
    request = comparison(
        program, narrow, wide, run=configured(), num_iterations=6, metrics=["blocking_prob"]
    )
    batch, metrics = finish(request)
    assert batch.result["problems"] == []
    assert batch.reason == "12 of 12 completed"
    (compared,) = metrics["blocking_prob"].summary["comparisons"]
    assert (compared["paired"], compared["n_pairs"]) == (True, 6)
    assert compared["relative"] < -0.3
    assert compared["effect_size"] == -1
    assert compared["p"] == compared["p_adjusted"] == 2 / 2**6
    (headline,) = batch.result["headlines"]
    assert headline == compared["sentence"]
    assert headline.startswith("B blocks ")
    assert headline.endswith(" %, 6 pairs, p = 0.031")


def test_equal_overrides_are_equal_to_the_digit(finish, program):
    same = {"spectrum_settings": {"c_band": 18}}
    request = comparison(program, same, same, run=configured(), num_iterations=2, base_seed=5)
    batch, metrics = finish(request)
    assert batch.result["problems"] == []
    assert batch.reason == "4 of 4 completed"
    assert batch.result["headlines"] == [
        "A and B are equal to the digit in blocking probability, 2 pairs"
    ]
    for row in metrics.values():
        a, b = row.values
        assert a["values"] == b["values"]
    # while another seed is another run
    (_, first), (_, second) = metrics["blocking_prob"].values[0]["values"]
    assert first != second


def test_a_batch_with_three_failing_runs_says_17_of_20_and_which(finish, script_program):
    program = script_program(UNLUCKY)
    program.command += " {seed}"
    program.save()
    batch, metrics = finish(wanted(program, num_iterations=20, base_seed=100))
    assert (batch.status, batch.reason) == ("completed", "17 of 20 completed, 3 failed")
    result = batch.result
    assert (result["total"], result["ended"], result["completed"]) == (20, 20, 17)
    assert result["partial"]
    assert result["warnings"] == [
        "17 of 20 ended iterations completed; not number 3 (failed), 7 (failed), 12 (failed)"
    ]
    failed = Iteration.objects.filter(batch=batch, run__status="failed").order_by("number")
    assert [(problem["number"], problem["run_id"]) for problem in result["problems"]] == [
        (iteration.number, iteration.run_id) for iteration in failed
    ]
    assert [problem["seed"] for problem in result["problems"]] == [103, 107, 112]
    assert metrics["score"].summary["cells"][0]["summary"]["n"] == 17
