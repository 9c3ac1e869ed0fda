"""Every example of docs/api.md, run as a reader would against the real product."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests.management.product import Product

PAGE = settings.BASE_DIR / "docs" / "api.md"
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MISSING = [name for name in ("bash", "curl", "jq") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"no {', '.join(MISSING)} on this machine"),
    pytest.mark.timeout(180),
]


def examples(language):
    return [text for kind, text in BLOCK.findall(PAGE.read_text()) if kind == language]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Address and token in the environment, and what the shell's examples printed."""
    product = Product(tmp_path_factory.mktemp("reader") / "product")
    try:
        product.up("--no-example")
        yield environment_of(product), tmp_path_factory.mktemp("here")
    finally:
        product.end()


def environment_of(product):
    made = product.call("token", "admin", "--label", "docs", "--scope", "read", "--scope", "run")
    assert made.returncode == 0, made.stderr
    return os.environ | {"FUSIONWEB": product.address, "TOKEN": made.stdout.split()[-1]}


@pytest.fixture(scope="module")
def shell(reader):
    """One session, as on the page: what an example sets, a later one uses."""
    environment, folder = reader
    script = "\n".join([*examples("bash"), 'echo "RUN $RUN"'])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_it_runs_the_shell_examples(shell, reader):
    assert shell.returncode == 0, shell.stderr
    assert '"status": "completed"' in shell.stdout
    assert "run_not_found" in shell.stdout
    assert '"state": "done"' in shell.stdout
    assert "6 of 6 completed" in shell.stdout
    assert (reader[1] / "values.csv").read_text().startswith("point,label,number,seed,run_id,")
    assert (reader[1] / "artifacts.zip").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("code", examples("python"))
def test_it_runs_the_python_examples(code, shell, reader):
    environment, folder = reader
    run_id = shell.stdout.split("RUN ")[-1].strip()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"RUN": run_id}, cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_it_has_examples_of_both():
    assert len(examples("bash")) > 5
    assert len(examples("python")) > 2
