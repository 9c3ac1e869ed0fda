"""Follow one file of a run or a job until it has ended and the file has been sent to its end."""

import asyncio
from contextlib import ExitStack

from runs.executed import confined
from runs.files.watch import Bell, watcher
from runs.live.feed import feed
from runs.live.subject import find_executed, status_of, subjects_of

from .stream import Stream

# After a frame, lines of the next moments travel together: a thousand a second are not a
# thousand frames. The first line after a pause is sent at once.
GATHER_SECONDS = 0.01
# Where no change is announced (the watcher polls itself), the status is still asked for.
LOOK_SECONDS = 15.0


class StateBell(Bell):
    """Rung by the feed: the status is to be read again, and the sender woken."""

    def __init__(self, bell: Bell) -> None:
        super().__init__()
        self.bell = bell
        self.rung = True

    def ring(self) -> None:
        self.rung = True
        self.bell.ring()


class FollowedFile(Stream):
    """Subclasses name the file and send what is new in it."""

    file_name = ""
    status = ""
    final = False

    async def load(self) -> None:
        key = self.scope["url_route"]["kwargs"]
        self.executed = await find_executed(key, self.number_asked("root", -1))
        self.path = confined(self.executed, self.file_name)
        self.offset = 0

    async def begin(self) -> None:
        """Set the offset to start from."""
        raise NotImplementedError

    async def send_new(self, at_end: bool) -> None:
        """Send what the file has beyond the offset, and move the offset on."""
        raise NotImplementedError

    async def stream(self) -> None:
        await self.begin()
        state = StateBell(self.bell)
        with ExitStack() as listening:
            for subject in subjects_of(self.executed):
                listening.enter_context(feed().listen(subject, state))
            async with watcher.subscribe(self.path.path, self.bell):
                while not await self.send_round(state):
                    pass
        await self.send_frame({"kind": "end", "status": self.status, "offset": self.offset})

    async def send_round(self, state: StateBell) -> bool:
        """One look at status and file; True once the end has been sent.

        The status is read before the file: what was written before the end is then read.
        """
        if state.rung:
            state.rung = False
            self.status, self.final = await status_of(self.executed)
        before = self.offset
        await self.send_new(self.final)
        if self.final:
            return True
        if self.offset != before:
            await asyncio.sleep(GATHER_SECONDS)
        elif not await self.bell.wait(LOOK_SECONDS):
            state.rung = True
        return False
