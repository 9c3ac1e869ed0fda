import json
import os
import shutil
import signal
import subprocess

import pytest

from runs.lifecycle import record

from .shim_runs import is_running, wait_until


def test_it_beats(run):
    run.start("sleep", "60", heartbeat_seconds=0.1)
    first = run.running()["last_heartbeat"]
    wait_until(lambda: run.metadata["last_heartbeat"] > first)
    assert run.metadata["status"] == "running"


def test_it_never_shows_a_reader_a_broken_record(run):
    run.start("sleep", "1", heartbeat_seconds=0)
    run.running()
    reads = 0
    while run.shims[0].poll() is None:
        assert json.loads(run.read("metadata.json"))["run_id"] == "0123456789ab"
        reads += 1
    assert reads > 0


def test_it_keeps_what_it_was_given(run):
    given = {"name": "n\ud800ä", "config": {"a": [1, None]}, "start_time": "2026-01-01T00:00:00"}
    written = run.run("true", metadata=given)
    assert {key: written[key] for key in given} == given


def test_it_leaves_nothing_but_its_files(run):
    run.run("true", heartbeat_seconds=0)
    assert sorted(path.name for path in run.path.iterdir()) == [
        ".launch.json",
        ".shim.lock",
        "metadata.json",
        "output.log",
    ]


def block_writing(run):
    """Make each attempt to write the record fail, as a full disk does."""
    blocker = run.path / f".metadata.json.{run.shims[0].pid}.tmp"
    blocker.mkdir()
    return blocker


def test_it_writes_the_outcome_once_the_disk_has_room_again(run):
    run.start("sh", "-c", "until test -e go; do sleep 0.02; done", heartbeat_seconds=0.05)
    program = run.running()["program_pid"]
    blocker = block_writing(run)
    complaint = os.read(run.shims[0].stderr.fileno(), 1000)
    (run.path / "go").touch()
    wait_until(lambda: not is_running(program))
    assert run.metadata["status"] == "running"
    blocker.rmdir()
    _, rest = run.shims[0].communicate()
    assert run.metadata["status"] == "completed"
    assert complaint.endswith(b"metadata.json: Is a directory\n")
    assert rest == b""  # each heartbeat failed, and the outcome at first: said once


def test_it_stays_with_a_program_whose_directory_was_deleted(run):
    run.start("sleep", "60", heartbeat_seconds=0.05)
    program = run.running()["program_pid"]
    shutil.rmtree(run.path.rename(run.path.with_name("trash")))
    with pytest.raises(subprocess.TimeoutExpired):
        run.shims[0].wait(timeout=0.3)
    assert is_running(program)
    run.shims[0].send_signal(signal.SIGTERM)
    run.shims[0].communicate()
    assert not is_running(program)
    assert not run.path.exists()


def test_it_overwrites_the_old_record_where_no_new_file_can_be_made(tmp_path):
    (tmp_path / "metadata.json").write_text("x" * 5000)
    (tmp_path / f".metadata.json.{os.getpid()}.tmp").mkdir()
    record.Record(str(tmp_path), {"status": "failed"}).write_final(patience_seconds=0)
    assert json.loads((tmp_path / "metadata.json").read_bytes())["status"] == "failed"


def test_it_writes_the_beginning_to_the_disk_within_a_second_or_so(run):
    run.start("sleep", "60", heartbeat_seconds=1000)
    first = run.running()
    wait_until(lambda: run.metadata["last_heartbeat"] > first["last_heartbeat"])
    assert run.metadata | {"last_heartbeat": ""} == first | {"last_heartbeat": ""}
