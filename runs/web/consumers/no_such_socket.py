"""An address that is no socket says so, instead of a server error."""

from runs.errors import NotFound

from .stream import Stream


class NoSuchSocket(Stream):
    async def load(self) -> None:
        raise NotFound("There is no such socket.")

    async def stream(self) -> None:
        """Never comes to it."""
