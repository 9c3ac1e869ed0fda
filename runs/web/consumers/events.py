"""Every event after a sequence number that the person may be told of, then live."""

from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from runs.events import latest_seq
from runs.live.feed import EVERYTHING, feed
from runs.live.told import Told

from .stream import Stream


class Events(Stream):
    """`since` missing means from now on; `topic` narrows to one topic."""

    async def load(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        self.told = Told(self.scope["user"], query.get("topic", [""])[0])
        self.seq = self.number_asked("since", -1)
        if self.seq < 0:
            self.seq = await database_sync_to_async(latest_seq)()

    async def stream(self) -> None:
        with feed().listen(EVERYTHING, self.bell):
            while True:
                if not await self.send_some():
                    await self.bell.wait()

    async def send_some(self) -> bool:
        """Whether there was anything new, told or not."""
        before = self.seq
        self.seq, events = await self.told.after(before)
        for event in events:
            await self.send_text(event.text)
        return self.seq > before
