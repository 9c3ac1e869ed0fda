"""The progress socket: whole lines, parsed, with a warning for each broken one."""

import pytest
from asgiref.sync import sync_to_async

from .test_run_log import finish

pytestmark = pytest.mark.django_db(transaction=True)


def write(run, data):
    with (run.directory / "progress.jsonl").open("ab") as progress:
        progress.write(data)


async def test_it_sends_events_of_whole_lines_only(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b'{"erlang": 1}\n{"erl')
    async with open_socket(f"/ws/runs/{run.pk}/progress/?offset=0") as socket:
        first = await socket.frame()
        assert first == {"kind": "progress", "offset": 0, "next": 14, "events": [{"erlang": 1}]}
        write(run, b'ang": 2}\n')
        assert (await socket.frame())["events"] == [{"erlang": 2}]
        await finish(run)
        assert (await socket.frame())["kind"] == "end"


async def test_it_warns_of_a_broken_line_and_goes_on(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b'{"a": 1}\n\xff\xfejunk\n{"a": 2}\n')
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/progress/?offset=0") as socket:
        frames = await socket.frames_until("end")
    warnings = [frame for frame in frames if frame["kind"] == "warning"]
    assert warnings == [{"kind": "warning", "code": "malformed_progress", "offset": 9}]
    events = [event for frame in frames for event in frame.get("events", [])]
    assert events == [{"a": 1}, {"a": 2}]


async def test_it_goes_on_from_an_offset(make_run, open_socket):
    run = await sync_to_async(make_run)()
    write(run, b'{"a": 1}\n{"a": 2}\n')
    await finish(run)
    async with open_socket(f"/ws/runs/{run.pk}/progress/?offset=9") as socket:
        frames = await socket.frames_until("end")
    assert [event for frame in frames for event in frame.get("events", [])] == [{"a": 2}]
