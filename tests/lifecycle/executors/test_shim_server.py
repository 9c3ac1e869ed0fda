"""One server forks all shims; whoever of the two dies, no run is lost and none starts twice."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from runs.lifecycle import shim_server
from runs.lifecycle.executors.base import Probe
from runs.lifecycle.executors.forking import ShimServer
from runs.lifecycle.executors.local import LocalExecutor
from runs.lifecycle.process_tree import read_process

from ..shim_runs import is_running, signals_of, wait_until
from .launches import Launches

ROOT = Path(__file__).resolve().parents[3]
# By builtins alone: while it forks, a shell blocks signals.
LOOK = """
for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo $n; done
echo --
while read -r name mask; do
    case $name in SigBlk:|SigIgn:) echo $mask;; esac
done < /proc/$$/status
echo --
env
"""
COUNT_STARTS = ("sh", "-c", "echo ran; sleep 60")


@pytest.fixture
def server():
    return ShimServer(rest_seconds=60)


@pytest.fixture
def launched(tmp_path, server):
    """Launch a program into a directory of its own, all through one server."""
    executor, made, numbers = LocalExecutor(server), [], itertools.count()

    def launch(*argv, **fields):
        run = Launches(tmp_path / f"run{next(numbers)}", executor)
        made.append(run)
        run.launch(*argv, **fields)
        return run

    yield launch
    for launches in made:
        launches.close()


def parent_of(run):
    return read_process(run.handles[0]["pid"]).parent


def descriptors_of(pid):
    return [entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()]


def count_descriptors(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_it_forks_every_shim(launched, server):
    runs = [launched("sleep", "60") for _ in range(3)]
    assert {parent_of(run) for run in runs} == {server.pid}
    assert len({run.handles[0]["pid"] for run in runs}) == 3


def test_it_gives_a_shim_its_name_and_nothing_of_its_own(launched, server):
    run = launched("sleep", "60")
    run.running()
    pid = run.handles[0]["pid"]
    assert Path(f"/proc/{pid}/comm").read_text() == "run0\n"
    held = {str(target) for target in descriptors_of(pid)}
    log, lock = (str(run.path / name) for name in (".shim.log", ".shim.lock"))
    assert {target for target in held if not target.startswith("pipe:")} == {"/dev/null", log, lock}
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")


def test_a_program_has_no_trace_of_it(tmp_path, server, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of the server")
    run = Launches(tmp_path / "run", LocalExecutor(server))
    with closing(run):
        spec = replace(run.spec("sh", "-c", LOOK), env={"PATH": os.environ["PATH"]})
        run.ended(run.executor.launch(spec).handle)
        descriptors, masks, environment = (run.path / "output.log").read_text().split("--\n")
        names = {line.partition("=")[0] for line in environment.splitlines()}
        assert names - {"PWD", "_", "OLDPWD"} == {"PATH", "FUSIONWEB_RUN_DIR", "FUSIONWEB_RUN_ID"}
        assert descriptors.split() == ["0", "1", "2"]
        assert signals_of(masks) == [0, 0]


def test_many_launches_leave_neither_zombies_nor_descriptors(launched, tmp_path, server):
    executor = launched("true").executor
    before = [count_descriptors(pid) for pid in (os.getpid(), server.pid)]
    runs = [Launches(tmp_path / f"short{number}", executor) for number in range(200)]
    handles = [run.launch("true") for run in runs]
    assert [run.ended(run.handles[0])["status"] for run in runs] == ["completed"] * 200
    wait_until(lambda: not any(Path(f"/proc/{handle['pid']}").exists() for handle in handles))
    assert [count_descriptors(pid) for pid in (os.getpid(), server.pid)] == before
    assert children_of(server.pid) == []


def test_a_run_outlives_it(launched, server):
    run = launched(*COUNT_STARTS)
    run.running()
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: parent_of(run) != server.pid)
    assert run.executor.probe(run.handles[0]) is Probe.RUNNING
    run.executor.cancel(run.handles[0], 5, "ada")
    assert run.ended(run.handles[0])["status"] == "cancelled"


def test_without_it_shims_are_started_one_by_one(launched, server):
    launched("true")
    os.kill(server.pid, signal.SIGKILL)
    runs = [launched(*COUNT_STARTS) for _ in range(2)]
    assert server.pid is None
    assert {parent_of(run) for run in runs} == {os.getpid()}


def test_it_is_started_again(launched, server):
    launched("true")
    killed = server.pid
    server._rest_seconds = 0
    os.kill(killed, signal.SIGKILL)
    launched("true")
    run = launched("sleep", "60")
    assert parent_of(run) == server.pid != killed


def test_one_that_hangs_is_done_without(launched, server):
    server._answer_seconds = 0.2
    launched("true")
    hanging = server.pid
    os.kill(hanging, signal.SIGSTOP)
    run = launched(*COUNT_STARTS)
    assert not is_running(hanging)
    wait_until(lambda: (run.path / "output.log").exists() and run.running())
    assert (run.path / "output.log").read_text() == "ran\n"


def test_one_that_cannot_be_started_is_done_without(launched, monkeypatch, tmp_path):
    monkeypatch.setattr("runs.lifecycle.executors.forking.SERVER", tmp_path / "missing.py")
    run = launched("true")
    assert run.ended(run.handles[0])["status"] == "completed"


def test_killed_at_any_moment_no_run_starts_twice_or_never(launched, server):
    server._rest_seconds = 0
    over = threading.Event()

    def kill_again_and_again():
        while not over.wait(0.03):
            if pid := server.pid:
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_again_and_again)
    killer.start()
    try:
        runs = [launched("sh", "-c", "echo ran >> starts") for _ in range(30)]
    finally:
        over.set()
        killer.join()
    for run in runs:
        assert run.ended(run.handles[0])["status"] == "completed"
        assert (run.path / "starts").read_text() == "ran\n"


def test_a_cancel_that_comes_at_once_is_never_lost(launched):
    for _ in range(20):
        run = launched("sleep", "60")
        run.executor.cancel(run.handles[0], 5, "ada")
        assert run.ended(run.handles[0])["status"] == "cancelled"


def test_it_ends_with_its_supervisor_and_the_run_goes_on(launched, tmp_path):
    code = (
        "import os, sys; from pathlib import Path;"
        "from runs.lifecycle.executors.base import LaunchSpec;"
        "from runs.lifecycle.executors.local import LocalExecutor;"
        "spec = LaunchSpec(Path(sys.argv[1]), ['sleep', '60'], dict(os.environ), {'run_id': 'x'});"
        "executor = LocalExecutor(); handle = executor.launch(spec).handle;"
        "print(executor._server.pid, handle['pid'], flush=True); os.kill(os.getpid(), 9)"
    )
    run = Launches(tmp_path / "its")
    with closing(run):
        words = [sys.executable, "-c", code, str(run.path)]
        server, shim = map(int, subprocess.run(words, cwd=ROOT, capture_output=True).stdout.split())
        wait_until(lambda: not is_running(server))
        run.running()
        assert is_running(shim)
        assert run.launch("sleep", "60")["pid"] == shim


def test_threads_share_it(launched, server):
    threads = [threading.Thread(target=launched, args=("sleep", "60")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(children_of(server.pid)) == 4


def test_a_request_without_its_descriptors_is_refused():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-I", "-S", shim_server.__file__, str(theirs.fileno())]
    process = subprocess.Popen(words, pass_fds=[theirs.fileno()])
    with ours, theirs:
        ours.send(b"/nowhere/.launch.json")
        assert json.loads(ours.recv(1000)) == {
            "error": "a request has come without its descriptors"
        }
        theirs.close()
        ours.close()
        assert process.wait(20) == 0


def test_a_launch_file_that_is_none_is_told_in_the_log(tmp_path, server):
    (tmp_path / ".launch.json").write_text("[]")
    with (tmp_path / ".shim.lock").open("w") as lock, (tmp_path / "log").open("wb") as errors:
        forked = server.fork(tmp_path / ".launch.json", lock.fileno(), errors.fileno())
    wait_until(lambda: not is_running(forked.pid))
    assert (tmp_path / "log").read_text().startswith("not a launch file")
