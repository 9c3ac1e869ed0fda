import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.contract.progress import ProgressReader, ProgressState

BEGIN = datetime(2026, 11, 19, 12, tzinfo=UTC)


def at(seconds):
    return (BEGIN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def typed(kind, seconds=0, **fields):
    return {"type": kind, "ts": at(seconds), **fields}


def start(seconds=0, loads=2, iterations=2, **fields):
    config = {"total_erlangs": loads, "total_iterations": iterations}
    return typed("start", seconds, config=config, **fields)


def load_start(erlang, index, seconds=0, loads=2):
    return typed("erlang_start", seconds, erlang=erlang, erlang_index=index, total_erlangs=loads)


def iteration(erlang, n, seconds=0, total=2, **metrics):
    return typed(
        "iteration", seconds, erlang=erlang, iteration=n, total_iterations=total, metrics=metrics
    )


def state_of(*events, **options):
    state = ProgressState(**options)
    for event in events:
        state.add(event)
    return state


def flat(erlang, n, total=10, seconds=0, **metrics):
    return {
        "erlang": erlang, "iteration": n, "total_iterations": total, "timestamp": at(seconds),
        **metrics,
    }  # fmt: skip


def test_it_counts_load_points_first():
    events = [start(), load_start(50, 0), iteration(50, 1), iteration(50, 2)]
    fractions = []
    for n in range(len(events)):
        fractions.append(state_of(*events[: n + 1]).fraction())

    assert fractions == [0.0, 0.0, 0.25, 0.5]


def test_it_counts_a_load_that_ended_early_as_whole():
    state = state_of(start(), load_start(50, 0), iteration(50, 1, total=100))
    state.add(typed("erlang_complete", erlang=50, metrics={}))

    assert state.fraction() == 0.5
    assert state.loads_done() == 1


def test_it_counts_a_flat_load_as_whole_once_the_next_begins():
    state = state_of(flat(100.0, 1), flat(100.0, 2), flat(200.0, 5), expected_loads=4)

    assert state.fraction() == (1 + 0.5) / 4


def test_it_counts_loads_side_by_side_by_their_iterations():
    state = state_of(
        flat(100.0, 1), flat(200.0, 1), flat(100.0, 2), flat(200.0, 2), expected_loads=2
    )

    assert state.fraction() == pytest.approx(0.2)


def test_it_says_nothing_of_the_whole_while_the_number_of_loads_is_unknown():
    state = state_of(flat(100.0, 5))

    assert state.fraction() is None
    assert (state.iteration, state.iteration_total) == (5, 10)


def test_it_counts_iterations_where_there_are_no_loads():
    state = state_of({"iteration": 3, "total_iterations": 12, "loss": 0.5})

    assert state.fraction() == 0.25
    assert state.to_json()["x_name"] == "iteration"
    assert state.series()["loss"][0]["x"] == 3


def test_it_thins_out_a_long_training():
    events = ({"iteration": n, "total_iterations": 9999, "loss": 1 / n} for n in range(1, 10_000))
    points = state_of(*events).series()["loss"]

    assert 200 <= len(points) < 500
    assert points[0]["x"] == 1 and points[-1]["x"] > 9000


def test_it_counts_what_a_resumed_program_had_done_before():
    state = state_of(start(loads=4, resumed_from="load_2"), load_start(150, 2, loads=4))

    assert state.fraction() == 0.5


def test_it_goes_on_when_resumed_in_the_same_file_and_begins_anew_otherwise():
    before = [start(), load_start(50, 0), iteration(50, 1, blocking_prob=0.1)]

    resumed = state_of(*before, start(resumed_from="x"), load_start(50, 0))
    restarted = state_of(*before, start())

    assert len(resumed.loads) == 1
    assert restarted.loads == {} and restarted.fraction() == 0.0


def test_it_is_whole_when_complete():
    assert state_of(start(), typed("complete", exit_code=0)).fraction() == 1.0


def test_it_is_not_whole_when_it_ended_with_an_error():
    state = state_of(
        start(), load_start(50, 0), typed("error", message="out of slots", traceback="…")
    )

    assert state.error == {"message": "out of slots", "traceback": "…"}
    assert state.fraction() == 0.0
    assert state.eta_seconds() is None


def test_it_estimates_the_rest_from_the_rate_so_far():
    state = state_of(start(0), load_start(50, 0, 0), iteration(50, 1, 30))

    assert state.eta_seconds() == 90.0


def test_it_does_not_take_loads_done_before_for_speed():
    state = state_of(
        start(0, loads=4, resumed_from="x"), load_start(150, 2, 1, loads=4), iteration(150, 1, 11)
    )

    assert state.eta_seconds() == pytest.approx(30.0)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [start(0)],
        [start(0), load_start(50, 0, 0)],
        [start(100), load_start(50, 0, 100), iteration(50, 1, 0)],
        [{"type": "start", "config": {"total_erlangs": 2}}, {"type": "iteration", "erlang": 1}],
    ],
)
def test_it_estimates_nothing_too_early(events):
    assert state_of(*events).eta_seconds() is None


def test_it_gives_mean_and_interval_over_the_iterations():
    state = state_of(
        *(iteration(50, n, blocking_prob=p) for n, p in ((1, 0.1), (2, 0.2), (3, 0.3)))
    )

    (point,) = state.series()["blocking_prob"]

    # Student's t for 2 degrees of freedom: 4.302653; standard error 0.1/√3.
    assert point["mean"] == pytest.approx(0.2)
    assert point["ci_upper"] - point["mean"] == pytest.approx(4.302653 * 0.1 / 3**0.5)
    assert point["n"] == 3


def test_it_has_no_interval_of_one_value():
    (point,) = state_of(iteration(50, 1, blocking_prob=0.1)).series()["blocking_prob"]

    assert (point["ci_lower"], point["ci_upper"]) == (None, None)


def test_it_believes_the_programs_own_summary():
    state = state_of(iteration(50, 1, blocking_prob=0.1, mean_hops=2.0))
    summary = {
        "mean_blocking": 0.022, "ci_lower": 0.019, "ci_upper": 0.025, "mean_hops": 2.4,
        "iterations": 7,
    }  # fmt: skip
    state.add(typed("erlang_complete", erlang=50, metrics=summary))

    series = state.series()

    assert set(series) == {"blocking_prob", "mean_hops"}
    assert series["blocking_prob"] == [
        {"x": 50.0, "mean": 0.022, "ci_lower": 0.019, "ci_upper": 0.025, "n": 7}
    ]
    assert series["mean_hops"][0]["mean"] == 2.4


def test_it_draws_a_summary_without_iterations():
    summary = {"mean_blocking": 0.02, "ci_lower": 0.01, "ci_upper": 0.03}
    series = state_of(typed("erlang_complete", erlang=50, metrics=summary)).series()

    assert series["mean_blocking"][0]["ci_upper"] == 0.03


def test_it_sorts_the_points_by_load():
    state = state_of(*(flat(erlang, 1, blocking_prob=0.1) for erlang in (300.0, 100.0, 200.0)))

    assert [point["x"] for point in state.series()["blocking_prob"]] == [100.0, 200.0, 300.0]


def test_it_believes_an_iteration_written_twice_once():
    state = state_of(flat(50, 1, blocking_prob=0.1), flat(50, 1, blocking_prob=0.1))

    assert state.series()["blocking_prob"][0]["n"] == 1


def test_it_shows_the_latest_metrics():
    state = state_of(iteration(50, 1, blocking_prob=0.1), iteration(50, 2, blocking_prob=0.2))

    assert state.to_json()["latest_metrics"] == {"blocking_prob": 0.2}


def test_it_is_bounded_whatever_a_program_writes():
    events = [flat(n, 1, **{f"m{n}_{i}": 1.0 for i in range(60)}) for n in range(1500)]
    state = state_of(*events)

    assert len(state.loads) == 1000
    assert all(len(load.samples) <= 40 for load in state.loads.values())


junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
keys = st.sampled_from(
    ["type", "erlang", "erlang_index", "iteration", "total_iterations", "total_erlangs", "ts"]
    + ["metrics", "config", "exit_code", "message", "blocking_prob"]
)
kinds = st.sampled_from(
    ["start", "erlang_start", "iteration", "erlang_complete", "complete", "error"]
)
events = st.dictionaries(keys, junk | st.dictionaries(keys, junk)) | st.builds(
    lambda kind, rest: {"ts": at(1), **rest, "type": kind}, kinds, st.dictionaries(keys, junk)
)


@given(st.lists(events))
def test_it_stays_sane_on_junk(written):
    shown = state_of(*written).to_json()

    json.dumps(shown, allow_nan=False)
    assert shown["fraction"] is None or 0 <= shown["fraction"] <= 1
    assert shown["eta_seconds"] is None or shown["eta_seconds"] >= 0


def test_it_keeps_in_step_with_a_file(tmp_path):
    path = tmp_path / "progress.jsonl"
    reader = ProgressReader(path)
    assert not reader.poll()

    path.write_text("".join(json.dumps(event) + "\n" for event in [start(), load_start(50, 0)]))
    assert reader.poll()
    with path.open("a") as file:
        file.write("junk\n" + json.dumps(iteration(50, 1)) + "\n")
    assert reader.poll() and not reader.poll()

    shown = reader.state.to_json()
    assert (shown["fraction"], shown["malformed"], shown["events"]) == (0.25, 1, 3)


@pytest.mark.parametrize("content", ["", '{"type": "start"}\n'])
def test_it_forgets_what_a_truncated_file_no_longer_says(tmp_path, content):
    path = tmp_path / "progress.jsonl"
    path.write_text(json.dumps(iteration(50, 1)) + "\njunk\n")
    reader = ProgressReader(path)
    reader.poll()

    path.write_text(content)

    assert reader.poll()
    assert reader.state.loads == {}
    assert reader.state.malformed == 0
