"""Followers of one progress file: whole lines, parsed once for all who keep up."""

import json

import pytest

from .conftest import frames_of, next_piece, pieces_to_end, pieces_until

pytestmark = pytest.mark.django_db(transaction=True)


def events_of(pieces):
    return [
        event
        for frame in frames_of(pieces, "progress")
        for event in json.loads(frame.text)["events"]
    ]


def line(number):
    return b'{"iteration": %d}\n' % number


async def test_all_who_keep_up_get_the_very_same_text(written):
    async with written.follow_progress() as one, written.follow_progress() as two:
        written.progress(line(1))
        first, second = await next_piece(one), await next_piece(two)
        assert first.frames[0].text is second.frames[0].text


async def test_who_joins_late_gets_the_past_then_what_comes(written):
    size = 0
    for number in range(3000):
        written.progress(line(number))
        size += len(line(number))
    async with written.follow_progress() as one:
        await pieces_until(one, size)
        async with written.follow_progress() as two:
            written.progress(line(3000))
            written.progress(line(3001))
            events = events_of(await pieces_until(two, size + 2 * len(line(3000))))
    assert events == [{"iteration": number} for number in range(3002)]


async def test_a_half_line_waits_for_its_end(written):
    written.progress(line(1) + b'{"iter')
    async with written.follow_progress() as follower:
        assert events_of([await next_piece(follower)]) == [{"iteration": 1}]
        written.progress(b'ation": 2}\n')
        assert events_of([await next_piece(follower)]) == [{"iteration": 2}]


async def test_a_negative_offset_means_from_now_on(written):
    written.progress(line(1) + b'{"iter')
    async with written.follow_progress(-1) as follower:
        assert follower.offset == len(line(1))


async def test_a_broken_line_is_told_of_and_passed_over(written):
    written.progress(line(1) + b"junk\n" + line(2))
    await written.finish()
    async with written.follow_progress() as follower:
        pieces = await pieces_to_end(follower)
    assert [json.loads(frame.text)["offset"] for frame in frames_of(pieces, "warning")] == [
        len(line(1))
    ]
    assert events_of(pieces) == [{"iteration": 1}, {"iteration": 2}]


async def test_one_endless_line_is_passed_over_by_early_and_late_alike(written):
    endless = b"x" * 3_000_000
    async with written.follow_progress() as early:
        written.progress(line(1) + endless)
        await pieces_until(early, len(line(1)) + 2_000_000)
        async with written.follow_progress() as late:
            written.progress(b"\n" + line(2))
            await written.finish()
            for follower in (early, late):
                assert events_of(await pieces_to_end(follower))[-1] == {"iteration": 2}


async def test_all_are_told_when_the_file_was_replaced(written):
    written.progress(line(1))
    async with written.follow_progress() as one, written.follow_progress() as two:
        await pieces_until(one, len(line(1)))
        await pieces_until(two, len(line(1)))
        fresh = written.run.directory / "fresh"
        fresh.write_bytes(line(8) + line(9))
        fresh.rename(written.run.directory / "progress.jsonl")
        for follower in (one, two):
            assert (await next_piece(follower)).reset
            assert events_of(await pieces_until(follower, 2 * len(line(8)))) == [
                {"iteration": 8},
                {"iteration": 9},
            ]


async def test_an_offset_within_a_line_begins_anew(written):
    written.progress(line(1))
    async with written.follow_progress(5) as follower:
        piece = await next_piece(follower)
        assert piece.reset
        assert events_of([piece]) == [{"iteration": 1}]


@pytest.mark.parametrize("asked", [10**15, 40])
async def test_an_offset_beyond_the_end_begins_anew(written, asked):
    written.progress(line(1))
    async with written.follow_progress(asked) as follower:
        assert (await next_piece(follower)).reset
