"""Which directories below a job's name are checkpoints."""

import ctypes
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from runs.contract import checkpoint_places
from runs.contract.checkpoint_places import find_checkpoints
from tests.disk import write_checkpoint


@contextmanager
def as_nobody():
    """This thread's rights on files are those of nobody, where it has those of root."""
    libc = ctypes.CDLL(None)
    own = libc.setfsuid(65534)
    try:
        yield
    finally:
        libc.setfsuid(own)


@pytest.fixture
def name(tmp_path):
    """A job's name directory below a root."""
    path = tmp_path / "gpt" / "baselines" / "lm_small"
    path.mkdir(parents=True)
    return path


def write(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(name):
    return sorted(find_checkpoints(str(name)).checkpoints)


def test_it_finds_a_nested_suffix_and_not_each_level_above(tmp_path, name):
    for suffix in ("ntoks/134217728", "ntoks/268435456", "final/1073741824", "best"):
        write_checkpoint(tmp_path, suffix)
    assert found(name) == ["best", "final/1073741824", "ntoks/134217728", "ntoks/268435456"]


def test_it_tells_the_inode(tmp_path, name):
    directory = write_checkpoint(tmp_path, "best")
    assert find_checkpoints(str(name)).checkpoints == {"best": directory.stat().st_ino}


def test_it_finds_those_of_the_bundled_simulator(name):
    write(name / "0a1b2c3d" / "load_3" / "state.json", "{}")
    write(name / "0a1b2c3d" / "load_4" / "config.json", "{}")
    assert found(name) == ["0a1b2c3d/load_3", "0a1b2c3d/load_4"]


def test_it_does_not_look_into_a_marked_one(tmp_path, name):
    directory = write_checkpoint(tmp_path, "best")
    write(directory / "checkpoint" / "inner" / "config.json")
    write(directory / "older" / "config.yaml")
    assert found(name) == ["best"]


@pytest.mark.parametrize(
    "mark", [*checkpoint_places.CONFIGS, "job.json", "commit_success.txt", "_CHECKPOINT_METADATA"]
)
def test_it_knows_a_checkpoint_by_one_file(name, mark):
    write(name / "a" / "b" / mark)
    assert found(name) == ["a/b"]


def test_it_takes_a_directory_of_only_files_for_one(name):
    write(name / "ntoks" / "100" / "weights.bin")
    assert found(name) == ["ntoks/100"]


def test_it_takes_unmarked_directories_below_a_payload_for_part_of_it(name):
    write(name / "step_5" / "model.safetensors")
    write(name / "step_5" / "optimizer" / "shard_0" / "state.bin")
    assert found(name) == ["step_5"]
    branches = find_checkpoints(str(name)).branches
    assert set(branches) == {str(name), str(name / "step_5")}


@pytest.mark.parametrize("stray", ["README", "README.md", "notes.txt", "eval.log", "latest"])
def test_it_is_not_misled_by_stray_files_beside_checkpoints(tmp_path, name, stray):
    write(name / stray)
    write(name / "ntoks" / stray)
    write(name / "ntoks" / "100" / "weights.bin")
    assert found(name) == ["ntoks/100"]


def test_it_is_not_misled_by_any_file_beside_marked_checkpoints(tmp_path, name):
    write_checkpoint(tmp_path, "ntoks/100")
    write(name / "ntoks" / "plot.png")
    assert found(name) == ["ntoks/100"]


def test_it_never_takes_the_name_itself_for_one(name):
    write(name / "config.json", "{}")
    write(name / "weights.bin")
    assert found(name) == []


def test_it_finds_nothing_in_empty_directories_and_watches_them(name):
    (name / "ntoks" / "100").mkdir(parents=True)
    places = find_checkpoints(str(name))
    assert places.checkpoints == {}
    assert set(places.branches) == {str(name), str(name / "ntoks"), str(name / "ntoks" / "100")}


def test_it_tells_when_branches_changed(tmp_path, name):
    write_checkpoint(tmp_path, "ntoks/100")
    branches = find_checkpoints(str(name)).branches
    expected = {str(path): path.stat().st_mtime_ns for path in (name, name / "ntoks")}
    assert branches == expected


def test_it_lists_what_an_unfinished_save_left(tmp_path, name):
    write(name / "ntoks" / "100.orbax-checkpoint-tmp-7" / "d" / "0")
    write_checkpoint(tmp_path, "ntoks/200", complete=False)
    assert found(name) == ["ntoks/100.orbax-checkpoint-tmp-7", "ntoks/200"]


def test_it_leaves_out_hidden_names_and_symlinks(tmp_path, name):
    write_checkpoint(tmp_path, ".trash/100")
    write_checkpoint(tmp_path, "best")
    (name / "again").symlink_to(name / "best")
    (name / "loop").symlink_to(name)
    assert found(name) == ["best"]


def test_it_stops_at_a_depth_and_says_so(name):
    write(name.joinpath(*"abcdefgh") / "weights.bin")
    write(name.joinpath("x", *"abcdefgh") / "weights.bin")
    places = find_checkpoints(str(name))
    assert sorted(places.checkpoints) == ["a/b/c/d/e/f/g/h"]
    assert "more than 8 levels" in places.faults[0][1]


def test_it_takes_a_directory_of_too_many_files_for_a_payload(name, monkeypatch):
    monkeypatch.setattr(checkpoint_places, "MOST_ENTRIES", 20)
    for number in range(30):
        write(name / "huge" / f"note_{number}.txt")
    assert found(name) == ["huge"]


def test_it_says_that_it_did_not_list_too_many_directories(name, monkeypatch):
    monkeypatch.setattr(checkpoint_places, "MOST_ENTRIES", 3)
    for number in range(5):
        write(name / "ntoks" / str(number) / "job.json")
    places = find_checkpoints(str(name))
    assert len(places.checkpoints) == 3
    assert places.faults[0][0] == str(name / "ntoks")


def test_it_gives_up_on_a_maze_and_says_so_once(name, monkeypatch):
    monkeypatch.setattr(checkpoint_places, "MOST_DIRECTORIES", 5)
    for number in range(20):
        (name / f"d{number:02}").mkdir()
    places = find_checkpoints(str(name))
    assert len(places.faults) == 1
    assert len(places.branches) == 6


@pytest.mark.parametrize("odd", ["a\nb", "emoji 🚀", "back\\slash", "%41", "-rf", "a b", "..."])
def test_it_finds_odd_names(name, odd):
    write(name / "x" / odd / "job.json")
    places = find_checkpoints(str(name))
    assert list(places.checkpoints) == ([] if odd.startswith(".") else [f"x/{odd}"])


def test_it_reports_a_name_that_is_not_utf8_and_finds_the_others(tmp_path, name):
    (name / os.fsdecode(b"bad\xff")).mkdir()
    write_checkpoint(tmp_path, "good")
    places = find_checkpoints(str(name))
    assert list(places.checkpoints) == ["good"]
    assert "UTF-8" in places.faults[0][1]


def test_it_reports_a_path_that_is_too_long(name):
    write(name.joinpath(*["x" * 200] * 6) / "job.json")
    places = find_checkpoints(str(name))
    assert places.checkpoints == {}
    assert "1000 characters" in places.faults[0][1]


def test_it_survives_directories_that_vanish_meanwhile(name, monkeypatch):
    write(name / "gone" / "job.json")
    write(name / "stays" / "job.json")
    entries = checkpoint_places.list_entries(str(name))
    (name / "gone").rename(name.parent / "elsewhere")
    search = checkpoint_places._Search(str(name))
    search.descend("", entries)
    assert list(search.found.checkpoints) == ["stays"]
    assert search.found.faults == []


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has rights of its own on Linux")
def test_it_reports_what_it_may_not_read_and_finds_the_others():
    # pytest's own folders are closed to others
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        locked = write_checkpoint(root, "ntoks/100").parent
        name = write_checkpoint(root, "best").parent
        root.chmod(0o755)
        locked.chmod(0)
        with as_nobody():
            places = find_checkpoints(str(name))
        locked.chmod(0o755)
    assert list(places.checkpoints) == ["best"]
    assert places.unreadable == ["ntoks"]
    assert places.branches[str(locked)] == 0
    assert "Permission denied" in places.faults[0][1]


def test_it_raises_where_the_name_is_gone(tmp_path):
    with pytest.raises(FileNotFoundError):
        find_checkpoints(str(tmp_path / "nowhere"))
