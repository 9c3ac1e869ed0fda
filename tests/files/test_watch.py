import asyncio
import os
import resource
import shutil
from pathlib import Path

import pytest

from runs.files.watch import Watcher

# Generous: a busy machine is slow, not wrong.
SOON = 20


@pytest.fixture(params=[True, False], ids=["inotify", "polling"])
def watcher(request):
    return Watcher(use_inotify=request.param, poll_seconds=0.02)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "run" / "output.log"
    path.parent.mkdir()
    path.write_bytes(b"")
    return path


def append(path, data=b"line\n"):
    with path.open("ab") as file:
        file.write(data)


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


async def silence(bell):
    """Wait until late echoes of earlier changes have rung out; how many there were."""
    echoes = 0
    while await bell.wait(0.4):
        echoes += 1
    return echoes


async def test_it_rings_for_a_write(watcher, log):
    async with watcher.subscribe(log) as bell:
        append(log)

        assert await bell.wait(SOON)


async def test_it_is_silent_while_nothing_happens(watcher, log):
    async with watcher.subscribe(log) as bell:
        assert not await bell.wait(0.3)


async def test_it_rings_seldom_for_many_writes(watcher, log):
    async with watcher.subscribe(log) as bell:
        for _ in range(100):
            append(log)

        assert 1 <= await silence(bell) < 10


async def test_it_loses_no_line_of_a_busy_writer(watcher, log):
    writer = await asyncio.create_subprocess_shell(
        f"for i in $(seq 2000); do echo line $i; done >> {log}; echo end >> {log}"
    )
    read = b""
    async with watcher.subscribe(log) as bell, asyncio.timeout(SOON):
        while not read.endswith(b"end\n"):
            read = log.read_bytes()
            if not read.endswith(b"end\n"):
                await bell.wait()
    await writer.wait()

    assert len(read.splitlines()) == 2001


async def test_it_rings_for_everybody_who_waits(watcher, log):
    async with watcher.subscribe(log) as first, watcher.subscribe(log) as second:
        append(log)

        assert await first.wait(SOON) and await second.wait(SOON)


async def test_it_does_not_ring_for_a_neighbour(watcher, log):
    async with watcher.subscribe(log) as bell:
        append(log.with_name("progress.jsonl"))

        assert not await bell.wait(0.5)


async def test_it_goes_on_for_the_others_when_one_leaves(watcher, log):
    async with watcher.subscribe(log) as bell:
        async with watcher.subscribe(log), watcher.subscribe(log.with_name("other")):
            pass
        append(log)

        assert await bell.wait(SOON)


async def test_it_rings_for_a_file_that_comes_later(watcher, log):
    log.unlink()
    async with watcher.subscribe(log) as bell:
        log.write_bytes(b"")

        assert await bell.wait(SOON)


async def test_it_rings_in_a_directory_that_comes_later(watcher, tmp_path):
    path = tmp_path / "later" / "deep" / "output.log"
    async with watcher.subscribe(path) as bell:
        path.parent.mkdir(parents=True)
        append(path)
        assert await bell.wait(SOON)
        await silence(bell)

        append(path)
        assert await bell.wait(SOON)


async def test_it_rings_when_the_file_is_replaced_truncated_or_deleted(watcher, log):
    async with watcher.subscribe(log) as bell:
        other = log.with_name("other")
        other.write_bytes(b"new")
        other.rename(log)
        assert await bell.wait(SOON)
        await silence(bell)

        os.truncate(log, 0)
        assert await bell.wait(SOON)
        await silence(bell)

        log.unlink()
        assert await bell.wait(SOON)


@pytest.mark.parametrize("rename", [True, False], ids=["moved away", "deleted"])
async def test_it_follows_a_directory_made_anew(watcher, log, rename, tmp_path):
    async with watcher.subscribe(log) as bell:
        if rename:
            log.parent.rename(tmp_path / "old")
        else:
            shutil.rmtree(log.parent)
        assert await bell.wait(SOON)
        log.parent.mkdir()
        await silence(bell)

        append(log)
        assert await bell.wait(SOON)


async def test_it_follows_when_an_upper_directory_is_replaced(watcher, tmp_path):
    log = tmp_path / "upper" / "run" / "output.log"
    log.parent.mkdir(parents=True)
    async with watcher.subscribe(log) as bell:
        log.parent.parent.rename(tmp_path / "away")
        log.parent.mkdir(parents=True)
        append(log)
        assert await bell.wait(SOON)
        await silence(bell)

        append(log)
        assert await bell.wait(SOON)


async def test_it_watches_a_symlink_where_it_leads(watcher, log, tmp_path):
    link = tmp_path / "link.log"
    link.symlink_to(log)
    async with watcher.subscribe(link) as bell:
        append(log)

        assert await bell.wait(SOON)


async def test_it_sees_writes_through_another_name_by_looking(log, tmp_path):
    os.link(log, tmp_path / "other name")
    async with Watcher().subscribe(log) as bell:
        append(tmp_path / "other name")

        assert await bell.wait(SOON)


async def test_it_works_without_a_descriptor_for_inotify(log):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        subscription = Watcher().subscribe(log)
        bell = await subscription.__aenter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    append(log)

    assert await bell.wait(SOON)
    await subscription.__aexit__(None, None, None)


async def test_it_leaves_no_task_and_no_descriptor(watcher, log):
    before = open_descriptors()
    for _ in range(3):
        async with watcher.subscribe(log) as bell:
            append(log)
            await bell.wait(SOON)

    assert len(asyncio.all_tasks()) == 1
    assert open_descriptors() == before


def test_it_works_in_one_loop_after_another(watcher, log):
    async def once():
        async with watcher.subscribe(log) as bell:
            append(log)
            return await bell.wait(SOON)

    async def abandoned():
        await watcher.subscribe(log).__aenter__()

    assert asyncio.run(once())
    asyncio.run(abandoned())
    assert asyncio.run(once())


async def test_a_folder_that_comes_while_all_others_are_watched_is_polled_at_once(tmp_path):
    """The watcher rests for a second where everything has a watch."""
    (tmp_path / "watched").mkdir()
    watcher = Watcher()
    async with watcher.subscribe(tmp_path / "watched" / "log"):
        await asyncio.sleep(0.01)
        async with watcher.subscribe(tmp_path / "later" / "log") as bell:
            (tmp_path / "later").mkdir()
            (tmp_path / "later" / "log").write_text("x")
            assert await bell.wait(10)
