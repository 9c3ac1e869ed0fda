import pytest

from .shim_runs import RunDirectory


@pytest.fixture
def run(tmp_path):
    """A run directory; whatever still runs of it is ended afterwards."""
    directory = RunDirectory(tmp_path / "run")
    yield directory
    directory.close()
