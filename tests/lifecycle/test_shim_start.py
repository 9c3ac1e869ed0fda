import fcntl
import os
import subprocess
import sys

import pytest

from runs.lifecycle import shim

from .shim_runs import signals_of


def test_it_says_that_a_program_is_missing(run):
    record = run.run("no-such-program", "x")
    assert (record["status"], record["exit_code"]) == ("failed", 127)
    assert record["reason"] == "could not start: no-such-program: No such file or directory"
    assert run.read().decode() == record["reason"] + "\n"
    assert run.shims[0].returncode == 127
    assert "program_pid" not in record


def test_it_says_that_a_program_is_not_executable(run):
    (run.path / "tool").write_text("#!/bin/sh\n")
    record = run.run("./tool")
    assert (record["status"], record["exit_code"]) == ("failed", 126)
    assert record["reason"] == "could not start: ./tool: Permission denied"


def test_it_says_that_a_file_is_no_program(run):
    (run.path / "tool").write_bytes(b"\0\1\2")
    (run.path / "tool").chmod(0o755)
    assert run.run("./tool")["reason"] == "could not start: ./tool: Exec format error"


def test_it_says_that_the_working_directory_is_missing(run):
    record = run.run("true", cwd="/no/such/place")
    assert record["exit_code"] == 126
    assert record["reason"] == "could not start: /no/such/place: No such file or directory"


def test_it_says_that_the_log_cannot_be_written(run):
    (run.path / "output.log").mkdir()
    record = run.run("true")
    assert record["exit_code"] == 126
    assert record["reason"].startswith("could not start: ")
    assert record["reason"].endswith("output.log: Is a directory")


@pytest.mark.parametrize("argv", [[], [""], ["true\0"], ["x" * 5000], ["true", "y" * 3_000_000]])
def test_it_survives_a_command_that_cannot_be_one(run, argv):
    record = run.run(*argv)
    assert record["status"] == "failed"
    assert record["reason"].startswith("could not start: ")


def test_it_passes_arguments_and_environment_to_the_byte(run):
    odd = os.fsdecode(b"\xff\xfe \xc3\xbc \"'$(id)\n")
    run.run("sh", "-c", 'printf "%s|%s" "$1" "$ODD"', "sh", odd, env={**os.environ, "ODD": odd})
    assert run.read() == os.fsencode(odd) + b"|" + os.fsencode(odd)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"run_dir": 3}', "\0", "null"])
def test_it_refuses_what_is_no_launch_file(run, content):
    process = run.start("true")
    process.communicate()
    (run.path / "metadata.json").unlink()
    (run.path / ".launch.json").write_text(content)
    done = subprocess.run(process.args, capture_output=True)
    assert done.returncode == 2
    assert done.stderr.startswith(b"not a launch file")
    assert not (run.path / "metadata.json").exists()


def test_it_runs_a_directory_only_once(run):
    run.run("sh", "-c", "echo ran")
    before = run.metadata
    run.run("sh", "-c", "echo ran")
    assert run.read() == b"ran\n"
    assert run.metadata == before


def test_it_leaves_a_directory_alone_that_another_shim_holds(run):
    run.start("sleep", "60")
    before = run.running()
    second = run.start("sh", "-c", "echo ran")
    second.communicate()
    assert second.returncode == 0
    assert run.metadata == before
    assert run.read() == b""


def test_it_starts_nothing_while_another_holds_the_lock(run):
    with (run.path / ".shim.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run.run("sh", "-c", "echo ran") == {}
    assert not (run.path / "output.log").exists()


def test_it_starts_nothing_where_the_order_to_cancel_is_there_first(run):
    run.order(5)
    record = run.run("sh", "-c", "echo ran")
    assert (record["status"], record["reason"]) == ("cancelled", "cancelled: before it started")
    assert not (run.path / "output.log").exists()


def test_a_program_ignores_no_signal_that_its_starter_does(run, tmp_path):
    show = "while read -r name mask; do case $name in SigBlk:|SigIgn:) echo $mask;; esac; done"
    run.spec("sh", "-c", f"{show} < /proc/$$/status")
    deaf = f"trap '' QUIT HUP USR1; exec {sys.executable} -I -S {shim.__file__} {run.spec_file}"
    subprocess.run(["sh", "-c", deaf], check=True)
    assert signals_of(run.read()) == [0, 0]
