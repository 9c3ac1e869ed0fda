"""Every event after a sequence number, then live."""

from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from runs.events import events_after, latest_seq
from runs.live.feed import EVERYTHING, feed
from runs.models import Event

from .stream import Stream


class Events(Stream):
    """`since` missing means from now on; `topic` narrows to one topic."""

    async def load(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        self.topic = query.get("topic", [""])[0]
        self.seq = self.number_asked("since", -1)
        if self.seq < 0:
            self.seq = await database_sync_to_async(latest_seq)()

    async def stream(self) -> None:
        with feed().listen(EVERYTHING, self.bell):
            while True:
                if not await self.send_some():
                    await self.bell.wait()

    async def send_some(self) -> bool:
        events = await database_sync_to_async(events_after)(self.seq, topic=self.topic)
        for event in events:
            await self.send_frame(event_frame(event))
            self.seq = event.seq
        return bool(events)


def event_frame(event: Event) -> dict[str, Any]:
    return {
        "v": 1,
        "seq": event.seq,
        "topic": event.topic,
        "kind": event.kind,
        "at": event.at.isoformat(),
        "payload": event.payload,
    }
