"""What a terminal shows of a run: whole lines, a bar, its outcome."""

import io

import pytest

from runs.contract.layout import LOG
from runs.management.waiting import LogPrinter, Terminal, exit_status, outcome, progress_bar
from runs.models import Run


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def screen():
    return Terminal(io.StringIO(), Screen())


def test_it_prints_whole_lines_and_at_the_end_the_rest(make_run, screen):
    run = make_run()
    log = LogPrinter(run, screen)
    (run.directory / LOG).write_bytes(b"eins\nzw")
    log.step()
    assert screen.out.getvalue() == "eins\n"
    log.step(to_the_end=True)
    assert screen.out.getvalue() == "eins\nzw"


def test_it_prints_an_endless_line_in_pieces(make_run, screen):
    run = make_run()
    (run.directory / LOG).write_bytes("ä".encode() * 200_000)
    log = LogPrinter(run, screen)
    while log.step(to_the_end=True):
        pass
    assert screen.out.getvalue() == "ä" * 200_000


def test_it_begins_anew_with_a_truncated_log(make_run, screen):
    run = make_run()
    log = LogPrinter(run, screen)
    (run.directory / LOG).write_text("long first line\n")
    log.step()
    (run.directory / LOG).write_text("new\n")
    while log.step():
        pass
    assert screen.out.getvalue() == "long first line\nnew\n"


def test_it_keeps_the_bar_below_the_log(screen):
    screen.draw("bar")
    screen.write("line\n")
    assert screen.out.getvalue() == "line\n"
    assert screen.aside.getvalue().endswith("bar")
    assert screen.aside.getvalue().count("bar") == 2


def test_it_draws_no_bar_into_a_file():
    terminal = Terminal(io.StringIO(), io.StringIO())
    terminal.draw("bar")
    assert terminal.aside.getvalue() == ""


def test_it_says_how_far_a_run_is():
    run = Run(progress={
        "fraction": 0.5, "load_index": 2, "load_total": 6, "iteration": 2, "iteration_total": 8,
        "eta_seconds": 40.2,
    })  # fmt: skip
    bar = progress_bar(run)
    assert bar.startswith("▓" * 12 + "░" * 12)
    assert bar.endswith("50 %  load 3 of 6 · iteration 2 of 8 · about 40 s left")


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("completed", 0, 0),
        ("failed", 7, 7),
        ("failed", None, 1),
        ("failed", -11, 1),
        ("cancelled", 143, 130),
        ("preempted", None, 3),
        ("lost", None, 3),
    ],
)
def test_it_exits_as_the_run_did(run_row, job_row, status, code, expected):
    run = run_row(status=status)
    job_row(ordered_run=run, run_id=run.pk, exit_code=code)
    assert exit_status(run) == expected


def test_it_says_the_outcome_once():
    assert outcome(Run(status="cancelled", reason="cancelled: after 0.4 s")) == (
        "cancelled: after 0.4 s"
    )
    assert outcome(Run(status="failed", reason="exit code 1")) == "failed: exit code 1"
