import signal

from runs.lifecycle.processes import end_marked, marked_processes

from .shim_runs import DAEMON, is_running, wait_until


def kill_shim(run):
    run.shims[0].send_signal(signal.SIGKILL)
    run.shims[0].wait()


def test_it_takes_the_program_along_when_it_is_killed(run):
    run.start("sleep", "60")
    program = run.running()["program_pid"]
    kill_shim(run)
    wait_until(lambda: not is_running(program))
    assert run.metadata["status"] == "running"


def test_what_daemonised_is_found_by_its_mark_and_ended(run):
    run.python(DAEMON + "\ntime.sleep(60)")
    daemon = run.daemon()
    kill_shim(run)
    wait_until(lambda: [process.pid for process in marked_processes(run.path)] == [daemon])
    receipt = end_marked(run.path, 5)
    assert [(e["pid"], e["signal"]) for e in receipt["signalled"]] == [(daemon, "SIGTERM")]
    assert (receipt["all_gone"], receipt["still_alive"]) == (True, [])
    assert not is_running(daemon)


def test_what_daemonised_and_ignores_sigterm_is_killed(run):
    run.python(
        DAEMON.replace("os.setsid()", "os.setsid(); signal.signal(15, 1)") + "time.sleep(60)"
    )
    daemon = run.daemon()
    kill_shim(run)
    receipt = end_marked(run.path, 0.2)
    assert [e["signal"] for e in receipt["signalled"] if e["pid"] == daemon] == [
        "SIGTERM",
        "SIGKILL",
    ]
    assert not is_running(daemon)


def test_a_killed_run_is_not_started_a_second_time(run):
    run.start("sh", "-c", "echo ran; sleep 60")
    wait_until(lambda: run.running() and run.read())
    kill_shim(run)
    second = run.start("sh", "-c", "echo ran")
    second.communicate()
    assert run.read() == b"ran\n"
