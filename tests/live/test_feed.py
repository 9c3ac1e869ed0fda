"""One reader of events: what it keeps for all, and what each reads for themselves."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from runs.events import latest_seq, record_event
from runs.files.watch import Bell
from runs.live import feed as module
from runs.live.feed import EVERYTHING, feed
from runs.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def record(*topics, subject="x"):
    with transaction.atomic():
        for topic in topics:
            record_event(topic=topic, kind=topic, subject=subject, payload={})
    return latest_seq()


async def reached(seq):
    async with asyncio.timeout(10):
        while (feed().seq or 0) < seq:
            await asyncio.sleep(0.005)


async def kinds_after(seq, topic=""):
    upto, events = await feed().events_after(seq, [topic] if topic else [])
    return [each.event.kind for each in events], upto


async def test_what_is_new_is_the_same_object_for_all(transactional_db):
    since = await record("runs")
    with feed().listen(EVERYTHING, Bell()):
        await reached(since)
        last = await record("jobs", "runs")
        await reached(last)
        _, one = await feed().events_after(since)
        _, two = await feed().events_after(since)
    assert len(one) == 2
    assert all(first.text is second.text for first, second in zip(one, two, strict=True))


async def test_what_is_kept_is_not_read_again():
    since = await record("runs")
    with feed().listen(EVERYTHING, Bell()):
        await reached(since)
        last = await record("jobs", "runs")
        await reached(last)
        await Event.objects.all().adelete()
        assert await kinds_after(since) == (["jobs", "runs"], last)
        assert await kinds_after(since, "runs") == (["runs"], last)
        assert await kinds_after(last) == ([], last)


async def test_what_is_no_longer_kept_is_read(monkeypatch):
    monkeypatch.setattr(module, "KEPT_EVENTS", 3)
    since = await record("runs")
    with feed().listen(EVERYTHING, Bell()):
        await reached(since)
        last = await record(*["jobs", "runs"] * 5)
        await reached(last)
        assert len(feed().recent) == 3
        assert await kinds_after(since) == (["jobs", "runs"] * 5, last)
        assert await kinds_after(since, "jobs") == (["jobs"] * 5, last)


async def test_it_reads_a_long_past_in_parts(monkeypatch):
    monkeypatch.setattr(module, "MOST_AT_ONCE", 4)
    last = await record(*["runs"] * 10)
    with feed().listen(EVERYTHING, Bell()):
        await reached(last)
        seq, count = last - 10, 0
        for expected in (4, 4, 2):
            kinds, seq = await kinds_after(seq)
            assert len(kinds) == expected
            count += len(kinds)
        assert (seq, count) == (last, 10)


async def test_it_begins_again_after_nobody_listened():
    with feed().listen(EVERYTHING, Bell()):
        await reached(await record("runs"))
    missed = await record("jobs")
    with feed().listen(EVERYTHING, Bell()):
        await reached(missed)
        assert await kinds_after(missed - 1) == (["jobs"], missed)


async def test_it_wakes_whom_it_concerns_alone():
    concerned, other = Bell(), Bell()
    with feed().listen("a", concerned), feed().listen("b", other):
        await reached(await record("runs", subject="warm"))
        # the first look rings for everybody
        await concerned.wait(0.2)
        await other.wait(0.2)
        await record("runs", subject="a")
        assert await concerned.wait(10)
        assert not await other.wait(0.05)
