"""The state socket: at once, and on each change."""

import pytest
from asgiref.sync import sync_to_async

from runs.lifecycle.services import cancel_run

pytestmark = pytest.mark.django_db(transaction=True)


async def test_it_says_the_state_at_once_and_after_a_change(make_run, open_socket, member):
    run = await sync_to_async(make_run)()
    async with open_socket(f"/ws/runs/{run.pk}/") as socket:
        first = await socket.frame()
        assert (first["kind"], first["status"]) == ("state", "pending")
        assert first["reason"] == "waiting: no supervisor is running"
        await sync_to_async(cancel_run)(actor=member, run=run)
        while (frame := await socket.frame())["status"] == "pending":
            pass
        assert frame["status"] == "cancelled"
        assert frame["seq"] > first["seq"]
        assert frame["cancel_receipt"]["all_gone"]


async def test_it_closes_when_the_run_is_deleted(make_run, open_socket):
    run = await sync_to_async(make_run)()
    async with open_socket(f"/ws/runs/{run.pk}/") as socket:
        await socket.frame()
        await sync_to_async(delete_with_event)(run)
        while await socket.frame() is not None:
            pass
        assert socket.closed == 4404


def delete_with_event(run):
    from django.db import transaction

    from runs.lifecycle.transitions import announce

    with transaction.atomic():
        announce(run, "deleted")
        run.delete()
