"""What one checkpoint's directory says of itself."""

import json
import os
import threading
import time
from datetime import UTC, datetime

import pytest

from runs.contract.checkpoint import read_checkpoint, read_latest
from runs.simulator.checkpoint import CheckpointDirectory, State
from tests.disk import write_checkpoint


@pytest.fixture
def checkpoint(tmp_path):
    return write_checkpoint(tmp_path, "ntoks/134217728")


@pytest.fixture
def bare(tmp_path):
    path = tmp_path / "bare"
    path.mkdir()
    return path


def read(directory):
    return read_checkpoint(str(directory))


def test_it_reads_what_a_trainer_wrote(checkpoint):
    facts = read(checkpoint)
    assert facts.complete and facts.reason == ""
    assert (facts.steps, facts.score) == (4096, 0.5)
    assert facts.metrics == {"steps": 4096, "score": 0.5}
    assert (facts.made_by_name, facts.made_by_id) == ("lm_small", "0a1b2c3d")
    assert facts.config_name == "config.yaml"
    assert facts.faults == []


def test_it_tells_how_the_directory_looked(checkpoint):
    os.utime(checkpoint, ns=(time.time_ns(), time.time_ns() + 10**9))
    facts, found = read(checkpoint), checkpoint.stat()
    assert (facts.inode, facts.modified_ns, facts.owner) == (
        found.st_ino, found.st_mtime_ns, found.st_uid,
    )  # fmt: skip


def test_it_reads_what_the_bundled_simulator_wrote(tmp_path):
    suffix = CheckpointDirectory(tmp_path, "0a1b2c3d").save(State(), {"a": {"b": 1}})
    facts = read(tmp_path / suffix)
    assert facts.complete
    assert facts.made_by_id == "0a1b2c3d"
    assert read_latest(str(tmp_path)) == suffix


def test_it_takes_the_other_configuration_where_there_is_no_yaml(checkpoint):
    (checkpoint / "config.yaml").unlink()
    assert read(checkpoint).config_name == "config.json"
    (checkpoint / "config.json").unlink()
    assert read(checkpoint).config_name == ""


def test_it_dates_a_save_by_its_commit(checkpoint):
    (checkpoint / "checkpoint" / "commit_success.txt").unlink()
    (checkpoint / "checkpoint" / "_CHECKPOINT_METADATA").write_text(
        json.dumps({"metrics": {}, "commit_timestamp_nsecs": 1785551305808668032})
    )
    facts = read(checkpoint)
    assert facts.complete
    assert facts.saved_at == datetime(2026, 8, 1, 2, 28, 25, 808668, UTC)


def test_it_dates_other_saves_by_their_directory(checkpoint):
    for path in (checkpoint / "config.json", checkpoint):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert read(checkpoint).saved_at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_it_notices_numbers_written_over_in_place(checkpoint):
    before = read(checkpoint)
    os.utime(checkpoint / "config.json", (time.time(), time.time() + 5))
    after = read(checkpoint)
    assert checkpoint.stat().st_mtime_ns <= before.modified_ns < after.modified_ns


@pytest.mark.parametrize("ahead_seconds", [10**7, 2**32])
def test_it_never_dates_a_save_ahead_of_our_clock(checkpoint, ahead_seconds):
    seconds = time.time() + ahead_seconds
    os.utime(checkpoint, (seconds, seconds))
    assert read(checkpoint).saved_at <= datetime.now(UTC)


@pytest.mark.parametrize("commit", [True, None, "now", -5, 0, 2**70, 1.5, [1]])
def test_it_does_not_believe_an_odd_commit_time(checkpoint, commit):
    (checkpoint / "checkpoint" / "commit_success.txt").unlink()
    (checkpoint / "checkpoint" / "_CHECKPOINT_METADATA").write_text(
        json.dumps({"commit_timestamp_nsecs": commit})
    )
    assert not read(checkpoint).complete


def test_it_is_incomplete_while_only_a_temporary_payload_is_there(tmp_path):
    facts = read(write_checkpoint(tmp_path, complete=False))
    assert not facts.complete
    assert "checkpoint.orbax-checkpoint-tmp-1" in facts.reason


def test_it_is_incomplete_until_the_payload_is_committed(checkpoint):
    (checkpoint / "checkpoint" / "commit_success.txt").unlink()
    assert "not committed" in read(checkpoint).reason


def test_it_is_complete_beside_what_an_older_save_left(checkpoint):
    (checkpoint / "checkpoint.orbax-checkpoint-tmp-1").mkdir()
    assert read(checkpoint).complete


@pytest.mark.parametrize("files", [["rng.npy"], ["config.json", "job.json", "config.yaml"],
                                   ["config.yaml", "weights.bin.tmp", "w.part"]])  # fmt: skip
def test_it_is_incomplete_without_a_payload(bare, files):
    for name in files:
        (bare / name).write_text("{}")
    assert read(bare).reason == "It has no payload yet."


def test_it_says_that_it_is_empty(bare):
    assert read(bare).reason == "It is empty."


@pytest.mark.parametrize(
    "payload", ["weights.bin", "state.json", "model.safetensors", "checkpoint"]
)
def test_it_takes_any_other_file_for_a_payload(bare, payload):
    (bare / "config.yaml").write_text("a: 1\n")
    (bare / payload).write_text("x")
    assert read(bare).complete


def test_it_takes_any_other_directory_for_a_payload(bare):
    (bare / "config.yaml").write_text("a: 1\n")
    (bare / "params").mkdir()
    assert read(bare).complete


def test_it_is_complete_where_the_directory_itself_is_the_payload(bare):
    (bare / "commit_success.txt").touch()
    (bare / "d").mkdir()
    assert read(bare).complete


def test_it_knows_a_temporary_directory_of_orbax(tmp_path):
    directory = tmp_path / "100.orbax-checkpoint-tmp-3"
    directory.mkdir()
    (directory / "weights").touch()
    assert "did not finish" in read(directory).reason


def test_it_keeps_only_numbers_that_every_database_takes(checkpoint):
    (checkpoint / "config.json").write_text(
        '{"steps": 5.0, "score": NaN, "loss": 1.5, "inf": Infinity, "huge": 1e999, '
        f'"big": {10**30}, "flag": true, "text": "1", "nested": {{"a": 1}}, "none": null}}'
    )
    facts = read(checkpoint)
    assert facts.metrics == {"steps": 5.0, "loss": 1.5}
    assert (facts.steps, facts.score) == (5, None)


@pytest.mark.parametrize(("steps", "read_as"), [(7, 7), (7.5, None), ("7", None), (True, None)])
def test_it_reads_whole_steps(checkpoint, steps, read_as):
    (checkpoint / "config.json").write_text(json.dumps({"steps": steps}))
    assert read(checkpoint).steps == read_as


def test_it_keeps_a_hundred_numbers(checkpoint):
    values = {f"m{number}": number for number in range(1000)} | {"steps": 3}
    (checkpoint / "config.json").write_text(json.dumps(values))
    facts = read(checkpoint)
    assert len(facts.metrics) == 100
    assert facts.steps == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000,
                                     b'{"steps": 1', b"null"])  # fmt: skip
@pytest.mark.parametrize("name", ["config.json", "job.json"])
def test_it_reads_the_rest_beside_junk(checkpoint, name, content):
    (checkpoint / name).write_bytes(content)
    facts = read(checkpoint)
    assert facts.complete
    assert len(facts.faults) == 1
    assert facts.faults[0].startswith(name)


def test_it_does_not_read_a_giant(checkpoint):
    with (checkpoint / "config.json").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    assert read(checkpoint).faults == ["config.json is larger than 8,192 KiB."]


def test_it_waits_for_no_writer_of_a_pipe(checkpoint):
    (checkpoint / "config.json").unlink()
    os.mkfifo(checkpoint / "config.json")
    facts = read(checkpoint)
    assert facts.config_name == "config.yaml"
    assert facts.metrics == {}


def test_it_does_not_follow_a_symlink(checkpoint, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"name": "secret"}')
    (checkpoint / "job.json").unlink()
    (checkpoint / "job.json").symlink_to(secret)
    assert read(checkpoint).made_by_name == ""


def test_it_reads_again_what_is_half_written(checkpoint):
    path = checkpoint / "config.json"
    path.write_text('{"steps": ')

    def finish():
        path.write_text('{"steps": 9}')

    timer = threading.Timer(0.001, finish)
    timer.start()
    facts = read(checkpoint)
    timer.join()
    assert facts.steps == 9


@pytest.mark.parametrize(
    ("name", "read_as"),
    [(5, "5"), (None, ""), (["a"], ""), ("x" * 999, "x" * 255), ("nul\0", "nul\ufffd"), (True, "")],
)
def test_it_reads_who_made_it(checkpoint, name, read_as):
    (checkpoint / "job.json").write_text(json.dumps({"name": name}))
    assert read(checkpoint).made_by_name == read_as


def test_it_raises_where_the_directory_is_gone(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nowhere")


def test_it_reads_which_is_the_latest(checkpoint):
    name = checkpoint.parent.parent
    assert read_latest(str(name)) == "ntoks/134217728"
    (name / "latest").write_text("  best\n")
    assert read_latest(str(name)) == "best"


@pytest.mark.parametrize("content", [b"", b" \n", b"x" * 5000])
def test_it_reads_no_latest_from_junk(tmp_path, content):
    (tmp_path / "latest").write_bytes(content)
    assert read_latest(str(tmp_path)) is None


def test_it_reads_no_latest_from_a_directory_or_symlink(tmp_path):
    assert read_latest(str(tmp_path)) is None
    (tmp_path / "latest").mkdir()
    assert read_latest(str(tmp_path)) is None
    (tmp_path / "latest").rmdir()
    (tmp_path / "other").write_text("best")
    (tmp_path / "latest").symlink_to(tmp_path / "other")
    assert read_latest(str(tmp_path)) is None
