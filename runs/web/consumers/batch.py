"""What happens in a batch, to its end."""

from runs.live.batch import find_batch_to_follow, follow_batch, watched
from runs.live.sight import kept_in_sight

from .stream import Stream


class BatchEvents(Stream):
    """`since` missing means from now on."""

    async def load(self) -> None:
        batch_id = self.scope["url_route"]["kwargs"]["batch_id"]
        self.batch = await find_batch_to_follow(self.scope["user"], batch_id)

    async def stream(self) -> None:
        asked = self.number_asked("since", -1)
        sight = kept_in_sight(self.scope["user"], self.batch, self.bell)
        async with sight as shown, watched(self.batch.pk, self.bell) as watch:
            async for frame in follow_batch(watch, asked if asked >= 0 else None, shown):
                await self.send_text(frame)
