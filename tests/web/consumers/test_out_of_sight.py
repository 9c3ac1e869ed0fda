"""A socket ends when what it shows is no longer for who opened it."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model

from runs.accounts.membership import describe_project, give_role
from runs.errors import NotFound
from runs.files.watch import Bell
from runs.lifecycle.services import cancel_run
from runs.live.sight import InSight, kept_in_sight, out_of_sight

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = ["/ws/runs/{}/", "/ws/runs/{}/log/", "/ws/runs/{}/progress/"]


@sync_to_async
def close(project, staff):
    describe_project(actor=staff, project=project, title="", description="", is_open=False)


@sync_to_async
def take_out(project, staff, username):
    give_role(actor=staff, project=project, username=username, role="none")


async def closed_with(socket):
    while await socket.frame() is not None:
        pass
    return socket.closed


@pytest.mark.parametrize("path", PATHS)
async def test_it_ends_when_the_project_is_closed(
    make_run, open_socket, project, staff, other_member, path
):
    run = await sync_to_async(make_run)()
    async with open_socket(path.format(run.pk), user=other_member) as socket:
        if path == PATHS[0]:
            assert (await socket.frame())["kind"] == "state"
        await close(project, staff)
        assert await closed_with(socket) == 4404


async def test_it_ends_for_who_is_taken_out_and_not_for_others(
    make_run, open_socket, project, staff, member, other_member
):
    run = await sync_to_async(make_run)()
    await sync_to_async(project.members.add)(member, other_member)
    await close(project, staff)
    async with (
        open_socket(PATHS[0].format(run.pk), user=member) as stays,
        open_socket(PATHS[0].format(run.pk), user=other_member) as goes,
    ):
        for socket in (stays, goes):
            assert (await socket.frame())["kind"] == "state"
        await take_out(project, staff, "grace")
        assert await closed_with(goes) == 4404
        await tell_of_it(run)
        assert (await stays.frame())["kind"] == "state"


@sync_to_async
def tell_of_it(run):
    """Something that the one who stays is told of."""
    cancel_run(actor=run.owner, run=run)


async def test_what_closed_before_anybody_listened_is_not_missed(make_run, project, other_member):
    run = await sync_to_async(make_run)()
    project.is_open = False
    await sync_to_async(project.save)()
    async with kept_in_sight(other_member, run, Bell()) as shown:
        with pytest.raises(NotFound):
            shown.require()


async def test_a_look_each_minute_finds_what_no_event_tells_of(
    make_run, project, staff, other_member
):
    run = await sync_to_async(make_run)()
    shown = [InSight(user, run, None) for user in (staff, other_member)]
    await sync_to_async(project.members.clear)()
    project.is_open = False
    await sync_to_async(project.save)()
    assert await sync_to_async(out_of_sight)(shown) == [shown[1]]
    demoted = get_user_model().objects.filter(pk=staff.pk)
    await sync_to_async(demoted.update)(is_staff=False)
    assert await sync_to_async(out_of_sight)(shown) == shown
    await sync_to_async(demoted.update)(is_staff=True, is_active=False)
    assert shown[0] in await sync_to_async(out_of_sight)(shown)
