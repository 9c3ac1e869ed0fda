"""Behind https and without: what Django's own check says, and what changes for browsers."""

import os
import subprocess
import sys

import pytest

from tests.conftest import MANAGE

HEADERS = """
from django.test import Client
client = Client(headers={"host": "localhost"})
plain = client.get("/accounts/login/")
print(plain.status_code, plain.headers.get("Location"))
print(client.get("/health").status_code != 301)
safe = client.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
print(safe.status_code, safe.headers.get("Strict-Transport-Security"))
print(bool(safe.cookies["csrftoken"]["secure"]))
"""


def manage(tmp_path, https, *words):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fusionweb.settings",
        "FUSIONWEB_DATA": str(tmp_path / "data"),
        "FUSIONWEB_HTTPS": https,
        "SECRET_KEY": "",
        "DEBUG": "off",
    }
    return subprocess.run(
        [sys.executable, str(MANAGE), *words],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("https", ["on", "off"])
def test_nothing_is_to_be_said_against_it(tmp_path, https):
    done = manage(tmp_path, https, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_https_is_asked_for_everywhere_but_by_probes(tmp_path):
    assert manage(tmp_path, "on", "migrate", "-v0").returncode == 0
    done = manage(tmp_path, "on", "shell", "-v0", "-c", HEADERS)
    assert done.stdout.splitlines() == [
        "301 https://localhost/accounts/login/",
        "True",
        "200 max-age=31536000",
        "True",
    ], done.stderr
