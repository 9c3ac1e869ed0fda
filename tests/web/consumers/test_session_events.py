"""The socket of a creation session: all of its followers see one sequence, to its end."""

from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db import transaction

from runs.creation.engine import drive
from runs.creation.selectors import answer_of
from runs.creation.services import cancel_session
from runs.events import record_event
from runs.models import CreationSession, Event, Program
from tests.creation.conftest import (  # noqa: F401  (fixtures)
    answer,
    asking_program,
    begin_project,
    begin_run,
    reread,
)

pytestmark = pytest.mark.django_db(transaction=True)

TOLD = {"snapshot", "phase", "progress", "input_required", "input_accepted", "warning",
        "done", "failed", "aborted"}  # fmt: skip
ASKS = "[a]\nsteps = 10\nsped = 3\n"


def address(session, query=""):
    return f"/ws/sessions/{session.pk}/events/{query}"


@sync_to_async
def answered(session, **fields):
    return answer(reread(session), **fields)


@sync_to_async
def cancelled(session, **fields):
    return cancel_session(actor=session.owner, session=reread(session), **fields)


@sync_to_async
def failed(session):
    """Its program is switched off before its checks look again."""
    Program.objects.update(enabled=False)
    CreationSession.objects.filter(pk=session.pk).update(state="check_pass")
    assert drive(session.pk).state == "failed"


@pytest.fixture
async def asking(transactional_db, begin_run):  # noqa: F811
    session = await sync_to_async(begin_run)(ASKS)
    assert session.state == "input_required"
    return session


@pytest.fixture
async def ended(transactional_db, begin_run):  # noqa: F811
    session = await sync_to_async(begin_run)()
    assert session.state == "done"
    return session


async def to_the_end(socket):
    frames = []
    while frame := await socket.frame():
        frames.append(frame)
    assert socket.closed == 1000
    return frames


def kinds(frames):
    return [frame["kind"] for frame in frames]


async def test_it_says_how_it_is_then_what_comes_and_closes(open_socket, asking):
    async with open_socket(address(asking)) as socket:
        snapshot = await socket.frame()
        assert list(snapshot) == ["v", "seq", "session_id", "kind", "at", "session"]
        assert snapshot["session"] == answer_of(asking)
        await answered(asking, decision="drop")
        frames = await to_the_end(socket)
    assert set(kinds(frames)[:2]) == {"input_accepted", "phase"}
    assert kinds(frames)[-1] == "done"
    accepted = next(frame for frame in frames if frame["kind"] == "input_accepted")
    assert list(accepted) == ["v", "seq", "session_id", "kind", "at", "request_id"]
    assert frames[-1]["result"] == (await sync_to_async(reread)(asking)).result
    assert {frame["session_id"] for frame in frames} == {asking.pk}
    numbers = [snapshot["seq"], *(frame["seq"] for frame in frames)]
    assert numbers == sorted(set(numbers))


async def test_it_tells_again_what_came_after_a_number(open_socket, asking):
    async with open_socket(address(asking, "?since=0")) as socket:
        snapshot = await socket.frame()
        frames = await socket.frames_until("input_required")
    assert kinds(frames)[:3] == ["phase", "phase", "phase"]
    assert frames[-1]["seq"] == snapshot["seq"]
    assert frames[-1]["request_id"] == asking.pending_input["request_id"]
    middle = frames[2]["seq"]
    async with open_socket(address(asking, f"?since={middle}")) as socket:
        await socket.frame()
        again = await socket.frames_until("input_required")
    assert again == frames[3:]


async def test_it_tells_nothing_but_what_is_agreed(open_socket, ended):
    async with open_socket(address(ended, "?since=0")) as socket:
        frames = await to_the_end(socket)
    assert set(kinds(frames)) <= TOLD
    assert all("owner_id" not in frame and "id" not in frame for frame in frames)


async def test_ten_who_come_at_any_time_see_the_same(open_socket, asking):
    async with AsyncExitStack() as opened:
        early = [
            await opened.enter_async_context(open_socket(address(asking, "?since=0")))
            for _ in range(5)
        ]
        await answered(asking, decision="drop")
        late = [
            await opened.enter_async_context(open_socket(address(asking, "?since=0")))
            for _ in range(5)
        ]
        seen = [(await to_the_end(socket))[1:] for socket in (*early, *late)]
    assert kinds(seen[0])[-1] == "done"
    assert all(frames == seen[0] for frames in seen)


async def test_who_comes_late_hears_how_it_ended(open_socket, ended):
    async with open_socket(address(ended)) as socket:
        frames = await to_the_end(socket)
    assert kinds(frames) == ["snapshot", "done"]
    assert frames[0]["session"]["state"] == "done"


async def test_the_end_is_told_once_whatever_was_seen_before(open_socket, ended):
    last = 0
    for since in (0, "last", 10**40, -5, "junk"):
        async with open_socket(address(ended, f"?since={last if since == 'last' else since}")) as s:
            frames = await to_the_end(s)
        last = frames[-1]["seq"]
        assert kinds(frames).count("done") == 1
        assert kinds(frames)[-1] == "done"


async def test_a_failure_says_in_which_phase(open_socket, asking):
    await failed(asking)
    async with open_socket(address(asking)) as socket:
        frames = await to_the_end(socket)
    assert kinds(frames) == ["snapshot", "failed"]
    assert frames[-1]["phase"] == "running_checks"
    assert frames[-1]["error"]["code"] == "validation_failed"


@pytest.mark.parametrize("discard", [True, False])
async def test_a_cancellation_says_what_became_of_the_files(open_socket, asking, discard):
    async with open_socket(address(asking)) as socket:
        await socket.frame()
        await cancelled(asking, discard_files=discard)
        [frame] = await to_the_end(socket)
    assert frame["kind"] == "aborted"
    told = {name: frame[name] for name in ("reason", "discard_files", "removed")}
    assert told == {"reason": "cancelled", "discard_files": discard, "removed": discard}


async def test_the_end_is_told_also_where_its_event_is_no_longer_kept(
    open_socket, ended, asking, begin_run  # noqa: F811
):  # fmt: skip
    failing = await sync_to_async(begin_run)(ASKS, label="fails")
    await failed(failing)
    await cancelled(asking, discard_files=True)
    for session in (ended, asking, failing):
        async with open_socket(address(session)) as socket:
            kept = (await to_the_end(socket))[-1]
        await Event.objects.filter(subject=f"session:{session.pk}").adelete()
        async with open_socket(address(session, "?since=0")) as socket:
            frames = await to_the_end(socket)
        assert len(frames) == 2
        differs = ("seq", "at")
        made = {name: value for name, value in frames[-1].items() if name not in differs}
        assert made == {name: value for name, value in kept.items() if name not in differs}


async def test_it_is_for_its_owner_and_staff(open_socket, asking, other_member, staff):
    for user, code in ((other_member, 4404), (None, 4401)):
        async with open_socket(address(asking), user=user) as socket:
            assert await socket.frame() is None
            assert socket.closed == code
    async with open_socket(address(asking), user=staff) as socket:
        assert (await socket.frame())["kind"] == "snapshot"


async def test_an_unknown_session_is_no_such_thing(open_socket):
    async with open_socket("/ws/sessions/0123456789ab/events/") as socket:
        assert await socket.frame() is None
        assert socket.closed == 4404


@sync_to_async
def take_staff_from(user):
    get_user_model().objects.filter(pk=user.pk).update(is_staff=False)
    with transaction.atomic():
        record_event(topic="accounts", kind="changed", subject="", payload={})


async def test_who_is_no_longer_staff_is_told_no_more(open_socket, asking, staff):
    async with open_socket(address(asking), user=staff) as socket:
        await socket.frame()
        await take_staff_from(staff)
        assert await socket.frame() is None
        assert socket.closed == 4404


@sync_to_async
def record_last():
    with transaction.atomic():
        record_event(topic="runs", kind="last", subject="", payload={})


async def test_of_all_events_those_of_sessions_are_told_to_owner_and_staff(
    open_socket, asking, other_member, staff
):
    await record_last()
    heard = {}
    for user in (asking.owner, other_member, staff):
        async with open_socket("/ws/events/?since=0", user=user) as socket:
            frames = await socket.frames_until("last")
        heard[user.username] = {frame["topic"] for frame in frames}
    assert heard["grace"] == {"runs"}
    assert heard["ada"] == heard["root"] == {"runs", "sessions"}


async def test_live_events_of_sessions_are_not_told_to_others(open_socket, asking, other_member):
    async with (
        open_socket("/ws/events/?topic=sessions", user=other_member) as outside,
        open_socket("/ws/events/?since=0", user=asking.owner) as inside,
    ):
        await cancelled(asking, discard_files=True)
        assert (await inside.frames_until("session.aborted"))[-1]["payload"]["id"] == asking.pk
        assert await outside.receive_nothing(0.2)
