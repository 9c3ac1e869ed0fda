import os
import signal
import subprocess

from runs.lifecycle.process_tree import read_process

from .shim_runs import DAEMON, IGNORES_SIGTERM, is_running, wait_until


def signals_of(record, pid):
    return [entry["signal"] for entry in record["signalled"] if entry["pid"] == pid]


def test_it_cancels_by_sigterm(run):
    run.start("sleep", "60")
    program = run.running()["program_pid"]
    run.cancel()
    record = run.ended()
    assert (record["status"], record["signal"], record["exit_code"]) == (
        "cancelled",
        "SIGTERM",
        None,
    )
    assert record["reason"].startswith("cancelled: ended 0")
    assert record["reason"].endswith(" s after SIGTERM")
    assert record["signalled"][0]["pid"] == program
    assert record["signalled"][0]["name"] == "sleep"
    assert (record["all_gone"], record["still_alive"]) == (True, [])


def test_it_calls_sigterm_without_an_order_a_preemption(run):
    run.start("sleep", "60")
    run.running()
    run.shims[0].send_signal(signal.SIGTERM)
    record = run.ended()
    assert record["status"] == "preempted"
    assert record["reason"].startswith("preempted: ended 0")


def test_it_calls_it_a_preemption_too_where_the_program_is_signalled_first(run):
    run.start("sleep", "60")
    program = run.running()["program_pid"]
    os.kill(program, signal.SIGTERM)
    wait_until(lambda: not is_running(program))
    run.shims[0].send_signal(signal.SIGTERM)
    assert run.ended()["status"] == "preempted"


def test_it_keeps_the_exit_code_of_a_program_that_saves_and_goes(run):
    run.start(
        "sh", "-c", "trap 'echo saved; exit 143' TERM; echo ready; while :; do sleep 0.1; done"
    )
    wait_until(lambda: run.running() and run.read())
    run.cancel()
    record = run.ended()
    assert (record["status"], record["exit_code"], record["signal"]) == ("cancelled", 143, None)
    assert b"saved" in run.read()


def test_it_kills_what_ignores_sigterm_after_the_grace_period(run):
    run.start("sh", "-c", IGNORES_SIGTERM)
    program = wait_until(lambda: run.running() and run.read()) and run.metadata["program_pid"]
    run.cancel(grace_seconds=0.5)
    record = run.ended()
    assert (record["status"], record["signal"]) == ("cancelled", "SIGKILL")
    assert record["reason"].startswith("cancelled: killed after ignoring SIGTERM for ")
    assert signals_of(record, program) == ["SIGTERM", "SIGKILL"]
    assert record["all_gone"] is True


def test_it_signals_once_and_kills_at_once_when_ordered_again_without_grace(run):
    run.python(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(0.05)"
    )
    wait_until(lambda: run.running() and run.read())
    run.cancel(grace_seconds=60)
    wait_until(lambda: b"asked" in run.read())
    run.cancel(grace_seconds=60)
    run.cancel(grace_seconds=0)
    assert run.ended()["signal"] == "SIGKILL"
    assert run.read().count(b"asked") == 1


def test_it_obeys_an_order_that_comes_without_a_signal(run):
    run.start("sleep", "60", heartbeat_seconds=0.1)
    run.running()
    run.order(5)
    assert run.ended()["status"] == "cancelled"


def test_it_takes_a_broken_order_for_an_order(run):
    run.start("sleep", "60")
    run.running()
    (run.path / ".cancel.json").write_bytes(b'{"grace_seconds": Infinity, "by"')
    run.shims[0].send_signal(signal.SIGTERM)
    assert run.ended()["status"] == "cancelled"


def test_it_ends_a_stopped_program(run):
    run.start("sleep", "60")
    os.kill(run.running()["program_pid"], signal.SIGSTOP)
    run.cancel(grace_seconds=30)
    assert run.ended()["signal"] == "SIGTERM"


def test_it_ends_what_daemonised(run):
    run.python(DAEMON + "\ntime.sleep(60)")
    run.running()
    daemon = run.daemon()
    run.cancel()
    record = run.ended()
    assert record["status"] == "cancelled"
    assert signals_of(record, daemon) == ["SIGTERM"]
    assert not is_running(daemon)


def test_it_ends_what_daemonised_and_shed_its_mark(run):
    run.python(DAEMON.replace("time.sleep(60)", "os.execve('/bin/sleep', ['sleep', '60'], {})"))
    daemon = run.daemon()
    assert run.ended()["reason"] == "exit code 0 · 1 left-over process ended"
    assert not is_running(daemon)


def test_it_kills_a_daemon_that_ignores_sigterm_and_says_so(run):
    run.python(DAEMON.replace("os.setsid()", "os.setsid(); signal.signal(15, signal.SIG_IGN)"))
    daemon = run.daemon()
    record = run.ended()
    assert record["status"] == "completed"
    assert record["reason"] == "exit code 0 · 1 left-over process ended"
    assert signals_of(record, daemon) == ["SIGTERM", "SIGKILL"]
    assert not is_running(daemon)


def test_it_ends_what_a_program_leaves_in_the_background(run):
    record = run.run("sh", "-c", "sleep 60 & sleep 61 & exit 4")
    assert (record["status"], record["exit_code"]) == ("failed", 4)
    assert record["reason"] == "exit code 4 · 2 left-over processes ended"
    assert {entry["name"] for entry in record["signalled"]} == {"sleep"}


def test_it_ends_a_marked_process_that_is_outside_its_tree(run):
    stranger = subprocess.Popen(
        ["sleep", "60"], env={**os.environ, "FUSIONWEB_RUN_DIR": str(run.path)}
    )
    record = run.run("true")
    assert stranger.wait() == -signal.SIGTERM
    assert signals_of(record, stranger.pid) == ["SIGTERM"]


def test_it_ends_a_program_that_forks_when_told_to_go(run):
    run.python(
        "import os, signal, time\n"
        "def multiply(*_):\n"
        "    for _ in range(20):\n"
        "        if os.fork() == 0: signal.signal(15, signal.SIG_IGN); time.sleep(60)\n"
        "signal.signal(15, multiply)\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(1)"
    )
    wait_until(lambda: run.running() and run.read())
    run.cancel(grace_seconds=0.5)
    record = run.ended()
    assert record["all_gone"] is True
    assert [e["signal"] for e in record["signalled"]].count("SIGKILL") >= 20


def test_it_bounds_the_receipt_of_a_crowd(run):
    run.start("sh", "-c", "for i in $(seq 210); do sleep 60 & done; echo ready; wait")
    wait_until(lambda: run.running() and run.read())
    run.cancel()
    record = run.ended()
    assert record["all_gone"] is True
    assert len(record["signalled"]) == 200


def test_it_ends_a_program_whose_first_thread_ended_before_the_others(run):
    run.python(
        "import ctypes, threading, time, signal\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    program = run.running()["program_pid"]
    wait_until(lambda: read_process(program).state == "Z")
    run.cancel(grace_seconds=60)
    assert run.ended()["signal"] == "SIGTERM"
