"""The product as a person starts it: `manage.py up` or `serve`, on a data folder of its own."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import psutil

from tests.conftest import MANAGE, wait_for

FURNISH = f"""
import json
from django.contrib.auth import get_user_model
from django.test import Client
from runs.models import Program
Program.objects.create(
    slug="wait", title="wait", config_format="ini",
    command="{sys.executable} {Path(__file__).with_name("wait_program.py")}",
)
client = Client()
client.force_login(get_user_model().objects.get())
print(json.dumps(client.cookies["sessionid"].value))
"""
# What pytest's own settings put into the environment is not the product's.
OURS = ("SECRET_KEY", "FUSIONWEB_DATA", "FUSIONWEB_GRACE_SECONDS", "FUSIONWEB_MIN_FREE_MB")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Product:
    """One data folder, and the processes that work on it."""

    def __init__(self, folder, **environment):
        folder.mkdir(exist_ok=True)
        self.data = folder / "data"
        self.printed = folder / "printed.txt"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {name: os.environ[name] for name in os.environ if name not in OURS} | {
            "DJANGO_SETTINGS_MODULE": "fusionweb.settings",
            "FUSIONWEB_DATA": str(self.data),
            "FUSIONWEB_MIN_FREE_MB": "1",
            "LOG_LEVEL": "INFO",
            **environment,
        }
        self.started = []

    def call(self, *words, **options):
        return subprocess.run(
            [sys.executable, str(MANAGE), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            **options,
        )

    def start(self, *words):
        with self.printed.open("w") as printed:
            process = subprocess.Popen(
                [sys.executable, str(MANAGE), *words, "--port", str(self.port)],
                env=self.environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def up(self, *words):
        """Started, and its address printed."""
        process = self.start("up", *words)
        self.wait_for_words(process, "Ctrl-C ends it")
        return process

    def serve(self):
        process = self.start("serve")
        wait_for(lambda: self.answers() or process.poll() is not None)
        assert process.poll() is None, self.printed.read_text()
        return process

    def wait_for_words(self, process, words):
        wait_for(lambda: words in self.printed.read_text() or process.poll() is not None, 60)
        assert words in self.printed.read_text(), self.printed.read_text()

    def answers(self):
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return True
        return False

    def launch(self):
        """The id of a run of a program that waits for its `go` file."""
        done = self.call("launch", "wait", "--config", str(Path(__file__).with_name("wait.ini")))
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[0]

    def directory(self, run_id):
        return next(self.data.glob(f"status/*/*/*/{run_id}"))

    def ask(self, sql, *values):
        with closing(sqlite3.connect(self.data / "fusionweb.sqlite3", timeout=20)) as database:
            return database.execute(sql, values).fetchall()

    def status(self, run_id):
        return self.ask("SELECT status FROM runs_run WHERE id = ?", run_id)[0][0]

    def end(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("FUSIONWEB_DATA") == str(self.data):
                    process.kill()


def children(process):
    """Web and supervisor of an `up`, by the command that they run."""
    found = {}
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.Error):
            found |= {word: child for word in ("serve", "supervise") if word in child.cmdline()}
    return found


def both_children(process):
    return wait_for(lambda: len(found := children(process)) == 2 and found)


def furnished(tmp_path_factory, folder, **environment):
    """A product with database, staff user, the program `wait` and a `session` that is logged in.

    Made once a test session, then copied: migrations take most of the time of a first start.
    """
    made = tmp_path_factory.getbasetemp() / "furnished"
    if not made.exists():
        first = Product(made)
        for words in (("migrate", "-v0"), ("setup", "-v0"), ("shell", "-v0", "-c", FURNISH)):
            done = first.call(*words)
            assert done.returncode == 0, done.stderr
        (made / "session.json").write_text(done.stdout)
    product = Product(folder, **environment)
    shutil.copytree(made / "data", product.data)
    product.session = json.loads((made / "session.json").read_text())
    return product
