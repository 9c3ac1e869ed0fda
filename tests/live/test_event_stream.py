"""A file as Server-Sent Events: what is said, and when it ends."""

import asyncio
import json
from contextlib import aclosing

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from runs.accounts.standing import Standing
from runs.accounts.tokens import make_token, revoke_token
from runs.events import record_event
from runs.live import event_stream, logins
from runs.live.edge import LOG_KIND, PROGRESS_KIND, edges
from runs.live.ending import ending
from runs.live.event_stream import EventStream
from runs.models import Run
from runs.models.token import Scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def stream(written, member):
    """A stream of the log, or of another kind, by a token of the run's owner."""
    token, _ = await sync_to_async(make_token)(owner=member, label="t", scopes=[Scope.READ])
    written.token = token

    def opened(asked=0, kind=LOG_KIND):
        standing = Standing(member.pk, token_id=token.pk)
        return aclosing(EventStream(member, standing, written.run, "trace").of(kind, asked))

    return opened


def parsed(text):
    """Events as (name, id, data); a comment or retry as its line."""
    for block in text.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in fields:
            yield fields["event"], fields.get("id"), json.loads(fields["data"])
        else:
            yield block


async def said(events, until=""):
    """Everything said up to and with the first event of that name, or to the end."""
    found = []
    async with asyncio.timeout(10):
        async for text in events:
            found += parsed(text)
            if until and any(each[0] == until for each in found):
                break
    return found


async def test_it_says_what_is_there_then_what_comes_then_that_it_is_done(written, stream):
    written.write(b"one\n")
    async with stream() as events:
        assert await said(events, "log") == [
            ": follow",
            ("log", "4", {"kind": "log", "offset": 0, "next": 4, "text": "one\n"}),
        ]
        written.write("zwö\n".encode())
        assert (await said(events, "log"))[0][2]["text"] == "zwö\n"
        await written.finish()
        assert await said(events) == [("done", "9", {"status": "completed", "offset": 9})]


async def test_it_goes_on_from_an_offset(written, stream):
    written.write(b"one\ntwo\n")
    await written.finish()
    async with stream(4) as events:
        log = (await said(events))[1]
    assert (log[1], log[2]["text"]) == ("8", "two\n")


async def test_no_line_of_a_log_can_be_taken_for_a_field(written, stream):
    hostile = "event: done\n\ndata: x\r\rid: 7\r\n\u2028\x00\x85"
    written.write(hostile.encode())
    await written.finish()
    async with stream() as events:
        found = await said(events)
    assert [each[0] for each in found[1:]] == ["log", "done"]
    assert found[1][2]["text"] == hostile


async def test_progress_comes_with_warnings(written, stream):
    written.progress(b'{"a": 1}\njunk\n{"b": 2}\n')
    await written.finish()
    async with stream(kind=PROGRESS_KIND) as events:
        found = await said(events)
    assert [each[0] for each in found[1:]] == ["warning", "progress", "done"]
    assert found[2][2]["events"] == [{"a": 1}, {"b": 2}]


async def test_a_resumed_stream_gets_the_warning_that_it_may_have_missed(written, stream):
    written.progress(b'{"a": 1}\njunk\n')
    await written.finish()
    async with stream(kind=PROGRESS_KIND) as events:
        warning = next(each for each in await said(events, "warning") if each[0] == "warning")
    async with stream(int(warning[1]), kind=PROGRESS_KIND) as events:
        assert [each[0] for each in (await said(events))[1:]] == ["warning", "progress", "done"]


async def test_it_says_that_it_is_alive_while_nothing_happens(stream, monkeypatch):
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.02)
    async with stream() as events:
        assert [await anext(events) for _ in range(3)] == [b": follow\n\n"] + 2 * [
            b": still here\n\n"
        ]


async def test_it_says_when_to_come_back_when_the_server_ends(written, stream, monkeypatch):
    monkeypatch.setattr(ending, "begun", False)
    written.write(b"one\n")
    async with stream() as events:
        await said(events, "log")
        ending.begin()
        assert await said(events) == ["retry: 1000"]
    assert not ending.bells


async def test_a_run_that_is_deleted_ends_it_with_an_error(written, stream):
    @sync_to_async
    def delete():
        with transaction.atomic():
            record_event(topic="runs", kind="run.deleted", subject=written.run.pk, payload={})
            Run.objects.filter(pk=written.run.pk).delete()

    async with stream() as events:
        await anext(events)
        await delete()
        name, _, data = (await said(events))[-1]
    assert name == "error"
    assert data["error"]["code"] == "not_found"
    assert data["error"]["trace_id"] == "trace"


async def test_a_project_that_closes_ends_it(written, stream, project, other_member):
    @sync_to_async
    def close():
        written.run.project.is_open = False
        written.run.project.save()
        with transaction.atomic():
            record_event(topic="accounts", kind="project.closed", subject="", payload={})

    async with stream() as events:
        await anext(events)
        await close()
        name, _, data = (await said(events))[-1]
    assert (name, data["error"]["code"]) == ("error", "not_found")


async def test_a_token_that_is_revoked_ends_it(written, stream, member, monkeypatch):
    monkeypatch.setattr(logins, "LOOK_SECONDS", 0.02)
    async with stream() as events:
        await anext(events)
        await sync_to_async(revoke_token)(actor=member, token=written.token)
        name, _, data = (await said(events))[-1]
    assert (name, data["error"]["code"]) == ("error", "not_authenticated")


async def test_one_that_is_left_frees_its_follower(written, stream):
    async with stream() as one, stream() as two:
        written.write(b"one\n")
        await said(one, "log")
        await said(two, "log")
        (edge,) = edges().values()
        assert len(edge.bells) == 2
        await one.aclose()
        assert len(edge.bells) == 1
    assert edges() == {}
    assert not ending.bells
    assert logins.logins().open == {}


async def test_a_fault_of_ours_is_told_without_its_inside(written, stream, monkeypatch, caplog):
    (written.run.directory / "output.log").unlink(missing_ok=True)
    written.write(b"one\n")
    async with stream() as events:
        await said(events, "log")
        (edge,) = edges().values()
        edge.failure = RuntimeError("secret")
        edge._ring()
        name, _, data = (await said(events))[-1]
    assert (name, data["error"]["code"]) == ("error", "internal_error")
    assert "secret" not in json.dumps(data)
    assert "secret" in caplog.text
