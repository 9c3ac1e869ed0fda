"""The event socket: what was missed, then what comes, in order."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db import transaction

from runs.events import latest_seq, record_event
from runs.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def record(kind, topic="runs"):
    with transaction.atomic():
        record_event(topic=topic, kind=kind, subject="x", payload={"n": 1})


async def test_it_replays_after_since_then_goes_on_live(open_socket):
    await record("first")
    since = await sync_to_async(latest_seq)()
    await record("missed")
    async with open_socket(f"/ws/events/?since={since}") as socket:
        missed = await socket.frame()
        assert (missed["v"], missed["kind"], missed["payload"]) == (1, "missed", {"n": 1})
        await record("live")
        live = await socket.frame()
    assert live["kind"] == "live"
    assert live["seq"] > missed["seq"] > since


async def test_it_narrows_to_a_topic(open_socket):
    async with open_socket("/ws/events/?since=0&topic=runs") as socket:
        await record("other", topic="programs")
        await record("mine")
        assert (await socket.frame())["kind"] == "mine"


async def test_it_replays_a_thousand_in_order(open_socket):
    @sync_to_async
    def record_many():
        with transaction.atomic():
            for number in range(1000):
                record_event(topic="runs", kind="k", subject="x", payload={"n": number})

    await record_many()
    async with open_socket("/ws/events/?since=0") as socket:
        numbers = [(await socket.frame())["payload"]["n"] for _ in range(1000)]
    assert numbers == list(range(1000))


async def test_it_narrows_what_was_missed_and_what_comes_alike(open_socket):
    for number in range(3):
        await record(f"missed {number}", topic=["runs", "jobs"][number % 2])
    async with open_socket("/ws/events/?since=0&topic=jobs") as socket:
        assert (await socket.frame())["kind"] == "missed 1"
        await record("no business of theirs")
        await record("live", topic="jobs")
        assert (await socket.frame())["kind"] == "live"


async def test_all_listeners_get_the_same_in_the_same_order(open_socket):
    async with (
        open_socket("/ws/events/?since=0") as early,
        open_socket("/ws/events/?since=0") as late,
    ):
        await record("warm")
        assert (await early.frame())["kind"] == (await late.frame())["kind"] == "warm"
        for number in range(30):
            await record(str(number))
        seen = [[await socket.frame() for _ in range(30)] for socket in (early, late)]
    assert seen[0] == seen[1]
    assert [frame["kind"] for frame in seen[0]] == [str(number) for number in range(30)]


async def test_what_people_do_with_accounts_is_told_to_nobody(open_socket, staff):
    async with open_socket("/ws/events/?since=0", user=staff) as socket:
        await record("token.made", topic="accounts")
        await record("told")
        assert (await socket.frame())["kind"] == "told"


@sync_to_async
def close_project(project):
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(is_open=False)
        record_event(topic="accounts", kind="project.closed", subject="", payload={})


@sync_to_async
def record_in(project, kind):
    with transaction.atomic():
        record_event(topic="runs", kind=kind, subject="x", payload={}, project=project.slug)


async def test_a_project_that_closes_falls_silent_for_who_is_not_in_it(
    open_socket, project, staff, member
):
    await sync_to_async(project.members.add)(member)
    outsider = await get_user_model().objects.acreate(username="grace")
    async with (
        open_socket("/ws/events/?since=0", user=outsider) as outside,
        open_socket("/ws/events/?since=0", user=member) as inside,
    ):
        await record_in(project, "while open")
        assert (await outside.frame())["kind"] == "while open"
        await close_project(project)
        await record_in(project, "once closed")
        await record("for all")
        assert (await outside.frame())["kind"] == "for all"
        assert [(await inside.frame())["kind"] for _ in range(3)] == [
            "while open",
            "once closed",
            "for all",
        ]
