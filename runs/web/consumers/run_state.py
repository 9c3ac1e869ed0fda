"""How a run is: at once, and again on each change."""

from runs.live.feed import feed
from runs.live.sight import kept_in_sight
from runs.live.subject import find_run, state_frame

from .stream import Stream


class RunState(Stream):
    """Stays open after the end: a lost run may still be found, a note may still be changed."""

    async def load(self) -> None:
        self.run = await find_run(self.scope["user"], self.scope["url_route"]["kwargs"]["run_id"])

    async def stream(self) -> None:
        sight = kept_in_sight(self.scope["user"], self.run, self.bell)
        with feed().listen(self.run.pk, self.bell):
            async with sight as shown:
                while True:
                    shown.require()
                    await self.send_frame(await state_frame(self.run.pk))
                    await self.bell.wait()
