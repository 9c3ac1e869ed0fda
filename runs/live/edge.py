"""The live edge of one file of a run or a job: one reader a process for all who follow it.

Bytes are read, decoded and serialised once. The latest pieces are kept, a quarter MiB of them:
who has caught up takes each from there, and who has not reads the file for themselves. So
nobody has a queue, and a follower that is slow costs no memory and holds up nobody.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from runs.contract.layout import LOG, PROGRESS
from runs.errors import NotFound
from runs.executed import Executed, confined
from runs.files.regular import Readable
from runs.files.watch import Bell, watcher

from .feed import feed
from .log_reader import LogReader, log_at_edge, log_start
from .pieces import RESET, Piece
from .progress_reader import ProgressReader, progress_at_edge, progress_start
from .subject import status_of, subjects_of

logger = logging.getLogger(__name__)

KEPT_BYTES = 256 * 1024
# After a piece, lines of the next moments travel together: a thousand a second are not a
# thousand frames. The first line after a pause is sent at once. The more there are to send a
# piece to, the longer, so that sending takes no more than a part of one core.
GATHER_SECONDS = 0.01
GATHER_SECONDS_EACH = 0.0003
GATHER_SECONDS_MOST = 0.1
# Where no change is announced (the watcher polls itself), the status is still asked for.
LOOK_SECONDS = 15.0


class Reader(Protocol):
    """Reads a file on from `offset`; see LogReader."""

    @property
    def offset(self) -> int: ...

    def read(self, stop: int | None = None, *, at_end: bool = False) -> Piece | None: ...


@dataclass(frozen=True)
class Kind:
    """A file that can be followed: `start` says where, for an offset that somebody asks for."""

    file_name: str
    reader: Callable[[Readable, int], Reader]
    at_edge: Callable[[Readable], Reader]
    start: Callable[[Readable, int], int]


LOG_KIND = Kind(LOG, LogReader, log_at_edge, log_start)
PROGRESS_KIND = Kind(PROGRESS, ProgressReader, progress_at_edge, progress_start)


class StateBell(Bell):
    """Rung by the feed: the status is to be read again, and the reader woken."""

    def __init__(self, bell: Bell) -> None:
        super().__init__()
        self.bell = bell
        self.rung = True

    def ring(self) -> None:
        self.rung = True
        self.bell.ring()


class Edge:
    """`offset` is how far the file has been read, None before the first look at it.

    `beginnings` counts how often the file was begun anew. `failure` is why there will be no
    more, where that is no end.
    """

    def __init__(self, executed: Executed, kind: Kind) -> None:
        self.executed = executed
        self.kind = kind
        self.path = confined(executed, kind.file_name)
        self.offset: int | None = None
        self.beginnings = 0
        self.status = ""
        self.final = False
        self.ended = False
        self.failure: Exception | None = None
        self.bells: set[Bell] = set()
        self.recent: dict[int, Piece] = {}
        self.kept: deque[Piece] = deque()
        self.kept_bytes = 0
        self.bell = Bell()
        self.state = StateBell(self.bell)
        self.task = asyncio.create_task(self._follow(), name=f"edge of {self.path.path}")

    async def _follow(self) -> None:
        try:
            with ExitStack() as listening:
                for subject in subjects_of(self.executed):
                    listening.enter_context(feed().listen(subject, self.state))
                async with watcher.subscribe(self.path.path, self.bell):
                    await self._read_on()
        except NotFound as missing:
            self.failure = missing
        except Exception as fault:
            logger.exception("following %s failed", self.path.path)
            self.failure = fault
        self._ring()

    async def _read_on(self) -> None:
        reader = await asyncio.to_thread(self.kind.at_edge, self.path)
        while not await self._round(reader):
            pass
        self.ended = True

    async def _round(self, reader: Reader) -> bool:
        """One look at status and file; True once all of a file that has ended was read.

        The status is read before the file: what was written before the end is then read.
        """
        if self.state.rung:
            self.state.rung = False
            self.status, self.final = await status_of(self.executed)
        moved = False
        while piece := await asyncio.to_thread(reader.read, at_end=self.final):
            moved = True
            self._take(piece)
            # a trickle is gathered: only a full piece says that more is waiting
            if not (piece.full or self.final):
                break
        if self.offset is None:
            # not before the reader has looked once: only then it knows a file that took its place
            self.offset = reader.offset
            self._ring()
        if self.final:
            return True
        if moved:
            await asyncio.sleep(self.gather_seconds)
        elif not await self.bell.wait(LOOK_SECONDS):
            self.state.rung = True
        return False

    @property
    def gather_seconds(self) -> float:
        return min(GATHER_SECONDS_MOST, GATHER_SECONDS + GATHER_SECONDS_EACH * len(self.bells))

    def _take(self, piece: Piece) -> None:
        if piece.reset:
            self.beginnings += 1
            self._forget()
            # each follower is told by its own count of beginnings
            frames = tuple(frame for frame in piece.frames if frame is not RESET)
            piece = Piece(piece.offset, piece.next, frames)
        if piece.next > piece.offset:
            self._keep(piece)
        self.offset = piece.next
        self._ring()

    def _keep(self, piece: Piece) -> None:
        self.recent[piece.offset] = piece
        self.kept.append(piece)
        self.kept_bytes += piece.next - piece.offset
        while self.kept_bytes > KEPT_BYTES and len(self.kept) > 1:
            oldest = self.kept.popleft()
            self.kept_bytes -= oldest.next - oldest.offset
            del self.recent[oldest.offset]

    def _forget(self) -> None:
        self.recent.clear()
        self.kept.clear()
        self.kept_bytes = 0

    def _ring(self) -> None:
        for bell in self.bells:
            bell.ring()


Edges = dict[tuple[type[Executed], object, str], Edge]
EDGES: WeakKeyDictionary[asyncio.AbstractEventLoop, Edges] = WeakKeyDictionary()


def edges() -> Edges:
    """Those of the running event loop: as many as there are files that somebody follows."""
    return EDGES.setdefault(asyncio.get_running_loop(), {})


@asynccontextmanager
async def at_edge(executed: Executed, kind: Kind, bell: Bell) -> AsyncIterator[Edge]:
    """The edge that all followers of this file share; it rings `bell` for what is new.

    It lasts as long as somebody follows, and an ended one is for those alone who have it: a
    job may begin again under its old name.
    """
    key = (type(executed), executed.pk, kind.file_name)
    edge = edges().get(key)
    if edge is None or edge.task.done():
        edge = edges()[key] = Edge(executed, kind)
    edge.bells.add(bell)
    try:
        yield edge
    finally:
        edge.bells.discard(bell)
        if not edge.bells:
            edge.task.cancel()
            if edges().get(key) is edge:
                del edges()[key]
