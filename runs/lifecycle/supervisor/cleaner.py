"""Clean-up by the clock: trash, leftovers, retention, sessions that nobody touches."""

import time

from runs.cleanup.automatic import apply_automatic
from runs.cleanup.emptying import empty_trash
from runs.cleanup.old_events import forget_old_events
from runs.cleanup.old_turns import forget_old_turns
from runs.creation.holding import withdraw_orphans
from runs.creation.left_behind import remove_strays
from runs.creation.services import expire_sessions

from .beside import Beside
from .sweep import remove_half_made


class Cleaner(Beside):
    name = "clean-up"

    def work(self) -> None:
        remove_half_made()
        expire_sessions()
        remove_strays(time.time())
        withdraw_orphans()
        empty_trash(self.stopped.is_set)
        apply_automatic(self.stopped.is_set)
        forget_old_events(self.stopped.is_set)
        forget_old_turns()
