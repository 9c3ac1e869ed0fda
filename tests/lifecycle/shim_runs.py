"""Real shims over real programs, for the tests of this folder."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from runs.lifecycle import process_tree, record, shim
from runs.lifecycle.processes import end_marked

DEADLINE_SECONDS = 20
IGNORES_SIGTERM = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
# Signals 32 and 33, which it lets nobody set; whoever started the tests may have had them ignored.
OF_THE_C_LIBRARY = 1 << 31 | 1 << 32
DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("daemon.pid.tmp", "w").write(str(os.getpid()))
        os.rename("daemon.pid.tmp", "daemon.pid")
        time.sleep(60)
    os._exit(0)
os.wait()
"""


def signals_of(masks):
    """Masks as /proc has them, as numbers, without what nobody but the C library can set."""
    return [int(mask, 16) & ~OF_THE_C_LIBRARY for mask in masks.split()]


def wait_until(condition):
    """Its first true value; fails after DEADLINE_SECONDS."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def is_running(pid):
    process = process_tree.read_process(pid)
    return process is not None and process.living


class RunDirectory:
    """One run directory, and the shims started in it."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.mkdir(exist_ok=True)
        self.shims = []

    @property
    def spec_file(self):
        return self.path / ".launch.json"

    def spec(self, *argv, **fields):
        """Write the launch file."""
        spec = {
            "run_dir": str(self.path),
            "argv": list(argv),
            "env": dict(os.environ),
            "metadata": {"run_id": "0123456789ab", "name": "night"},
            **fields,
        }
        self.spec_file.write_text(json.dumps(spec))

    def start(self, *argv, **fields):
        self.spec(*argv, **fields)
        command = [sys.executable, "-I", "-S", shim.__file__, str(self.spec_file)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.shims.append(process)
        return process

    def python(self, code, **fields):
        return self.start(sys.executable, "-c", code, **fields)

    def run(self, *argv, **fields):
        """Start it, wait for its end; the final record."""
        self.start(*argv, **fields).communicate(timeout=DEADLINE_SECONDS)
        return self.metadata

    def running(self):
        """Wait until the program runs; the record."""
        wait_until(lambda: self.metadata.get("program_pid"))
        return self.metadata

    def ended(self):
        """Wait for the end of the first shim; the final record."""
        self.shims[0].communicate(timeout=DEADLINE_SECONDS)
        return self.metadata

    def daemon(self):
        """Wait until DAEMON has left its process behind; its pid."""
        return int(wait_until((self.path / "daemon.pid").exists) and self.read("daemon.pid"))

    def order(self, grace_seconds, by="ada"):
        content = json.dumps({"grace_seconds": grace_seconds, "by": by})
        record.write_atomically(str(self.path), ".cancel.json", content.encode())

    def cancel(self, grace_seconds=5):
        self.order(grace_seconds)
        self.shims[0].send_signal(signal.SIGTERM)

    def read(self, name="output.log"):
        return (self.path / name).read_bytes()

    @property
    def metadata(self):
        with suppress(FileNotFoundError):
            return json.loads(self.read("metadata.json"))
        return {}

    def close(self):
        for process in self.shims:
            process.kill()
            process.wait()
            process.stderr.close()
        end_marked(self.path, 0)
