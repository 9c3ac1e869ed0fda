"""Followers of one log: every byte once for each of them, read once for all who keep up."""

import asyncio
import json
import random

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from runs.errors import NotFound
from runs.events import record_event
from runs.live import edge
from runs.live.edge import edges

from .conftest import frames_of, next_piece, pieces_to_end, pieces_until

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(pieces):
    return "".join(json.loads(frame.text)["text"] for frame in frames_of(pieces))


def lines(first, last):
    return b"".join(b"line %06d\n" % number for number in range(first, last))


async def test_all_who_keep_up_get_the_very_same_text(written):
    async with written.follow() as one, written.follow() as two, written.follow() as three:
        for number in range(5):
            written.write(b"line\n")
            offset = 5 * (number + 1)
            texts = [
                frame.text
                for follower in (one, two, three)
                for frame in frames_of(await pieces_until(follower, offset))
            ]
            assert len({id(text) for text in texts}) == 1


async def test_there_is_one_edge_however_many_follow_and_none_after(written):
    async with written.follow() as one, written.follow() as two:
        assert one.edge is two.edge
        assert list(edges().values()) == [one.edge]
    assert edges() == {}
    with pytest.raises(asyncio.CancelledError):
        await one.edge.task


async def test_log_and_progress_have_an_edge_each(written):
    async with written.follow(), written.follow_progress():
        assert len(edges()) == 2


async def test_who_joins_at_an_older_offset_gets_the_past_then_the_edge_without_a_gap(written):
    content = lines(0, 20_000)
    written.write(content[:100_000])
    async with written.follow() as first:
        assert text_of(await pieces_until(first, 100_000)).encode() == content[:100_000]
        chance = random.Random(4)
        for begin in [0, 1, 99_999, 100_000, *(chance.randrange(100_000) for _ in range(10))]:
            async with written.follow(begin) as late:
                assert text_of(await pieces_until(late, 100_000)).encode() == content[begin:100_000]
        async with written.follow() as second:
            for start in range(100_000, len(content), 10_007):
                written.write(content[start : start + 10_007])
            pieces = await pieces_until(second, len(content))
    assert text_of(pieces).encode() == content
    assert [piece.offset for piece in pieces[1:]] == [piece.next for piece in pieces[:-1]]


async def test_nothing_is_kept_for_one_that_does_not_read(written, monkeypatch):
    content = lines(0, 100_000)
    async with written.follow() as fast, written.follow() as still:
        written.write(content)
        assert text_of(await pieces_until(fast, len(content))).encode() == content
        assert fast.edge.kept_bytes <= edge.KEPT_BYTES
        assert sum(piece.next - piece.offset for piece in fast.edge.kept) == fast.edge.kept_bytes
        # when it reads at last, it has lost nothing
        assert text_of(await pieces_until(still, len(content))).encode() == content


async def test_one_that_does_not_read_holds_up_nobody(written):
    async with written.follow(), written.follow() as lively:
        for number in range(20):
            written.write(b"line\n")
            assert await pieces_until(lively, 5 * (number + 1))


async def test_it_sends_the_first_line_after_a_pause_at_once_and_gathers_what_pours(written):
    async with written.follow() as follower:
        written.write(b"one\n")
        assert text_of([await next_piece(follower)]) == "one\n"
        for _ in range(200):
            written.write(b"more\n")
        assert len(await pieces_until(follower, 4 + 5 * 200)) < 20


async def test_a_character_is_split_for_nobody(written):
    written.write("€".encode()[:1])
    async with written.follow() as early, written.follow(-1) as late:
        written.write("€".encode()[1:2])
        written.write("€ ü".encode()[2:])
        for follower in (early, late):
            assert "€ ü" in text_of(await pieces_until(follower, len("€ ü".encode())))


async def test_what_is_no_character_is_the_same_for_all(written):
    content = bytes(random.Random(7).randrange(256) for _ in range(20_000))
    written.write(content[:9_001])
    await written.finish()
    async with written.follow() as one:
        await pieces_to_end(one)
        written.write(content[9_001:])
        async with written.follow() as two:
            assert text_of(await pieces_to_end(two)) == content.decode("utf-8", "replace")


async def test_all_are_told_once_when_the_log_is_begun_anew(written):
    written.write(b"long before\n")
    async with written.follow() as one, written.follow(12) as two:
        await pieces_until(one, 12)
        written.write(b"new\n", mode="wb")
        for follower in (one, two):
            reset = await next_piece(follower)
            assert [frame.kind for frame in reset.frames] == ["reset"]
            assert text_of(await pieces_until(follower, 4)) == "new\n"


async def test_an_offset_beyond_the_end_begins_anew(written):
    written.write(b"short\n")
    async with written.follow(10**15) as follower:
        assert (await next_piece(follower)).reset
        assert text_of(await pieces_until(follower, 6)) == "short\n"


async def test_the_end_comes_to_who_is_far_behind_too(written):
    content = lines(0, 60_000)
    async with written.follow() as fast, written.follow() as slow:
        written.write(content)
        await written.finish()
        await pieces_to_end(fast)
        assert fast.status == "completed"
        assert not slow.ended
        assert text_of(await pieces_to_end(slow)).encode() == content
        assert (slow.ended, slow.status, slow.offset) == (True, "completed", len(content))


async def test_the_end_comes_although_the_log_has_vanished_before_it_was_read(written):
    async with written.follow() as fast, written.follow() as slow:
        written.write(lines(0, 60_000))
        await written.finish()
        await pieces_to_end(fast)
        (written.run.directory / "output.log").unlink()
        await pieces_to_end(slow)
        assert slow.ended


async def test_what_begins_again_after_its_end_has_an_edge_of_its_own(written):
    await written.finish()
    async with written.follow() as old:
        await pieces_to_end(old)
        async with written.follow() as new:
            assert new.edge is not old.edge


async def test_it_says_that_the_run_was_deleted(written):
    @sync_to_async
    def delete():
        with transaction.atomic():
            record_event(topic="runs", kind="run.deleted", subject=written.run.pk, payload={})
            written.run.delete()

    async with written.follow() as one, written.follow() as two:
        await delete()
        for follower in (one, two):
            with pytest.raises(NotFound):
                await next_piece(follower)


async def test_it_reports_idleness_to_who_asks_for_it(written):
    async with written.follow() as follower:
        assert await follower.next_piece(0.05) is None
        assert await follower.next_piece(0.05) is None
        assert not follower.ended


async def test_many_who_come_and_go_leave_nothing_behind(written):
    written.write(lines(0, 1000))

    async def stay(moments):
        async with written.follow() as follower:
            for _ in range(moments):
                await follower.next_piece(0.01)

    await asyncio.gather(*(stay(number % 4) for number in range(60)))
    assert edges() == {}
