"""Follow one file of a run or a job until it has ended and the file has been sent to its end."""

from runs.live.edge import LOG_KIND, PROGRESS_KIND, Kind
from runs.live.follower import Follower, follow
from runs.live.pieces import Piece
from runs.live.sight import kept_in_sight
from runs.live.subject import find_executed

from .stream import Stream


class FollowedFile(Stream):
    """Subclasses say which file."""

    kind: Kind

    async def load(self) -> None:
        key = self.scope["url_route"]["kwargs"]
        self.executed = await find_executed(self.scope["user"], key, self.number_asked("root", -1))

    async def stream(self) -> None:
        asked = self.number_asked("offset")
        sight = kept_in_sight(self.scope["user"], self.executed, self.bell)
        async with follow(self.executed, self.kind, asked, self.bell) as follower, sight as shown:
            self.acknowledged = follower.offset
            while not follower.ended:
                piece = await follower.next_piece()
                shown.require()
                await self.send_piece(piece, follower)
            await self.send_frame(
                {"kind": "end", "status": follower.status, "offset": follower.offset}
            )

    async def send_piece(self, piece: Piece | None, follower: Follower) -> None:
        if piece is None:
            return
        if piece.reset:
            self.acknowledged = 0
        for frame in piece.frames:
            await self.send_text(frame.text)
        await self.wait_for_window(follower.offset)


class Log(FollowedFile):
    """Frames of at most 64 KiB of the log; `offset` and `next` count its bytes."""

    kind = LOG_KIND


class Progress(FollowedFile):
    """Frames of parsed events; a line that is no JSON object is told of and passed over."""

    kind = PROGRESS_KIND
