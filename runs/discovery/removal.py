"""Let the rows of what has vanished go, but not too many at once without somebody's word."""

import time
from collections import deque

from runs.models import Root

from .kinds import Key, Kind, Known

FEW = 20
# Deletions under watch arrive in small batches: so long they count as one.
WINDOW_SECONDS = 60.0


class RemovalGate:
    """Of one root. What it lets through is remembered for a minute."""

    def __init__(self, root: Root, kind: Kind) -> None:
        self.root = root
        self.kind = kind
        self.removed: deque[tuple[float, int]] = deque()

    def reason_to_hold(self, doomed: dict[Key, Known], other_device: str) -> str:
        """Why these rows must stay for now; empty where they may go."""
        if not doomed or self.root.accept_removals:
            return ""
        rows = self.kind.count(self.root)
        lately = self._lately()
        if other_device:
            return (
                f"{len(doomed):,} of {rows:,} {self.kind.topic} have vanished, and {other_device} "
                "is on another disk than before: it may not be mounted. Nothing was removed."
            )
        if len(doomed) + lately > FEW and 2 * (len(doomed) + lately) > rows + lately:
            return (
                f"{len(doomed):,} of {rows:,} {self.kind.topic} have vanished at once. "
                "Nothing was removed; staff may accept it."
            )
        return ""

    def let_through(self, count: int) -> None:
        self.removed.append((time.monotonic(), count))

    def _lately(self) -> int:
        while self.removed and self.removed[0][0] < time.monotonic() - WINDOW_SECONDS:
            self.removed.popleft()
        return sum(count for _, count in self.removed)
