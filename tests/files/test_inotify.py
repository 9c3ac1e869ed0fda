import os
import shutil

import pytest

from runs.files.inotify import Allowance, Overflown, TreeWatch


@pytest.fixture
def watch():
    watch = TreeWatch()
    yield watch
    watch.close()


def told(watch):
    watch.wait(2)
    return {tuple(change) for change in watch.read()}


def test_it_says_which_entry_of_which_directory_changed(watch, tmp_path):
    watch.add(str(tmp_path))

    (tmp_path / "new").write_text("x")

    assert told(watch) == {(str(tmp_path), "new")}


def test_it_is_silent_while_a_file_grows(watch, tmp_path):
    with (tmp_path / "log").open("w") as log:
        watch.add(str(tmp_path))
        log.write("line\n")
        log.flush()

        assert not watch.wait(0.2)


def test_it_tells_under_the_name_a_directory_has_now(watch, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    watch.add(str(old))
    old.rename(new)
    assert (str(old), "") in told(watch)
    watch.add(str(new))

    (new / "file").touch()

    assert (str(new), "file") in told(watch)


def test_it_forgets_a_directory_that_was_deleted(watch, tmp_path):
    (tmp_path / "a").mkdir()
    watch.add(str(tmp_path / "a"))

    shutil.rmtree(tmp_path / "a")

    assert (str(tmp_path / "a"), "") in told(watch)
    assert len(watch) == 0


def test_it_hears_nothing_of_what_was_dropped(watch, tmp_path):
    watch.add(str(tmp_path))
    watch.drop(str(tmp_path))
    told(watch)

    (tmp_path / "new").touch()

    assert told(watch) == set()


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: path.symlink_to("/")])
def test_it_watches_directories_alone(watch, tmp_path, make):
    make(tmp_path / "thing")

    assert not watch.add(str(tmp_path / "thing"))
    assert not watch.full


def test_it_leaves_the_rest_once_its_allowance_is_used(tmp_path):
    for name in "abc":
        (tmp_path / name).mkdir()
    allowance = Allowance(2)
    watch, other = TreeWatch(allowance), TreeWatch(allowance)

    assert watch.add(str(tmp_path / "a")) and other.add(str(tmp_path / "b"))
    assert not watch.add(str(tmp_path / "c"))
    assert watch.full and not other.full
    assert watch.add(str(tmp_path / "a"))

    other.close()
    assert watch.add(str(tmp_path / "c"))
    watch.close()
    assert allowance.left == 2


def test_it_says_when_more_happened_than_is_known(watch, tmp_path):
    watch.add(str(tmp_path))
    for _ in range(9000):
        for name in ("a", "b"):
            os.close(os.open(tmp_path / name, os.O_CREAT | os.O_WRONLY))

    with pytest.raises(Overflown):
        list(watch.read())


def test_it_gives_odd_names_as_they_are(watch, tmp_path):
    watch.add(str(tmp_path))

    (tmp_path / os.fsdecode(b"\xff \n")).touch()

    assert (str(tmp_path), "\udcff \n") in told(watch)
