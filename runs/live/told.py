"""What of all events one person is told."""

import time
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async

from runs.access import HiddenProjects, hidden_projects, is_staff
from runs.creation.transitions import TOPIC as SESSIONS

from .feed import ACCOUNTS, feed
from .shared_event import SharedEvent
from .sight import LOOK_SECONDS
from .subject import fresh


@dataclass(frozen=True)
class Listener:
    """What decides what one person is told."""

    user_id: int
    is_staff: bool
    hidden: HiddenProjects

    def hears(self, event: SharedEvent) -> bool:
        if event.topic == SESSIONS:
            return self.is_staff or event.owner_id == self.user_id
        return event.topic != ACCOUNTS and event.project not in self.hidden.slugs


class Told:
    """Events of no project and of those the person sees, and of their own creation sessions, for
    staff of everybody's; those of accounts are for nobody.

    What they see is read again with each event about members, so that what follows it is told
    by the new rule, and each minute for what no event tells of.
    """

    def __init__(self, user: Any, topic: str = "") -> None:
        self.user = user
        self.topics = [topic, ACCOUNTS] if topic else []
        self.listener: Listener | None = None
        self.looked_at = 0.0

    async def after(self, seq: int) -> tuple[int, list[SharedEvent]]:
        """The number read to, which is `seq` where there is nothing new, and what is told of it.

        Raises NotAllowed once the person is no longer active.
        """
        reached, events = await feed().events_after(seq, self.topics)
        if not events:
            return reached, []
        listener = await self.look(any(event.topic == ACCOUNTS for event in events))
        return reached, [event for event in events if listener.hears(event)]

    async def look(self, changed: bool) -> Listener:
        late = time.monotonic() - self.looked_at > LOOK_SECONDS
        if self.listener is None or changed or late:
            self.looked_at = time.monotonic()
            self.listener = await listener_of(self.user)
        return self.listener


@database_sync_to_async
def listener_of(user: Any) -> Listener:
    user = fresh(user)
    return Listener(user.pk, is_staff(user), hidden_projects(user))
