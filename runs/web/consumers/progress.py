"""The progress events of a run or a job, whole lines at a time."""

import asyncio

from runs.contract.layout import PROGRESS
from runs.contract.progress_lines import BLOCK_BYTES, LineReader, ParsedLines

from .followed_file import FollowedFile


class Progress(FollowedFile):
    """Frames of parsed events; a line that is no JSON object is told of and passed over."""

    file_name = PROGRESS

    async def begin(self) -> None:
        self.offset = self.acknowledged = max(0, self.number_asked("offset"))
        self.reader = LineReader(self.path, self.offset)

    async def send_new(self, at_end: bool) -> None:
        while await self.send_block():
            pass

    async def send_block(self) -> bool:
        parsed = await asyncio.to_thread(self.reader.poll, BLOCK_BYTES // 4)
        if parsed.reset:
            self.acknowledged = 0
            await self.send_frame({"kind": "reset", "offset": 0})
        if parsed.next == parsed.offset:
            return parsed.reset
        await self.send_parsed(parsed)
        self.offset = parsed.next
        await self.wait_for_window(self.offset)
        return True

    async def send_parsed(self, parsed: ParsedLines) -> None:
        for offset in parsed.malformed:
            await self.send_frame(
                {"kind": "warning", "code": "malformed_progress", "offset": offset}
            )
        await self.send_frame(
            {
                "kind": "progress",
                "offset": parsed.offset,
                "next": parsed.next,
                "events": parsed.events,
            }
        )
