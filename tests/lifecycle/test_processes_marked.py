import os
import subprocess
import sys

import pytest

from runs.lifecycle.processes import end_marked, marked_processes


@pytest.fixture
def marked(tmp_path):
    """Start a process that bears the mark of a directory."""
    started = []

    def start(directory, name="FUSIONWEB_RUN_DIR"):
        process = subprocess.Popen(["sleep", "60"], env={**os.environ, name: str(directory)})
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_it_finds_by_the_whole_mark_only(marked, tmp_path):
    mine = marked(tmp_path)
    marked(f"{tmp_path}/deeper")
    marked(f"{tmp_path}-2")
    marked(tmp_path, name="OTHER_FUSIONWEB_RUN_DIR")
    assert [process.pid for process in marked_processes(tmp_path)] == [mine.pid]


def test_it_finds_a_directory_by_any_path_to_it(marked, tmp_path):
    mine = marked(tmp_path)
    link = tmp_path.with_name(tmp_path.name + "-link")
    link.symlink_to(tmp_path)
    assert [process.pid for process in marked_processes(link)] == [mine.pid]


def test_it_ends_nobody_where_nobody_is_marked(marked, tmp_path):
    other = marked(f"{tmp_path}/other")
    receipt = end_marked(tmp_path, 60)
    assert (receipt["signalled"], receipt["all_gone"]) == ([], True)
    assert other.poll() is None


def test_it_never_ends_itself(tmp_path):
    code = (
        "import sys; from pathlib import Path; from runs.lifecycle.processes import end_marked;"
        "end_marked(Path(sys.argv[1]), 1); print('still here')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "FUSIONWEB_RUN_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "still here\n", done.stderr
