"""A lab of its own for a measurement: data folder, database, member, web and supervisor."""

import http.client
import http.cookiejar
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 30


def prepare_django(data: Path) -> None:
    """Point this process, and those it starts, at `data`; then the models may be imported."""
    os.environ["FUSIONWEB_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "fusionweb.settings"
    os.environ["LOG_LEVEL"] = "WARNING"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("setup", verbosity=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Lab:
    """A running web process (and supervisor) with a logged-in HTTP client."""

    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    cookie: str = ""
    connection: http.client.HTTPConnection | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def web_pid(self) -> int:
        return self.processes[0].pid

    def start(self, *arguments: str) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        self.processes.append(subprocess.Popen(command))

    def get(self, path: str, *, anonymous: bool = False) -> tuple[int, bytes, float]:
        """Status, body and seconds of one request as the member, on a kept connection."""
        headers = {} if anonymous else {"Cookie": self.cookie}
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        return response.status, body, time.perf_counter() - began

    def log_in(self, user: object) -> None:
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
        session.save()
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    def csrf_token(self, path: str) -> str:
        """The token that a form at `path` would be sent with."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = urllib.request.Request(self.address + path, headers={"Cookie": self.cookie})
        opener.open(page).read()
        return str(next(cookie.value for cookie in jar if cookie.name == "csrftoken"))

    def post(self, path: str, fields: dict[str, str], token: str) -> str:
        """Send a form; the address it leads to."""
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        headers = {"Cookie": f"{self.cookie}; csrftoken={token}", "Referer": self.address}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", path, data, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.headers.get("Location", "")

    def post_json(self, path: str, content: object, token: str) -> dict[str, Any]:
        """Order something of the API with an API token; what it answers, where that is no fault."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.address + path, json.dumps(content).encode(), headers, method="POST"
        )
        with urllib.request.urlopen(request) as response:
            answer: dict[str, Any] = json.load(response)
        return answer


@contextmanager
def open_lab(*, supervisor: bool) -> Iterator[Lab]:
    """Web (and supervisor) on a free port of this machine, ended afterwards."""
    from django.contrib.auth import get_user_model

    lab = Lab(free_port())
    user, _ = get_user_model().objects.get_or_create(username="bench", is_active=True)
    lab.log_in(user)
    lab.start("serve", "--port", str(lab.port))
    if supervisor:
        lab.start("supervise")
    try:
        wait_until_served(lab.port)
        yield lab
    finally:
        for process in lab.processes:
            process.terminate()
        for process in lab.processes:
            process.wait(10)


def wait_until_served(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the web process did not come up")


@contextmanager
def data_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fusionweb-bench-") as name:
        yield Path(name)
