"""A socket tells strangers nothing."""

import pytest
from asgiref.sync import sync_to_async

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = ["/ws/events/", "/ws/runs/{}/", "/ws/runs/{}/log/", "/ws/runs/{}/progress/"]


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_anonymous(make_run, open_socket, path):
    run = await sync_to_async(make_run)()
    async with open_socket(path.format(run.pk), user=None) as socket:
        assert await socket.frame() is None
        assert socket.closed == 4401


@pytest.mark.parametrize("path", PATHS[1:])
async def test_no_such_run(open_socket, path):
    async with open_socket(path.format("0" * 12)) as socket:
        assert await socket.frame() is None
        assert socket.closed == 4404


async def test_no_such_socket(open_socket):
    async with open_socket("/ws/nothing/") as socket:
        assert await socket.frame() is None
        assert socket.closed == 4404


async def test_no_page_of_another_site(open_socket):
    async with open_socket("/ws/events/", origin=b"http://evil.example") as socket:
        assert not socket.accepted
