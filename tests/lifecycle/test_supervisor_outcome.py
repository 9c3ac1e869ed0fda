"""What a run did is what its row says, read from its directory."""

import json

import pytest

from runs.contract.status import Status
from runs.models import Event

pytestmark = pytest.mark.django_db


def test_it_completes_a_run(make_run, supervisor):
    run = supervisor.until_status(make_run("print('hello')"), Status.COMPLETED)
    assert (run.directory / "output.log").read_text() == "hello\n"
    assert run.reason == "exit code 0"
    assert run.started_at <= run.ended_at
    assert run.job.status == Status.COMPLETED


def test_it_says_the_exit_code_of_a_failed_run(make_run, supervisor):
    run = supervisor.until_status(make_run("raise SystemExit(3)"), Status.FAILED)
    assert run.reason.startswith("exit code 3")
    assert run.job.exit_code == 3


def test_it_says_why_a_program_could_not_start(make_run, supervisor, script_program):
    program = script_program("pass")
    run = make_run(program=program)
    program.command = "/nowhere/to/be/found {config}"
    program.save()
    run = supervisor.until_status(run, Status.FAILED)
    assert "could not start" in run.reason
    assert "/nowhere/to/be/found" in run.reason


def test_it_gives_the_program_no_secrets(make_run, supervisor, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    code = "import os, json; print(json.dumps(dict(os.environ)))"
    run = supervisor.until_status(make_run(code), Status.COMPLETED)
    environment = json.loads((run.directory / "output.log").read_text())
    assert "SECRET_KEY" not in environment
    assert "do not tell" not in environment.values()


def test_it_runs_the_program_in_the_run_directory(make_run, supervisor):
    run = supervisor.until_status(make_run("import os; print(os.getcwd())"), Status.COMPLETED)
    assert (run.directory / "output.log").read_text().strip() == str(run.directory)


def test_it_tells_of_every_change_in_order(make_run, supervisor):
    run = supervisor.until_status(make_run(), Status.COMPLETED)
    kinds = Event.objects.filter(subject=run.pk).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["run.created", "run.running", "run.completed"]


def test_it_stores_progress(make_run, supervisor):
    line = {"erlang": 300.0, "iteration": 1, "total_iterations": 2, "blocking_prob": 0.02}
    code = f"open('progress.jsonl', 'w').write({json.dumps(line)!r} + chr(10))"
    run = supervisor.until_status(make_run(code), Status.COMPLETED)
    assert run.progress["latest_metrics"]["blocking_prob"] == 0.02


def test_it_survives_a_progress_file_full_of_junk(make_run, supervisor):
    code = "open('progress.jsonl', 'wb').write(bytes(range(256)) * 50 + b'\\n[]\\n{\\n')"
    run = supervisor.until_status(make_run(code), Status.COMPLETED)
    assert run.progress["malformed"] > 0
