import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_it_runs_from_anywhere_with_every_option_empty(configuration, simulate):
    empty = dict.fromkeys(
        ("run_id", "progress_file", "output_dir", "checkpoint_dir", "resume_from", "seed"), ""
    )
    run = simulate(configuration(), **empty)
    assert run.returncode == 0
    assert (run.directory / "progress.jsonl").exists()
    assert (run.directory / "output" / "effective_config.json").exists()
    assert (run.directory / "checkpoints" / "latest").exists()


def test_it_runs_as_a_module(configuration, tmp_path):
    command = [sys.executable, "-m", "runs.simulator", "--config_path", configuration()]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60)
    assert run.returncode == 0
    assert (tmp_path / "output" / "load_60.json").exists()


def test_it_logs_each_load_and_iteration_with_time_and_level(configuration, simulate):
    lines = simulate(configuration()).log.splitlines()
    assert all(line[:4].isdecimal() and line[10] == "T" and line[23] == "Z" for line in lines)
    assert any(" INFO " in line and "load 2 of 3: 40 Erlang" in line for line in lines)
    assert any("40 Erlang, iteration 1 of at most 4: blocking 0." in line for line in lines)
    assert "complete" in lines[-1]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"seed": "-1"}, "--seed"),
        ({"seed": "9" * 5000}, "--seed"),
        ({"run_id": "../../etc"}, "--run_id"),
        ({"resume_from": "nowhere"}, "--resume_from"),
        ({"unknown": "1"}, "--unknown"),
    ],
)
def test_it_refuses_unfit_options_in_one_line(configuration, simulate, options, names):
    run = simulate(configuration(), **options)
    assert run.returncode == 2
    assert run.log.count("\n") == 1
    assert names in run.log
    assert list(run.directory.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("topology_settings.network", "arpanet"),
        ("general_settings.erlang_start", "400"),
        ("general_settings.num_requests", "many"),
        ("spectrum_settings.c_band", None),
        ("general_settings.x", "\x1b[31mred"),
    ],
)
def test_it_exits_2_with_one_line_that_names_the_key(configuration, simulate, path, text):
    run = simulate(configuration({path: text}))
    assert run.returncode == 2
    assert run.log.startswith(f"fusion-sim: error: {path}: ")
    assert run.log.count("\n") == 1
    assert "\x1b" not in run.log
    assert list(run.directory.iterdir()) == []


def test_it_goes_on_when_nobody_reads_its_log(configuration, start):
    process = start(configuration())
    process.stderr.close()
    assert process.wait(60) == 0
    assert '"complete"' in (process.directory / "progress.jsonl").read_text()
    process.stderr = None


def test_it_imports_nothing_of_django_or_the_rest():
    script = (
        "import sys, runs.simulator.command, runs.simulator.sweep\n"
        "names = [n for n in sys.modules if n.split('.')[0] in ('runs', 'django', 'jsonschema')]\n"
        "print([n for n in names if n != 'runs' and not n.startswith('runs.simulator')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_it_stops_before_the_first_iteration_too(configuration, start):
    config = configuration({"general_settings.num_requests": "1000000"})
    process = start(config)
    process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=30)[1]
    assert process.returncode == 143
    assert "checkpoint load_0 saved" in log
