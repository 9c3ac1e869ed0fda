"""One client's place in a file that others follow as well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runs.executed import Executed, confined
from runs.files.watch import Bell

from .edge import Edge, Kind, Reader, at_edge
from .pieces import BEGUN_ANEW, Piece


class Follower:
    """Takes from the edge what it has, and reads the file for itself where it is behind."""

    def __init__(self, edge: Edge, offset: int, bell: Bell) -> None:
        self.edge = edge
        self.offset = offset
        self.bell = bell
        self.beginnings = edge.beginnings
        self.reader: Reader | None = None
        self.ended = False

    @property
    def status(self) -> str:
        return self.edge.status

    async def next_piece(self, patience_seconds: float | None = None) -> Piece | None:
        """What comes next; None once it has `ended`, or when woken or waited without anything.

        Raises NotFound once the run or job was deleted.
        """
        piece = await self._find()
        if piece is None and not self.ended:
            await self.bell.wait(patience_seconds)
            piece = await self._find()
        if piece:
            self.offset = piece.next
        return piece

    async def _find(self) -> Piece | None:
        edge = self.edge
        if edge.failure:
            raise edge.failure
        if edge.offset is None:
            return None
        if self.beginnings != edge.beginnings:
            self.beginnings = edge.beginnings
            return BEGUN_ANEW
        piece = edge.recent.get(self.offset) or await self._read(edge.offset)
        # An ended file that has less to read than it had was deleted, or begun by another job.
        self.ended = edge.ended and piece is None
        return piece

    async def _read(self, stop: int) -> Piece | None:
        """From the file, up to where the edge was."""
        if self.offset == stop:
            self.reader = None
            return None
        if self.reader is None or self.reader.offset != self.offset:
            self.reader = self.edge.kind.reader(self.edge.path, self.offset)
        return await asyncio.to_thread(self.reader.read, stop)


@asynccontextmanager
async def follow(
    executed: Executed, kind: Kind, asked: int, bell: Bell | None = None
) -> AsyncIterator[Follower]:
    """A follower from byte `asked` on; a negative one counts from the end. Raises NotFound.

    Who waits for other things as well brings a bell of its own.
    """
    start = await asyncio.to_thread(kind.start, confined(executed, kind.file_name), asked)
    bell = bell or Bell()
    async with at_edge(executed, kind, bell) as edge:
        yield Follower(edge, start, bell)
