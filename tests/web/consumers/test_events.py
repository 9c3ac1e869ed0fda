"""The event socket: what was missed, then what comes, in order."""

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from runs.events import latest_seq, record_event

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
