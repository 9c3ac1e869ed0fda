"""Metrics of runs that leave nothing but their progress."""

import json

import pytest

from runs.analysis.metrics import read_metrics
from runs.analysis.readings import MAX_NAMES


@pytest.fixture
def told(tmp_path):
    """What is found of a run that wrote these events, or lines as they are."""

    def read(*events, declared=()):
        lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
        (tmp_path / "progress.jsonl").write_text("".join(f"{line}\n" for line in lines))
        return read_metrics(tmp_path, declared)

    return read


def iteration(load, number, **metrics):
    return {"type": "iteration", "erlang": load, "iteration": number, "metrics": metrics}


def flat(number, **metrics):
    return {"iteration": number, **metrics}


def test_it_is_the_mean_at_each_load(told):
    found = told(iteration(60, 1, b=4), iteration(50, 1, b=1), iteration(50, 2, b=2))
    assert found.metrics == {"b": [[50.0, 1.5], [60.0, 4.0]]}


def test_the_summary_of_a_load_goes_before_its_iterations(told):
    summary = {"mean_blocking": 0.3, "ci_lower": 0.1, "ci_upper": 0.5, "iterations": 2}
    found = told(
        iteration(50, 1, blocking_prob=0.1),
        {"type": "erlang_complete", "erlang": 50, "metrics": summary},
    )
    assert found.metrics == {"blocking_prob": [[50.0, 0.3]]}


def test_both_shapes_say_the_same(told):
    typed = told(iteration(50, 1, b=0.5))
    assert typed.metrics == told({"erlang": 50, "iteration": 1, "b": 0.5}).metrics


def test_without_loads_it_is_the_last_value(told):
    found = told(flat(1, loss=3, lr=0.1), flat(2, loss=2), flat(3, note="x"))
    assert found.metrics == {"loss": [[None, 2.0]], "lr": [[None, 0.1]]}


def test_the_summary_of_the_end_counts_too(told):
    found = told(
        flat(1, loss=3), {"type": "complete", "summary": {"accuracy": 0.9, "elapsed_seconds": 4}}
    )
    assert found.metrics == {"loss": [[None, 3.0]], "accuracy": [[None, 0.9]]}


def test_a_summary_beside_loads_is_a_figure_of_its_own(told):
    found = told(iteration(50, 1, b=1), {"type": "complete", "summary": {"b": 2}})
    assert found.metrics == {"b": [[50.0, 1.0]], "overall.b": [[None, 2.0]]}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "null"])
def test_no_finite_number_is_null_and_not_dropped(told, value):
    line = '{"type": "iteration", PLACE "iteration": 1, "metrics": {"b": VALUE}}'.replace(
        "VALUE", value
    )
    assert told(line.replace("PLACE", '"erlang": 5,')).metrics == {"b": [[5.0, None]]}
    assert told(line.replace("PLACE", "")).metrics == {"b": [[None, None]]}


def test_a_mean_over_nan_is_none(told):
    found = told('{"erlang": 5, "iteration": 1, "b": NaN}', iteration(5, 2, b=1))
    assert found.metrics == {"b": [[5.0, None]]}


def test_a_mean_that_the_program_gives_is_one_all_the_same(told):
    found = told(
        '{"erlang": 5, "iteration": 1, "blocking_prob": NaN}',
        iteration(5, 2, blocking_prob=1),
        {"type": "erlang_complete", "erlang": 5, "metrics": {"mean_blocking": 1}},
    )
    assert found.metrics == {"blocking_prob": [[5.0, 1.0]]}


def test_a_last_value_that_is_nan_is_null(told):
    found = told(flat(1, loss=3), '{"iteration": 2, "loss": NaN}')
    assert found.metrics == {"loss": [[None, None]]}


def test_a_restarted_program_begins_anew(told):
    found = told({"type": "start"}, iteration(5, 1, b=9), {"type": "start"}, iteration(6, 1, b=1))
    assert found.metrics == {"b": [[6.0, 1.0]]}


def test_a_resumed_program_goes_on(told):
    found = told(
        {"type": "start"},
        iteration(5, 1, b=9),
        {"type": "start", "resumed_from": "x"},
        iteration(6, 1, b=1),
    )
    assert found.metrics == {"b": [[5.0, 9.0], [6.0, 1.0]]}


def test_broken_lines_are_counted_and_the_rest_counts(told):
    found = told("{", iteration(5, 1, b=1), "[]", "{}", '{"type": ["x"]}')
    assert found.metrics == {"b": [[5.0, 1.0]]}
    assert found.problem == "2 lines of progress.jsonl could not be read"


def test_a_name_an_event_of_a_flood_is_bounded(told):
    lines = [flat(number, **{f"m{number}": 1, "kept": number}) for number in range(3000)]
    found = told(*lines, declared=["kept", "m2999"])
    assert len(found.metrics) <= MAX_NAMES + 2
    assert found.metrics["kept"] == [[None, 2999.0]]
    assert "m2999" in found.metrics


def test_progress_through_a_symlink_out_is_not_read(tmp_path):
    (tmp_path / "elsewhere").write_text(json.dumps(flat(1, secret=1)) + "\n")
    run = tmp_path / "run"
    run.mkdir()
    (run / "progress.jsonl").symlink_to(tmp_path / "elsewhere")
    assert read_metrics(run, []).metrics == {}
