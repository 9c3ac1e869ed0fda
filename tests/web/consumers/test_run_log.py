"""The log socket: every byte once, in order, whatever the log holds."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.models import Run
from runs.web.consumers import stream

pytestmark = pytest.mark.django_db(transaction=True)


def write(run, data, mode="ab"):
    with (run.directory / "output.log").open(mode) as log:
        log.write(data)


@sync_to_async
def finish(run):
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING)
    transition(run, to=Status.COMPLETED, reason="exit code 0", sources={Status.RUNNING})


def text_of(frames):
    return "".join(frame["text"] for frame in frames if frame["kind"] == "log")


async def test_it_sends_what_is_there_then_what_comes_then_the_end(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b"one\n")
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as socket:
        first = await socket.frame()
        assert first == {"kind": "log", "offset": 0, "next": 4, "text": "one\n"}
        write(run, b"two\n")
        assert (await socket.frame())["text"] == "two\n"
        await finish(run)
        end = await socket.frame()
        assert end == {"kind": "end", "status": "completed", "offset": 8}
        assert await socket.frame() is None
        assert socket.closed == 1000


async def test_it_goes_on_from_an_offset(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b"0123456789")
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=4") as socket:
        frames = await socket.frames_until("end")
    assert text_of(frames) == "456789"


async def test_a_negative_offset_counts_from_the_end_and_splits_no_character(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, "abc€".encode())
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=-2") as socket:
        frames = await socket.frames_until("end")
    assert "\ufffd" not in text_of(frames)


async def test_it_never_splits_a_character_between_frames(make_run, open_socket):
    run = await sync_to_async(make_run)()
    text = "€" * 100_000
    write(run, text.encode())
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as socket:
        frames = await socket.frames_until("end")
    logs = [frame for frame in frames if frame["kind"] == "log"]
    assert text_of(frames) == text
    assert all(frame["next"] - frame["offset"] <= 64 * 1024 for frame in logs)
    assert [frame["offset"] for frame in logs[1:]] == [frame["next"] for frame in logs[:-1]]


async def test_bad_bytes_arrive_as_replacement_characters(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b"a\xff\xfeb\x00c\xe2\x82")
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as socket:
        frames = await socket.frames_until("end")
    assert text_of(frames) == b"a\xff\xfeb\x00c\xe2\x82".decode("utf-8", "replace")
    assert frames[-1]["offset"] == 8


async def test_it_says_when_the_log_was_begun_anew(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b"long before\n")
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as socket:
        await socket.frame()
        write(run, b"new\n", "wb")
        frames = await socket.frames_until("log")
    assert frames[0] == {"kind": "reset", "offset": 0}
    assert frames[-1]["text"] == "new\n"


async def test_it_waits_for_acknowledgement_after_one_mebibyte(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b"x" * (3 * 1024 * 1024))
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as socket:
        received = 0
        while received < 1024 * 1024:
            received = (await socket.frame())["next"]
        assert await socket.receive_nothing(timeout=0.3)
        await socket.ack(received)
        assert (await socket.frame())["offset"] == received
        while True:
            frame = await socket.frame()
            if frame["kind"] == "end":
                break
            await socket.ack(frame["next"])
    assert frame["offset"] == 3 * 1024 * 1024


async def test_it_drops_a_client_that_never_acknowledges(make_run, open_socket, monkeypatch):
    monkeypatch.setattr(stream, "ACKNOWLEDGE_SECONDS", 0.2)
    run = await sync_to_async(make_run)()
    write(run, b"x" * (3 * 1024 * 1024))
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as socket:
        while await socket.frame() is not None:
            pass
        assert socket.closed == 4408


async def test_many_sockets_get_the_same(make_run, open_socket):
    run = await sync_to_async(make_run)()
    async with (
        open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as one,
        open_socket(f"/ws/runs/{run.pk}/log/?offset=0") as two,
    ):
        for number in range(50):
            write(run, f"line {number}\n".encode())
            await asyncio.sleep(0.002)
        await finish(run)
        first, second = await one.frames_until("end"), await two.frames_until("end")
    assert text_of(first) == text_of(second)
    assert text_of(first).count("\n") == 50


async def test_junk_from_the_client_is_passed_over(make_run, open_socket):
    run = await sync_to_async(make_run)()
    async with open_socket(f"/ws/runs/{run.pk}/log/?offset=junk") as socket:
        for text in ("{", "[]", '{"ack": "x"}', "[" * 5000):
            await socket.send_to(text_data=text)
        write(run, b"still here\n")
        assert (await socket.frame())["text"] == "still here\n"
