"""The product itself, as `manage.py up` starts it, with a data folder of its own."""

import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from tests.conftest import wait_for

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"http://\S+/accounts/link/\S+")
START_SECONDS = 60
END_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Product:
    """Started at once; `link` is the one-time login link that it printed."""

    def __init__(self, folder):
        self.data = folder / "data"
        self.printed = folder / "printed.txt"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        with self.printed.open("w") as printed:
            self.process = subprocess.Popen(
                self.manage("up", "--port", str(self.port), "--no-example"),
                env=self.environment(),
                cwd=ROOT,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        self.link = wait_for(self.find_link, START_SECONDS)

    def manage(self, *arguments):
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def environment(self):
        # The settings of the other tests set a key of their own; the product makes its own.
        inherited = {name: os.environ[name] for name in os.environ if name != "SECRET_KEY"}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "fusionweb.settings",
            "FUSIONWEB_DATA": str(self.data),
            "FUSIONWEB_MAX_RUNNING": "4",
            "FUSIONWEB_GRACE_SECONDS": "5",
        }

    def find_link(self):
        printed = self.printed.read_text()
        assert self.process.poll() is None, f"it ended instead of starting:\n{printed}"
        found = LINK.search(printed)
        return found and found.group()

    def call(self, *arguments):
        command = self.manage(*arguments)
        subprocess.run(command, env=self.environment(), cwd=ROOT, check=True, timeout=60)

    def printed_by(self, *arguments):
        command = self.manage(*arguments)
        return subprocess.run(
            command, env=self.environment(), cwd=ROOT, check=True, timeout=60,
            capture_output=True, text=True,
        ).stdout  # fmt: skip

    def child(self, command):
        """The process that runs `manage.py <command>`, once there is one."""

        def find():
            for process in psutil.Process(self.process.pid).children():
                with suppress(psutil.Error):
                    if command in process.cmdline():
                        return process
            return None

        return wait_for(find)

    def wait_for_rows(self, **names):
        """Until the index of the disk has a row of each model with that `name`."""
        checks = " and ".join(
            f"{model}.objects.filter(name={name!r}).exists()" for model, name in names.items()
        )
        code = (
            f"import time; from runs.models import {', '.join(names)}\n"
            f"for _ in range(300):\n    if {checks}: break\n    time.sleep(0.1)\n"
            f"else: raise SystemExit('not indexed within 30 s')"
        )
        self.call("shell", "-v", "0", "-c", code)

    def run_directory(self, run_id):
        return next(self.data.glob(f"status/*/*/*/{run_id}"))

    def let_go(self, run_id):
        """Tells a program that waits for it to go on, or to end."""
        (self.run_directory(run_id) / "go").touch()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(END_SECONDS)
        finally:
            self.end_runs()

    def end_runs(self):
        """Runs outlive the product, but not the tests: the environment names whose they are."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("FUSIONWEB_DATA") == str(self.data):
                    process.kill()
