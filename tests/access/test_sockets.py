"""Everybody comes to every socket."""

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from runs.events import record_event
from tests.web.consumers.conftest import open_socket  # noqa: F401  (a fixture)

from .routes import address_of
from .rules import ACTORS, HIDDEN, LOGIN, REFUSED, SOME, YES
from .table import SOCKETS
from .world import SECRET, World

pytestmark = pytest.mark.django_db(transaction=True)
CODES = {4401: LOGIN, 4403: REFUSED, 4404: HIDDEN}
LAST = "walk.last"


@pytest.fixture
def world(transactional_db, program, status_root, checkpoint_root):
    world = World()
    with transaction.atomic():
        record_event(topic="roots", kind=LAST, subject="", payload={})
    return world


@pytest.fixture
def values(world):
    return world.values()


async def outcome_of(socket, row):
    frame = await socket.frame()
    if frame is None:
        return CODES.get(socket.closed, str(socket.closed))
    while row.lists and frame["kind"] != LAST:
        if SECRET in str(frame):
            return YES
        frame = await socket.frame()
    return SOME if row.lists else YES


@pytest.mark.parametrize("row", SOCKETS, ids=lambda row: row.route)
async def test_everybody_gets_what_the_table_says(world, values, open_socket, row):  # noqa: F811
    address = address_of(row, values)
    got = {}
    for actor in ACTORS:
        async with open_socket(address, user=world.people[actor]) as socket:
            got[actor] = await outcome_of(socket, row)
    assert got == {actor: row.rule.of(actor) for actor in ACTORS}


async def test_in_an_open_project_another_member_gets_what_members_get(
    world,
    values,
    open_socket,  # noqa: F811
):
    world.project.is_open = True
    await sync_to_async(world.project.save)()
    got = {}
    for row in SOCKETS:
        async with open_socket(address_of(row, values), user=world.people["stranger"]) as socket:
            got[row.route] = await outcome_of(socket, row)
    assert got == {row.route: row.rule.of_open_project().stranger for row in SOCKETS}
