import pytest

from .launches import Launches


@pytest.fixture
def launches(tmp_path):
    made = Launches(tmp_path / "run")
    yield made
    made.close()
