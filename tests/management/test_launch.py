"""`manage.py launch` as a terminal sees it: output, exit status, signals."""

import signal

import pytest

from runs.models import Program, Run
from tests.conftest import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_prints_id_and_address(launch, program, staff):
    code, out, _ = launch(
        "fusion-sim", "--template", "quick_seconds", "--set", "routing_settings.k_paths=5",
        "--seed", "3", "--group", "k5", "--tag", "x",
    )  # fmt: skip
    run = Run.objects.get()
    assert code == 0
    assert out.split() == [run.pk, f"http://127.0.0.1:8000/runs/{run.pk}/"]
    assert "k_paths = 5" in run.config_path.read_text()
    assert (run.seed, run.group, run.tags, run.owner) == (3, "k5", ["x"], staff)
    assert (run.name, run.project.slug) == ("quick_seconds", "general")


def test_it_says_every_problem_on_its_own_line(launch, program):
    code, out, err = launch(
        "nope", "--project", "none", "--user", "nobody", "--config", "/nonexistent", "--set", "x"
    )
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 5
    assert "Programs: fusion-sim." in err
    assert not Run.objects.exists()


def test_it_says_every_fault_of_a_configuration(launch, program):
    code, _, err = launch(
        "fusion-sim", "--template", "quick_seconds", "--set", "general_settings.num_requests=abc",
        "--set", "general_settings.bogus=1",
    )  # fmt: skip
    assert code == 2
    assert [line.partition(" ")[0] for line in err.splitlines()] == [
        "general_settings.num_requests",
        "general_settings.bogus",
    ]


def test_it_asks_for_a_configuration(launch, program):
    code, _, err = launch("fusion-sim")
    assert code == 2
    assert "nsfnet_minute, quick_seconds" in err


def test_it_refuses_a_file_that_is_no_text(launch, program, tmp_path):
    (tmp_path / "bin").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in launch("fusion-sim", "--config", str(tmp_path / "bin"))[2]


@pytest.mark.parametrize(
    ("code", "status"), [("print('done: ä')", 0), ("print('done: ä'); raise SystemExit(7)", 7)]
)
def test_it_waits_and_exits_as_the_run_did(
    launch, start_supervisor, script_program, project, config, code, status
):
    script_program(code)
    start_supervisor()
    result, out, err = launch("script", "--project", "optics", "--config", config, "--wait")
    assert result == status
    assert out == "done: ä\n"
    assert Run.objects.get().pk in err
    assert f"exit code {status}" in err.splitlines()[-1]


def test_it_leaves_the_run_running_when_interrupted(
    terminal, start_supervisor, script_program, project, config
):
    script_program("import time\nprint('on', flush=True)\ntime.sleep(60)")
    start_supervisor()
    process = terminal("script", "--project", "optics", "--config", config, "--wait")
    assert process.stdout.readline() == "on\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    run = Run.objects.get()
    assert process.returncode == 130
    assert run.status == "running"
    assert f"/runs/{run.pk}/" in err.splitlines()[-1]


def test_it_cancels_when_asked_to_on_an_interrupt(
    terminal, start_supervisor, script_program, project, config
):
    script_program("import time\nprint('on', flush=True)\ntime.sleep(60)")
    start_supervisor()
    process = terminal(
        "script", "--project", "optics", "--config", config, "--wait", "--cancel-on-interrupt"
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert Run.objects.get().status == "cancelled"


def test_it_says_that_nobody_hands_out_slots(terminal, script_program, project, config):
    script_program("")
    process = terminal("script", "--project", "optics", "--config", config, "--wait")
    wait_for(Run.objects.exists)
    assert any("no supervisor is running" in process.stderr.readline() for _ in range(3))


def test_it_tells_that_the_run_was_deleted(terminal, script_program, project, config):
    script_program("")
    process = terminal("script", "--project", "optics", "--config", config, "--wait")
    wait_for(Run.objects.exists)
    Run.objects.all().delete()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "deleted" in err


def test_it_survives_a_reader_that_goes_away(
    terminal, start_supervisor, script_program, project, config
):
    script_program(
        "import time\nfor n in range(100): print('x' * 9000, flush=True); time.sleep(.05)"
    )
    start_supervisor()
    process = terminal("script", "--project", "optics", "--config", config, "--wait")
    process.stdout.readline()
    process.stdout.close()
    process.wait(30)
    assert "Traceback" not in process.stderr.read()
    assert Run.objects.get().status == "running"
    process.stdout = None


def test_it_makes_a_project_only_where_told(launch, script_program, config):
    script_program("")
    assert launch("script", "--project", "fresh", "--config", config)[0] == 2
    assert launch("script", "--project", "fresh", "--create-project", "--config", config)[0] == 0
    assert Program.objects.get().runs.get().project.slug == "fresh"
