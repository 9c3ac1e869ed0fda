import json
import signal
import time

import pytest

from runs.simulator.checkpoint import CheckpointDirectory, State, load_checkpoint
from runs.simulator.errors import ConfigurationError
from tests.simulator.conftest import files_of

LONG = {
    "general_settings.erlang_stop": "40",
    "general_settings.num_requests": "5000",
    "general_settings.max_iters": "30",
    "general_settings.ci_relative_half_width": "0",
}


def events_of(directory):
    return [json.loads(line) for line in (directory / "progress.jsonl").open()]


def wait_for_iterations(process, count):
    deadline = time.monotonic() + 60
    progress = process.directory / "progress.jsonl"
    while time.monotonic() < deadline:
        if progress.exists() and progress.read_text().count('"iteration",') >= count:
            return
        time.sleep(0.01)
    raise AssertionError("the simulation does not get on")


@pytest.fixture
def whole(configuration, simulate):
    """The output of an uninterrupted run."""

    def run(changes):
        process = simulate(configuration(changes), "whole")
        assert process.returncode == 0
        return process.directory

    return run


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_resumes_a_stopped_run_to_the_identical_end(
    configuration, start, simulate, whole, number, code
):
    stopped = start(configuration(LONG), "stopped", run_id="r1")
    wait_for_iterations(stopped, 5)
    stopped.send_signal(number)
    log = stopped.communicate(timeout=60)[1]
    assert stopped.returncode == code
    suffix = (stopped.directory / "checkpoints" / "latest").read_text()
    assert suffix.startswith("r1/load_")
    assert f"checkpoint {suffix} saved" in log
    resumed = simulate(
        configuration(LONG), "resumed", resume_from=stopped.directory / "checkpoints"
    )
    assert resumed.returncode == 0
    assert files_of(resumed.directory / "output") == files_of(whole(LONG) / "output")

    def iterations(directory):
        events = [event for event in events_of(directory) if event["type"] == "iteration"]
        return [(event["erlang"], event["iteration"]) for event in events]

    together = iterations(stopped.directory) + iterations(resumed.directory)
    assert together == [(erlang, number) for erlang in (20, 40) for number in range(1, 31)]


def test_it_resumes_a_killed_run_from_its_last_load(configuration, start, simulate, whole):
    killed = start(configuration(LONG), "killed")
    wait_for_iterations(killed, 31)
    killed.kill()
    killed.communicate()
    resumed = simulate(configuration(LONG), "killed", resume_from=killed.directory / "checkpoints")
    assert resumed.returncode == 0
    assert files_of(resumed.directory / "output") == files_of(whole(LONG) / "output")
    begun = [event for event in events_of(resumed.directory) if event["type"] == "start"]
    assert len(begun) == 2
    assert begun[1]["completed_erlangs"] == 1
    assert begun[1]["resumed_from"].endswith("checkpoints")


@pytest.mark.parametrize("loads", [1, 2, 3])
def test_it_resumes_after_any_load(configuration, simulate, whole, loads):
    directory = whole({})
    checkpoint = directory / "checkpoints" / f"load_{loads}"
    resumed = simulate(configuration(), "resumed", resume_from=checkpoint)
    assert resumed.returncode == 0
    assert files_of(resumed.directory / "output") == files_of(directory / "output")
    begun = [event for event in events_of(resumed.directory) if event["type"] == "erlang_start"]
    assert len(begun) == 3 - loads


def test_it_writes_checkpoints_as_training_programs_do(configuration, simulate):
    run = simulate(configuration(), run_id="r1", checkpoint_dir="p/g/my_job")
    checkpoints = run.directory / "p" / "g" / "my_job"
    assert (checkpoints / "latest").read_text() == "r1/load_3"
    directory = checkpoints / "r1" / "load_2"
    assert sorted(path.name for path in directory.iterdir()) == [
        "config.json",
        "job.json",
        "state.json",
    ]
    job = json.loads((directory / "job.json").read_text())
    assert job == {"name": "my_job", "id": "r1", "project": None, "group": None}
    config = json.loads((directory / "config.json").read_text())
    load = json.loads((run.directory / "output" / "load_40.json").read_text())
    assert config["score"] == load["blocking_probability"]
    assert config["steps"] > 400


@pytest.mark.parametrize(
    ("changes", "options", "names"),
    [
        ({"routing_settings.k_paths": "1"}, {}, "routing_settings.k_paths is 2 there and 1 here"),
        ({}, {"seed": 5}, "general_settings.seed is 1 there and 5 here"),
    ],
)
def test_it_refuses_a_checkpoint_of_another_configuration(
    configuration, simulate, whole, changes, options, names
):
    checkpoints = whole({}) / "checkpoints"
    run = simulate(configuration(changes), "other", resume_from=checkpoints, **options)
    assert run.returncode == 2
    assert names in run.log
    assert list(run.directory.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"config": {}}',
        '{"config": 1, "completed": [{}], "current": []}',
        "[" * 9999,
    ],
)
def test_it_refuses_a_broken_checkpoint(tmp_path, content):
    (tmp_path / "state.json").write_text(content)
    with pytest.raises(ConfigurationError, match="--resume_from: .* is not a checkpoint"):
        load_checkpoint(tmp_path, {})


@pytest.mark.parametrize("latest", ["../elsewhere", "load_9", "", "\x00", "x" * 5000])
def test_it_refuses_a_latest_that_leads_nowhere(tmp_path, latest):
    for directory in ("checkpoints/load_1", "elsewhere"):
        (tmp_path / directory).mkdir(parents=True)
        (tmp_path / directory / "state.json").write_text("{}")
    (tmp_path / "checkpoints" / "latest").write_text(latest)
    with pytest.raises(ConfigurationError, match="--resume_from: (there is no|.* cannot be read)"):
        load_checkpoint(tmp_path / "checkpoints", {})


def test_it_does_not_pass_half_a_checkpoint_for_a_whole_one(tmp_path):
    checkpoints = CheckpointDirectory(tmp_path, "")
    checkpoints.save(State(), {})
    (tmp_path / "load_0" / "job.json").unlink()
    (tmp_path / "load_0" / "job.json").mkdir()
    with pytest.raises(OSError):
        checkpoints.save(State(), {})
    with pytest.raises(ConfigurationError, match="no complete checkpoint"):
        load_checkpoint(tmp_path, {})
