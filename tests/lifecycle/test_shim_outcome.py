import json
import os
import signal
import sys
from datetime import datetime, timedelta

import pytest


def test_it_records_a_normal_end(run):
    record = run.run("sh", "-c", "echo hello; echo trouble >&2")
    assert record["status"] == "completed"
    assert (record["exit_code"], record["signal"]) == (0, None)
    assert record["reason"] == "exit code 0"
    assert record["name"] == "night"
    assert record["all_gone"] is True
    assert run.read() == b"hello\ntrouble\n"


def test_it_writes_times_with_their_zone(run):
    record = run.run("true")
    for key in ("start_time", "end_time", "last_heartbeat"):
        assert datetime.fromisoformat(record[key]).utcoffset() == timedelta(0)


def test_it_records_an_exit_code_and_passes_it_on(run):
    record = run.run("sh", "-c", "exit 3")
    assert (record["status"], record["exit_code"]) == ("failed", 3)
    assert record["reason"] == "exit code 3"
    assert run.shims[0].returncode == 3


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_it_names_the_signal_that_killed(run, signum):
    record = run.run("sh", "-c", f"kill -{int(signum)} $$")
    assert record["status"] == "failed"
    assert (record["exit_code"], record["signal"]) == (None, signum.name)
    assert record["reason"] == f"killed by {signum.name}"
    assert run.shims[0].returncode == 128 + signum


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("MemoryError", "MemoryError"),
        ("numpy.linalg.LinAlgError: Singular matrix", "numpy.linalg.LinAlgError: Singular matrix"),
        ("\x1b[31mValueError: x\x1b[0m", "ValueError: x"),
        ("cp: x: No space left on device", "cp: x: No space left on device"),
        ("fusion-sim: error: k_paths must be > 0", "fusion-sim: error: k_paths must be > 0"),
        ("RuntimeError: " + "ü" * 500, "RuntimeError: " + "ü" * 106),
    ],
)
def test_it_adds_a_telling_last_line_to_the_reason(run, line, told):
    code = "import sys; print('before'); print(sys.argv[1], end='\\n\\n'); sys.exit(1)"
    record = run.run(sys.executable, "-X", "utf8", "-c", code, line)
    assert record["reason"] == f"exit code 1 · {told}"


@pytest.mark.parametrize("line", ["bye", "no Error here at all, really", "\\000\\377\\000", ""])
def test_it_keeps_the_reason_short_where_the_last_line_tells_nothing(run, line):
    record = run.run("sh", "-c", f"printf '{line}'; exit 1")
    assert record["reason"] == "exit code 1"


def test_it_does_not_blame_what_an_earlier_program_wrote(run):
    (run.path / "output.log").write_text("ValueError: long ago\n")
    assert run.run("false")["reason"] == "exit code 1"
    assert run.read() == b"ValueError: long ago\n"


def test_it_says_who_and_where_it_is(run):
    run.start("sleep", "60")
    record = run.running()
    assert record["status"] == "running"
    assert record["pid"] == run.shims[0].pid
    assert record["program_pid"] == record["pgid"] == os.getpgid(record["program_pid"])
    assert record["host"] == os.uname().nodename
    assert record["process_start_ticks"] > 0
    assert len(record["boot_id"]) == 36


def test_it_gives_the_program_a_clean_start(run):
    code = (
        "import os, json, signal; print(json.dumps([os.getcwd(), os.environ['FUSIONWEB_RUN_DIR'],"
        "os.environ['FUSIONWEB_RUN_ID'], os.read(0, 9).decode(), sorted(os.listdir('/proc/self/fd')"
        "), list(signal.pthread_sigmask(0, [])), signal.getsignal(signal.SIGHUP) is signal.SIG_DFL,"
        "open('/proc/self/stat').read().split()[7]]))"
    )
    run.run(sys.executable, "-c", code)
    cwd, run_dir, run_id, stdin, descriptors, mask, hangup, terminal = json.loads(run.read())
    assert cwd == run_dir == str(run.path)
    assert run_id == "0123456789ab"
    assert stdin == ""
    assert descriptors == ["0", "1", "2", "3"]  # 3 reads the list
    assert mask == []
    assert hangup is True
    assert terminal == "-1" or terminal.isdigit()


def test_it_appends_big_binary_output_untouched(run):
    (run.path / "output.log").write_bytes(b"kept\n")
    run.run("sh", "-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; printf '\\377'")
    assert run.read() == b"kept\n" + bytes(6_000_000) + b"\xff"


def test_it_lets_a_program_truncate_its_log_without_leaving_a_hole(run):
    run.run("sh", "-c", "echo one; : > output.log; echo two")
    assert run.read() == b"two\n"
