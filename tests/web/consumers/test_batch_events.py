"""The socket of a batch: all of its followers see one sequence, to its end."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from runs.accounts.membership import describe_project
from runs.analysis.transitions import announce, conclude
from runs.contract.status import Status
from runs.events import latest_seq
from runs.lifecycle.transitions import announce as announce_run
from runs.lifecycle.transitions import transition
from runs.live import batch as module
from runs.live.batch_frames import frames_between, look
from runs.models import Batch, Event, Iteration, Run
from tests.analysis.measured import result_of

pytestmark = pytest.mark.django_db(transaction=True)

STATE = ["kind", "seq", "status", "reason", "counts", "fraction", "eta_seconds", "partial",
         "result_at"]  # fmt: skip
ITERATION = ["kind", "seq", "at", "point", "number", "seed", "run_id", "status", "reason"]


def address(batch, query=""):
    return f"/ws/batches/{batch.pk}/{query}"


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """As an eager reader would look, so that no test waits."""
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(module, "REFRESH_SECONDS", 1000.0)


@pytest.fixture
async def batch(transactional_db, batch_with_runs):
    return await sync_to_async(batch_with_runs)(base_seed=40)


def run_of(batch, number):
    found = Run.objects.select_related("project", "program", "owner")
    return found.get(iteration__batch=batch, iteration__number=number)


@sync_to_async
def become(batch, number, *statuses, reason=""):
    run = run_of(batch, number)
    for status in statuses:
        source = Status(run.status)
        assert transition(run, to=Status(status), reason=reason, sources={source})


@sync_to_async
def end(batch, status=Status.COMPLETED, reason="3 of 3 completed", **fields):
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(result=result_of(batch, **fields))
        assert conclude(Batch.objects.get(pk=batch.pk), to=status, reason=reason)


async def end_all(batch, *numbers):
    for number in numbers or range(batch.num_iterations):
        await become(batch, number, "running", "completed")


async def to_the_end(socket):
    frames = []
    while frame := await socket.frame():
        frames.append(frame)
    assert socket.closed == 1000
    return frames


def iterations(frames):
    return [frame for frame in frames if frame["kind"] == "iteration"]


def finals(frames):
    """(number, status) of each that ended."""
    told = [(frame["number"], frame["status"]) for frame in iterations(frames)]
    return sorted(pair for pair in told if pair[1] not in ("pending", "running"))


async def frames_of_completed(socket, number):
    """Every frame up to the state after that iteration has ended."""
    frames = []
    while (number, "completed") not in finals(frames):
        frames.append(await socket.frame())
    return frames


async def test_it_says_how_it_is_at_once(open_socket, batch):
    async with open_socket(address(batch)) as socket:
        state = await socket.frame()
    assert list(state) == STATE
    assert (state["status"], state["fraction"], state["partial"]) == ("pending", 0.0, None)
    assert state["reason"].startswith("waiting")
    assert {name: number for name, number in state["counts"].items() if number} == {
        "total": 3, "waiting": 3,
    }  # fmt: skip


async def test_it_tells_of_each_iteration_then_how_it_is_with_it(open_socket, batch):
    async with open_socket(address(batch)) as socket:
        first = await socket.frame()
        await become(batch, 1, "running")
        running, state = await socket.frames_until("state")
        assert (await sync_to_async(run_of)(batch, 1)).pk == running["run_id"]
        await become(batch, 1, "failed", reason="exit code 1")
        failed, after = await socket.frames_until("state")
    assert list(running) == ITERATION
    told = [(frame["point"], frame["number"], frame["seed"]) for frame in (running, failed)]
    assert told == [(0, 1, 41)] * 2
    assert (running["status"], state["status"]) == ("running", "running")
    assert (state["counts"]["running"], state["counts"]["waiting"]) == (1, 2)
    assert (failed["status"], failed["reason"]) == ("failed", "exit code 1")
    assert (after["counts"]["failed"], after["fraction"]) == (1, pytest.approx(1 / 3))
    numbers = [frame["seq"] for frame in (first, running, state, failed, after)]
    assert numbers == sorted(numbers)


async def test_of_changes_between_two_looks_the_last_is_told(batch):
    await end_all(batch, 2, 0)
    await become(batch, 1, "running")

    seq, frames = await sync_to_async(frames_between)(
        batch.pk, 0, await sync_to_async(latest_seq)()
    )
    told = [json.loads(frame.text) for frame in frames]
    assert [(frame["number"], frame["status"]) for frame in told] == [
        (2, "completed"), (0, "completed"), (1, "running"),
    ]  # fmt: skip
    assert [frame["seq"] for frame in told] == [frame.seq for frame in frames]
    assert frames[-1].seq <= seq


async def test_it_ends_with_what_to_read_first_and_closes(open_socket, batch):
    async with open_socket(address(batch)) as socket:
        await socket.frame()
        await end_all(batch)
        await end(batch, headlines=["It is 3."])
        frames = await to_the_end(socket)
    assert finals(frames) == [(0, "completed"), (1, "completed"), (2, "completed")]
    state, complete = frames[-2:]
    assert (state["status"], state["partial"], state["fraction"]) == ("completed", False, 1.0)
    assert complete == {
        "kind": "complete", "seq": state["seq"], "status": "completed",
        "reason": "3 of 3 completed", "headlines": ["It is 3."],
    }  # fmt: skip


async def test_who_comes_late_hears_how_it_ended(open_socket, batch):
    await end_all(batch)
    await end(batch, Status.FAILED, "none of 3 completed")
    async with open_socket(address(batch)) as socket:
        frames = await to_the_end(socket)
    assert [frame["kind"] for frame in frames] == ["state", "complete"]
    assert frames[1]["reason"] == frames[0]["reason"] == "none of 3 completed"


async def test_a_result_by_the_way_is_told(open_socket, batch):
    @sync_to_async
    def analyse():
        with transaction.atomic():
            result = result_of(batch, partial=True)
            Batch.objects.filter(pk=batch.pk).update(
                result=result, analysed_at="2026-11-21T12:00:00+00:00"
            )
            announce(Batch.objects.get(pk=batch.pk), "analysed")

    async with open_socket(address(batch)) as socket:
        assert (await socket.frame())["result_at"] is None
        await analyse()
        state = await socket.frame()
    assert (state["partial"], state["result_at"]) == (True, "2026-11-21T12:00:00+00:00")


async def test_after_a_lost_connection_each_end_is_told_once(open_socket, batch):
    async with open_socket(address(batch)) as socket:
        await socket.frame()
        await end_all(batch, 0)
        before = await frames_of_completed(socket, 0)
    await end_all(batch, 1)
    async with open_socket(address(batch, f"?since={before[-1]['seq']}")) as socket:
        between = await frames_of_completed(socket, 1)
        await end_all(batch, 2)
        await end(batch)
        after = await to_the_end(socket)
    assert finals(before) + finals(between) + finals(after) == [
        (0, "completed"), (1, "completed"), (2, "completed"),
    ]  # fmt: skip
    numbers = [frame["seq"] for frame in between + after]
    assert numbers == sorted(numbers)
    assert numbers[0] == before[-1]["seq"]


async def test_cut_after_any_frame_nothing_is_missed_or_told_twice(open_socket, batch):
    """What a client sees that loses its connection again and again."""
    await end_all(batch)
    await end(batch)
    since, seen, last = 0, [], None
    while last != "complete":
        async with open_socket(address(batch, f"?since={since}")) as socket:
            await socket.frame()
            frame = await socket.frame()
        since, last = frame["seq"], frame["kind"]
        seen.append(frame)
    assert finals(seen) == [(0, "completed"), (1, "completed"), (2, "completed")]


async def test_since_the_beginning_all_that_ended_is_told(open_socket, batch):
    await become(batch, 0, "running", "completed")
    await become(batch, 1, "running", "failed")
    async with open_socket(address(batch, "?since=0")) as socket:
        frames = [await socket.frame() for _ in range(3)]
    assert finals(frames) == [(0, "completed"), (1, "failed")]
    assert frames[0]["seq"] <= frames[1]["seq"]


async def test_what_was_long_ago_is_read_in_pieces(open_socket, batch, monkeypatch):
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(module, "KEPT_FRAMES", 1)
    await end_all(batch)
    async with open_socket(address(batch, "?since=0")) as socket:
        frames = [await socket.frame() for _ in range(4)]
        await end(batch)
        frames += await to_the_end(socket)
    assert finals(frames) == [(0, "completed"), (1, "completed"), (2, "completed")]


@pytest.mark.parametrize("since", ["999999", str(10**40), "-5", "junk", ""])
async def test_a_number_that_means_nothing_is_from_now_on(open_socket, batch, since):
    await end_all(batch, 0)
    async with open_socket(address(batch, f"?since={since}")) as socket:
        state = await socket.frame()
        await become(batch, 1, "running")
        frame = await socket.frame()
    assert state["seq"] < frame["seq"]
    assert (frame["kind"], frame["number"]) == ("iteration", 1)


async def test_many_followers_share_one_reader_and_its_frames(open_socket, batch):
    async with AsyncExitStack() as opened:
        sockets = [await opened.enter_async_context(open_socket(address(batch))) for _ in range(20)]
        for socket in sockets:
            await socket.frame()
        (watches,) = (each for each in module.WATCHES.values() if batch.pk in each)
        watch = watches[batch.pk]
        assert len(watch.followers) == 20
        await end_all(batch)
        await end(batch)
        seen = [await to_the_end(socket) for socket in sockets]
        last = watch.recent[-1].text
        _, again = await watch.frames_after(0)
        assert again[-1] is last
    assert all(finals(frames) == finals(seen[0]) for frames in seen)
    assert len(finals(seen[0])) == 3
    assert batch.pk not in watches
    assert watch.task.cancelling() or watch.task.done()


async def test_a_look_asks_a_fixed_number_of_questions(batch):
    @sync_to_async
    def questions(since):
        with CaptureQueriesContext(connection) as captured:
            look(batch.pk, since)
        return len(captured)

    await end_all(batch, 0)
    few = await questions(0)
    await end_all(batch, 1, 2)
    assert await questions(0) == few


async def test_a_retry_takes_the_place_of_what_failed(open_socket, batch, run_row):
    await become(batch, 2, "running", "failed")

    @sync_to_async
    def retry():
        with transaction.atomic():
            old = run_of(batch, 2)
            Run.objects.filter(pk=old.pk).update(batch=None)
            run = run_row(batch=batch, seed=42)
            Iteration.objects.filter(run=old).update(run=run)
            announce_run(run, "created")
        return run

    async with open_socket(address(batch)) as socket:
        await socket.frame()
        run = await retry()
        frame = await socket.frame()
    assert (frame["number"], frame["status"], frame["run_id"]) == (2, "pending", run.pk)
    await become(batch, 2, "running", "completed")
    async with open_socket(address(batch, "?since=0")) as socket:
        frames = [await socket.frame(), await socket.frame()]
    assert finals(frames) == [(2, "completed")]


async def test_runs_of_others_are_not_told(open_socket, batch, batch_with_runs, make_run):
    other = await sync_to_async(batch_with_runs)()
    async with open_socket(address(batch, "?since=0")) as socket:
        await socket.frame()
        await end_all(other)
        await sync_to_async(make_run)()
        await become(batch, 0, "running")
        frame = await socket.frame()
    assert (frame["kind"], frame["number"], frame["status"]) == ("iteration", 0, "running")


async def test_what_is_deleted_is_no_more(open_socket, batch):
    @sync_to_async
    def delete():
        with transaction.atomic():
            announce(batch, "deleted")
            Batch.objects.filter(pk=batch.pk).delete()

    async with open_socket(address(batch)) as one, open_socket(address(batch)) as two:
        for socket in (one, two):
            await socket.frame()
        await delete()
        for socket in (one, two):
            assert await socket.frame() is None
            assert socket.closed == 4404
    async with open_socket(address(batch)) as socket:
        assert await socket.frame() is None
        assert socket.closed == 4404


async def test_it_ends_for_who_may_not_see_it_any_more(open_socket, batch, staff, other_member):
    async with open_socket(address(batch), user=other_member) as socket:
        await socket.frame()
        await sync_to_async(describe_project)(
            actor=staff, project=batch.project, title="", description="", is_open=False
        )
        while await socket.frame() is not None:
            pass
        assert socket.closed == 4404


@pytest.mark.parametrize("batch_id", ["0123456789ab", "x", "%00", "a" * 500])
async def test_an_unknown_batch_is_no_such_thing(open_socket, batch_id):
    async with open_socket(f"/ws/batches/{batch_id}/") as socket:
        assert await socket.frame() is None
        assert socket.closed == 4404


async def test_nobody_anonymous_follows(open_socket, batch):
    async with open_socket(address(batch), user=None) as socket:
        assert await socket.frame() is None
        assert socket.closed == 4401


async def test_a_fault_of_ours_closes_instead_of_leaving_all_waiting(
    open_socket, batch, monkeypatch
):
    async with open_socket(address(batch)) as socket:
        await socket.frame()
        # a payload that no code of ours writes
        await Event.objects.acreate(
            topic="runs", kind="run.failed", subject=(await sync_to_async(run_of)(batch, 0)).pk,
            payload={"batch": batch.pk},
        )  # fmt: skip
        await become(batch, 1, "running")
        async with asyncio.timeout(10):
            while await socket.frame() is not None:
                pass
        assert socket.closed == 1011


async def test_the_number_of_a_state_holds_what_was_before_it(open_socket, batch):
    await end_all(batch, 0)
    seq = await sync_to_async(latest_seq)()
    async with open_socket(address(batch)) as socket:
        state = await socket.frame()
    assert state["seq"] == seq
