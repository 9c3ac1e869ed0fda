"""The world of the walk."""

import pytest

from tests.access.world import World


@pytest.fixture
def world(db, program, status_root, checkpoint_root):
    return World()
