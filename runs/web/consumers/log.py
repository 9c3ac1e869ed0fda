"""The log of a run or a job, byte by byte."""

import asyncio

from runs.contract.layout import LOG
from runs.files.log import BLOCK_BYTES, decode_chunk, log_size, read_range

from .followed_file import FollowedFile

CONTINUATION = range(0x80, 0xC0)


class Log(FollowedFile):
    """Frames of at most 64 KiB of the file; `offset` and `next` count its bytes."""

    file_name = LOG

    async def begin(self) -> None:
        asked = self.number_asked("offset")
        if asked < 0:
            asked = await asyncio.to_thread(self.before_end, -asked)
        self.offset = self.acknowledged = asked

    def before_end(self, count: int) -> int:
        """That many bytes before the end, moved past the rest of a character begun before."""
        offset = max(0, log_size(self.path) - count)
        if offset == 0:
            return 0
        ahead = read_range(self.path, offset, 3).data
        return offset + next(
            (i for i, byte in enumerate(ahead) if byte not in CONTINUATION), len(ahead)
        )

    async def send_new(self, at_end: bool) -> None:
        while await self.send_chunk(at_end):
            pass

    async def send_chunk(self, at_end: bool) -> bool:
        """One frame; whether there may be more to send at once."""
        chunk = await asyncio.to_thread(read_range, self.path, self.offset, BLOCK_BYTES)
        if chunk.truncated:
            self.offset = self.acknowledged = 0
            await self.send_frame({"kind": "reset", "offset": 0})
            return True
        last = at_end and chunk.next >= chunk.size
        text, used = decode_chunk(chunk.data, at_end=last)
        if not used:
            return False
        begin, self.offset = self.offset, self.offset + used
        await self.send_frame({"kind": "log", "offset": begin, "next": self.offset, "text": text})
        await self.wait_for_window(self.offset)
        # a trickle is gathered: only a full chunk says that more is waiting
        return len(chunk.data) == BLOCK_BYTES or at_end
