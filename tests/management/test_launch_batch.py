"""`manage.py launch --repeat`, `--compare` and `--sweep` as a terminal sees them."""

import signal

import pytest
from django.core.management import call_command

from runs.analysis.selectors import BatchCounts
from runs.errors import InvalidInput
from runs.management.batch_asked import read_arm
from runs.management.batch_waiting import progress_line, status_of
from runs.models import Batch, Run
from tests.conftest import wait_for

pytestmark = pytest.mark.django_db

SIMULATOR = ("fusion-sim", "--template", "quick_seconds")


@pytest.fixture
def typed(capsys, program, staff):
    """What is printed, within this process; nothing waits for it to start."""

    def launch_it(*words):
        call_command("launch", *SIMULATOR, *words)
        return capsys.readouterr()

    return launch_it


@pytest.fixture
def complaint(typed, capsys):
    """What is complained of; exit status 2, and nothing made."""

    def complain(*words):
        with pytest.raises(SystemExit) as caught:
            typed(*words)
        assert caught.value.code == 2
        assert not Batch.objects.exists()
        return capsys.readouterr().err

    return complain


def test_it_repeats_and_prints_id_and_address(typed):
    printed = typed(
        "--repeat", "3", "--base-seed", "5", "--max-running", "1",
        "--metrics", "blocking_prob, mean_hops", "--set", "routing_settings.k_paths=2",
    )  # fmt: skip
    batch = Batch.objects.get()
    assert printed.out == f"{batch.pk} http://127.0.0.1:8000/batches/{batch.pk}/\n"
    assert (batch.kind, batch.num_iterations, batch.base_seed) == ("repeat", 3, 5)
    assert (batch.max_running, batch.metrics) == (1, ["blocking_prob", "mean_hops"])
    assert batch.overrides == {"routing_settings": {"k_paths": 2}}
    assert batch.name == "quick_seconds"


def test_it_compares(typed):
    typed(
        "--iterations", "4",
        "--compare", "one: routing_settings.k_paths=1", "three: routing_settings.k_paths=3",
    )  # fmt: skip
    batch = Batch.objects.get()
    assert [point["label"] for point in batch.points] == ["one", "three"]
    assert batch.points[1]["overrides"] == {"routing_settings": {"k_paths": 3}}
    assert Run.objects.count() == 8


def test_it_sweeps_a_grid(typed):
    typed(
        "--sweep", "routing_settings.k_paths=1,2",
        "--sweep", "general_settings.erlang_start=10,20,30",
    )  # fmt: skip
    batch = Batch.objects.get()
    assert batch.parameters == ["routing_settings.k_paths", "general_settings.erlang_start"]
    assert [point["values"] for point in batch.points][:2] == [[1, 10], [1, 20]]
    assert batch.num_iterations == 1


def test_it_warns_of_a_program_that_takes_no_seed(
    capsys,
    program,
    script_program,
    staff,
    config,
    project,
):
    script_program("")
    words = ("script", "--config", config, "--repeat", "1", "--project", project.slug)
    call_command("launch", *words)
    assert "has no {seed}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--repeat", "2", "--sweep", "a.b=1"], "Say one of --repeat, --compare and --sweep."),
        (["--base-seed", "2"], "Say one of"),
        (["--repeat", "2", "--seed", "1"], "say --base-seed"),
        (["--repeat", "2", "--iterations", "3"], "no --iterations"),
        (["--compare", "a.b=1", "a.b=2"], "Say --iterations"),
        (["--sweep", "a.b"], "expected section.key=1,2,3"),
        (["--sweep", "routing_settings.k_paths=1,x"], "Expected a number, got 'x'"),
        (["--repeat", "1001"], "from 1 to 1,000"),
        (["--sweep", "routing_settings.no_such=1,2"], "no_such"),
    ],
)
def test_it_says_what_is_wrong(complaint, words, sentence):
    assert sentence in complaint(*words)


@pytest.mark.parametrize(
    ("text", "label", "overrides"),
    [
        ("A: a.b=1", "A", {"a": {"b": 1}}),
        ("fast one: a.b=1, c.d=x,y", "fast one", {"a": {"b": 1}, "c": {"d": "x,y"}}),
        ("a.b=1; a.c=2", "B", {"a": {"b": 1, "c": 2}}),
        ("base:", "base", {}),
        ("", "B", {}),
        ("x: a.list=[1, 2], a.t=http://h:1/", "x", {"a": {"list": [1, 2], "t": "http://h:1/"}}),
        ("a.t=http://h", "B", {"a": {"t": "http://h"}}),
    ],
)
def test_it_reads_a_side_of_a_comparison(text, label, overrides):
    arm = read_arm(text, "B")
    assert (arm.label, arm.overrides) == (label, overrides)


def test_it_refuses_a_side_that_says_nothing():
    with pytest.raises(InvalidInput, match=r"section\.key=value"):
        read_arm("A: whatever", "A")


@pytest.mark.django_db(transaction=True)
def test_it_waits_and_tells_the_outcome(
    launch,
    program,
    script_program,
    staff,
    config,
    start_supervisor,
    project,
):
    script_program("import sys; sys.exit(open(sys.argv[1]).read().count('b = 3'))")
    start_supervisor()
    words = ("script", "--config", config, "--project", "optics", "--wait")
    code, _, err = launch(*words, "--sweep", "a.b=1,2,3")
    assert code == 1
    assert "2 of 3 completed, 1 failed" in err


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_cancels_it_where_that_was_asked(
    terminal,
    program,
    script_program,
    staff,
    config,
    project,
):
    """There is no supervisor: all of it waits."""
    script_program("")
    words = ("script", "--config", config, "--project", "optics", "--repeat", "2", "--wait")
    cancelled = terminal(*words, "--cancel-on-interrupt")
    wait_for(lambda: "no supervisor" in cancelled.stderr.readline())
    cancelled.send_signal(signal.SIGINT)
    assert cancelled.wait(30) == 130
    assert Batch.objects.get().status == "cancelled"


def test_its_line_says_how_far_it_is(batch_row):
    batch = batch_row(num_iterations=20, status="running")
    counts = BatchCounts(20, waiting=5, running=2, completed=9, failed=3, unmade=1, seconds_each=6)
    assert progress_line(batch, counts).endswith(
        "60 %  12 of 20 done · 3 failed · 2 running · 6 waiting · about 42 s left"
    )


@pytest.mark.parametrize(
    ("status", "statuses", "code"),
    [
        ("completed", ["completed"] * 3, 0),
        ("completed", ["completed", "completed", "lost"], 1),
        ("failed", ["failed"] * 3, 1),
        ("cancelled", ["completed", "cancelled", "cancelled"], 130),
    ],
)
def test_its_exit_status_is_0_only_where_all_completed(batch_with_runs, status, statuses, code):
    assert status_of(batch_with_runs(statuses, status=status)) == code
    assert status_of(None) == 3
