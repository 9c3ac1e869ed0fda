import subprocess
import sys

import pytest

from tests.conftest import MANAGE, manage_environment

from .product import Product, furnished


@pytest.fixture
def product(tmp_path, tmp_path_factory):
    product = furnished(tmp_path_factory, tmp_path / "product")
    yield product
    product.end()


@pytest.fixture
def empty_product(tmp_path):
    product = Product(tmp_path / "product")
    yield product
    product.end()


@pytest.fixture
def terminal(settings, staff):
    """Starts `manage.py launch` as somebody at a terminal does."""
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, str(MANAGE), "launch", *words],
            env=manage_environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def launch(terminal):
    def run(*words):
        process = terminal(*words)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    return run


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "some.ini"
    path.write_text("[a]\nb = 1\n")
    return str(path)
