"""What of all events one person is told."""

import time
from typing import Any

from channels.db import database_sync_to_async

from runs.access import HiddenProjects, hidden_projects

from .feed import ACCOUNTS, feed
from .shared_event import SharedEvent
from .sight import LOOK_SECONDS
from .subject import fresh


class Told:
    """Events of no project and of those the person sees; those of accounts are for nobody.

    What they see is read again with each event about members, so that what follows it is told
    by the new rule, and each minute for what no event tells of.
    """

    def __init__(self, user: Any, topic: str = "") -> None:
        self.user = user
        self.topics = [topic, ACCOUNTS] if topic else []
        self.hidden: HiddenProjects | None = None
        self.looked_at = 0.0

    async def after(self, seq: int) -> tuple[int, list[SharedEvent]]:
        """The number read to, which is `seq` where there is nothing new, and what is told of it.

        Raises NotAllowed once the person is no longer active.
        """
        reached, events = await feed().events_after(seq, self.topics)
        if not events:
            return reached, []
        hidden = await self.look(any(event.topic == ACCOUNTS for event in events))
        told = [
            event
            for event in events
            if event.topic != ACCOUNTS and event.project not in hidden.slugs
        ]
        return reached, told

    async def look(self, changed: bool) -> HiddenProjects:
        late = time.monotonic() - self.looked_at > LOOK_SECONDS
        if self.hidden is None or changed or late:
            self.looked_at = time.monotonic()
            self.hidden = await hidden_from(self.user)
        return self.hidden


@database_sync_to_async
def hidden_from(user: Any) -> HiddenProjects:
    return hidden_projects(fresh(user))
