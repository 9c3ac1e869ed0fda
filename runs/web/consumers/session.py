"""What happens in a creation session, to its end."""

from runs.creation.transitions import subject_of
from runs.live.feed import feed
from runs.live.session import find_session_to_follow, follow_session
from runs.live.sight import kept_in_sight

from .stream import Stream


class SessionEvents(Stream):
    """`since` missing means from now on."""

    async def load(self) -> None:
        session_id = self.scope["url_route"]["kwargs"]["session_id"]
        self.session = await find_session_to_follow(self.scope["user"], session_id)

    async def stream(self) -> None:
        asked = self.number_asked("since", -1)
        sight = kept_in_sight(self.scope["user"], self.session, self.bell)
        with feed().listen(subject_of(self.session), self.bell):
            async with sight as shown:
                since = asked if asked >= 0 else None
                async for frame in follow_session(self.session, since, shown):
                    await self.send_text(frame)
