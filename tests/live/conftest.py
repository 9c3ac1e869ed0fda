"""Runs whose files a test writes, and followers of them."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from runs.contract.status import Status
from runs.lifecycle.transitions import transition
from runs.live.edge import LOG_KIND, PROGRESS_KIND
from runs.live.follower import follow
from runs.models import Run

PATIENCE_SECONDS = 10


class Written:
    """A running run and what its program writes."""

    def __init__(self, run):
        self.run = run

    def write(self, data, name="output.log", mode="ab"):
        with (self.run.directory / name).open(mode) as file:
            file.write(data)

    def progress(self, data):
        self.write(data, "progress.jsonl")

    @sync_to_async
    def finish(self):
        Run.objects.filter(pk=self.run.pk).update(status=Status.RUNNING)
        transition(self.run, to=Status.COMPLETED, reason="exit code 0", sources={Status.RUNNING})

    def follow(self, asked=0):
        return follow(self.run, LOG_KIND, asked)

    def follow_progress(self, asked=0):
        return follow(self.run, PROGRESS_KIND, asked)


@pytest.fixture
async def written(make_run, transactional_db):
    return Written(await sync_to_async(make_run)())


async def next_piece(follower):
    """The next piece, None at the end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not follower.ended:
            if piece := await follower.next_piece():
                return piece
    return None


async def pieces_until(follower, offset):
    """All pieces until `offset` is reached."""
    pieces = []
    while follower.offset < offset:
        pieces.append(await next_piece(follower))
    return pieces


async def pieces_to_end(follower):
    pieces = []
    while piece := await next_piece(follower):
        pieces.append(piece)
    return pieces


def frames_of(pieces, kind="log"):
    return [frame for piece in pieces for frame in piece.frames if frame.kind == kind]
