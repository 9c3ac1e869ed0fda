import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runs.errors import InvalidInput, LaunchFailed
from runs.lifecycle.executors import executor_named
from runs.lifecycle.executors.base import Probe
from runs.lifecycle.executors.local import LocalExecutor
from runs.lifecycle.processes import end_marked

from ..shim_runs import DAEMON, is_running, wait_until

ROOT = Path(__file__).resolve().parents[3]


def test_it_runs_a_program_to_its_end(launches):
    handle = launches.launch("sh", "-c", "echo hello; exit 5")
    record = launches.ended(handle)
    assert (record["status"], record["exit_code"]) == ("failed", 5)
    assert (launches.path / "output.log").read_text() == "hello\n"


def test_its_handle_survives_as_json_and_another_process(launches):
    handle = json.loads(json.dumps(launches.launch("sleep", "60")))
    assert LocalExecutor().probe(handle) is Probe.RUNNING
    LocalExecutor().cancel(handle, 5, "ada")
    assert launches.ended(handle)["status"] == "cancelled"


def test_it_keeps_the_launch_file_private(launches):
    launches.launch("sleep", "60")
    assert (launches.path / ".launch.json").stat().st_mode & 0o077 == 0


def test_it_detaches_the_shim_from_us(launches):
    handle = launches.launch("sleep", "60")
    assert os.getsid(handle["pid"]) == handle["pid"]
    launches.running()
    descriptors = Path(f"/proc/{handle['pid']}/fd")
    targets = [str((descriptors / name).readlink()) for name in "012"]
    assert targets == ["/dev/null", "/dev/null", str(launches.path / ".shim.log")]


def test_it_runs_a_program_once_however_often_it_is_launched(launches):
    first = launches.launch("sh", "-c", "echo ran; sleep 60")
    again = launches.launch("sh", "-c", "echo ran; sleep 60")
    assert LocalExecutor().launch(launches.spec("sh", "-c", "echo ran")).handle == again == first
    wait_until((launches.path / "output.log").exists)
    launches.executor.cancel(first, 5, "ada")
    ended = launches.ended(first)
    assert ended["status"] == "cancelled"
    assert launches.launch("sh", "-c", "echo ran") == first
    assert launches.metadata == ended
    assert (launches.path / "output.log").read_text() == "ran\n"


def test_it_runs_a_program_once_when_many_launch_it_at_the_same_moment(launches):
    executors = [LocalExecutor() for _ in range(6)]
    handles = []
    spec = launches.spec("sh", "-c", "echo ran; sleep 60")
    threads = [
        threading.Thread(target=lambda e=executor: handles.append(e.launch(spec).handle))
        for executor in executors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    launches.running()
    assert len(handles) == 6
    assert all(handle == handles[0] for handle in handles)
    executors[0].cancel(handles[0], 5, "ada")
    wait_until(lambda: all(e.probe(handles[0]) is Probe.GONE for e in executors))
    assert (launches.path / "output.log").read_text() == "ran\n"


def test_it_finds_the_run_of_a_supervisor_that_was_killed_right_after_launching(launches):
    code = (
        "import os, sys; from pathlib import Path;"
        "from runs.lifecycle.executors.base import LaunchSpec;"
        "from runs.lifecycle.executors.local import LocalExecutor;"
        "spec = LaunchSpec(Path(sys.argv[1]), ['sh', '-c', 'echo ran; sleep 60'], dict(os.environ),"
        " {'run_id': 'x'}); LocalExecutor().launch(spec); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(launches.path)], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    handle = launches.launch("sh", "-c", "echo ran; sleep 60")
    launches.running()
    assert handle["pid"] == launches.metadata["pid"]
    launches.executor.cancel(handle, 5, "ada")
    assert launches.ended(handle)["status"] == "cancelled"
    assert (launches.path / "output.log").read_text() == "ran\n"


def test_it_is_not_killed_by_a_cancel_that_comes_at_once(launches):
    handle = launches.launch("sleep", "60")
    launches.executor.cancel(handle, 5, "ada")
    assert launches.ended(handle)["status"] == "cancelled"


def test_it_shortens_the_grace_period_of_an_order_under_way(launches):
    handle = launches.launch("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    wait_until(lambda: launches.running() and (launches.path / "output.log").read_text())
    launches.executor.cancel(handle, 60, "ada")
    launches.executor.cancel(handle, 0, "ada")
    assert launches.ended(handle)["signal"] == "SIGKILL"


def test_it_says_gone_when_the_shim_was_killed(launches):
    handle = launches.launch(sys.executable, "-c", DAEMON + "\ntime.sleep(60)")
    daemon = launches.path / "daemon.pid"
    wait_until(daemon.exists)
    os.kill(handle["pid"], signal.SIGKILL)
    assert launches.ended(handle)["status"] == "running"
    launches.executor.cancel(handle, 5, "ada")
    assert is_running(int(daemon.read_text()))
    assert end_marked(launches.path, 5)["all_gone"] is True
    assert not is_running(int(daemon.read_text()))


def test_it_gives_a_descriptor_to_wait_on(launches):
    handle = launches.launch("sleep", "60")
    descriptor = launches.executor.wait_fd(handle)
    launches.executor.cancel(handle, 5, "ada")
    assert select.select([descriptor], [], [], 20)[0] == [descriptor]
    os.close(descriptor)
    assert launches.executor.probe(handle) is Probe.GONE
    assert launches.executor.wait_fd(handle) is None


def test_it_leaves_no_zombie(launches):
    handle = launches.launch("true")
    launches.ended(handle)
    assert not Path(f"/proc/{handle['pid']}").exists()


def test_it_cannot_tell_about_another_machine(launches):
    handle = launches.launch("true")
    assert launches.executor.probe({**handle, "host": "elsewhere"}) is Probe.UNKNOWN


def test_it_says_gone_after_a_restart_of_the_machine(launches):
    handle = launches.launch("sleep", "60")
    assert launches.executor.probe({**handle, "boot_id": "another"}) is Probe.GONE


def test_it_cancels_a_run_whose_directory_was_deleted(launches, tmp_path):
    handle = launches.launch("sleep", "60")
    program = launches.running()
    launches.path.rename(tmp_path / "elsewhere")
    launches.executor.cancel(handle, 5, "ada")
    wait_until(lambda: launches.executor.probe(handle) is Probe.GONE)
    assert not is_running(program)


def test_it_says_why_it_cannot_launch(launches):
    launches.path.rmdir()
    with pytest.raises(LaunchFailed, match="could not be launched: .*No such file"):
        launches.launch("true")
    launches.path.write_text("not a directory")
    with pytest.raises(LaunchFailed):
        launches.launch("true")
    launches.path.unlink()


def test_it_does_not_hand_its_own_mark_to_the_shim(launches, monkeypatch):
    monkeypatch.setenv("FUSIONWEB_RUN_DIR", "/another/run")
    handle = launches.launch("sleep", "60")
    launches.running()
    assert b"FUSIONWEB_RUN_DIR" not in Path(f"/proc/{handle['pid']}/environ").read_bytes()


def test_executors_go_by_name():
    assert executor_named("local") is executor_named("local")
    with pytest.raises(InvalidInput, match="no executor 'moon', only: local"):
        executor_named("moon")
