import json
from datetime import datetime, timedelta

import pytest

from runs.simulator.errors import ConfigurationError
from runs.simulator.progress import ProgressFile


@pytest.fixture
def events(configuration, simulate):
    run = simulate(configuration(), run_id="abc123")
    return [json.loads(line) for line in (run.directory / "progress.jsonl").open()]


def test_it_tells_the_whole_story_in_order(events):
    assert events[0]["type"] == "start"
    assert events[0]["run_id"] == "abc123"
    assert events[0]["config"]["total_erlangs"] == 3
    assert events[0]["config"]["total_iterations"] == 4
    assert events[-1]["type"] == "complete"
    assert events[-1]["exit_code"] == 0
    assert events[-1]["summary"]["loads"] == 3
    marks = [(e["type"], e["erlang"]) for e in events if e["type"].startswith("erlang_")]
    assert marks == [
        (kind, erlang)
        for erlang in (20.0, 40.0, 60.0)
        for kind in ("erlang_start", "erlang_complete")
    ]


def test_it_stamps_every_event_in_utc(events):
    for event in events:
        assert event["ts"].endswith("Z")
        assert datetime.fromisoformat(event["ts"]).utcoffset() == timedelta(0)


def test_it_reports_each_iteration_and_load_with_its_metrics(events):
    iteration = next(event for event in events if event["type"] == "iteration")
    assert iteration["iteration"] == 1
    assert iteration["total_iterations"] == 4
    assert set(iteration["metrics"]) == {
        "blocking_prob",
        "bit_rate_blocking",
        "mean_hops",
        "link_utilization",
    }
    begun = [event for event in events if event["type"] == "erlang_start"]
    assert [event["erlang_index"] for event in begun] == [0, 1, 2]
    load = [event for event in events if event["type"] == "erlang_complete"][-1]
    assert set(load["metrics"]) == {
        "mean_blocking",
        "ci_lower",
        "ci_upper",
        "bit_rate_blocking",
        "mean_hops",
        "link_utilization",
        "iterations",
    }
    assert load["metrics"]["ci_lower"] < load["metrics"]["mean_blocking"]


def test_it_reports_an_unexpected_error_and_exits_1(configuration, simulate, tmp_path):
    (tmp_path / "taken").write_text("a file where the directory should be")
    run = simulate(configuration(), output_dir=tmp_path / "taken")
    last = json.loads((run.directory / "progress.jsonl").read_text().splitlines()[-1])
    assert run.returncode == 1
    assert last["type"] == "error"
    assert "taken" in last["message"]
    assert "Traceback" in last["traceback"]
    assert "ERROR" in run.log


def test_it_starts_afresh_or_ends_a_broken_line_before_adding(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_bytes(b'{"type": "start"}\n{"type": "iter')
    ProgressFile(path, append=True).write("start")
    lines = path.read_text().splitlines()
    assert len(lines) == 3
    assert json.loads(lines[2])["type"] == "start"
    ProgressFile(path).write("start")
    assert len(path.read_text().splitlines()) == 1


def test_it_refuses_a_progress_file_it_cannot_write(tmp_path):
    with pytest.raises(ConfigurationError, match="--progress_file"):
        ProgressFile(tmp_path)
