"""Who is next: the one rule by which slots are given out and places in the queue are told.

Higher priority first. Of equals it is the turn of the owner who holds the fewest slots, of their
streams the one that holds the fewest, of its runs the oldest; where two hold as many, of the one
whose turn is longest ago, and of two that never had one, of the one who waits longest.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

NEVER = datetime.min.replace(tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


class Stream(NamedTuple):
    """The runs of a batch, or, with an empty `batch`, all of an owner that belong to none."""

    owner: int
    batch: str = ""

    def turn_keys(self) -> tuple[str, str]:
        """Under which the turns of its owner and its own are written down."""
        own = f"batch:{self.batch}" if self.batch else f"single:{self.owner}"
        return f"owner:{self.owner}", own


class Lane(NamedTuple):
    """What waits of one stream with one priority: `size` runs, the oldest since `since`."""

    stream: Stream
    priority: int
    size: int
    since: datetime


# By owner, what waits of each with one priority, the oldest first.
Level = dict[int, list[Lane]]
# Slots held, the last turn, since when it waits, and what no other has.
Rank = tuple[int, datetime, datetime, Stream]


class Queue:
    """Who waits, who holds a slot, and who is next of them.

    `held` has a stream for each slot that is taken, the oldest first; `turns` is when each key
    had its last, `limits` how many slots a batch may hold at once.
    """

    def __init__(
        self,
        lanes: Iterable[Lane],
        held: Iterable[Stream],
        turns: Mapping[str, datetime],
        limits: Mapping[str, int],
        now: datetime,
    ) -> None:
        self.left: dict[Lane, int] = {}
        self.levels: dict[int, Level] = {}
        self.turns: dict[int | Stream, datetime] = {}
        for lane in sorted(lanes, key=lambda lane: (-lane.priority, lane.since, lane.stream)):
            self.left[lane] = lane.size
            level = self.levels.setdefault(lane.priority, {})
            level.setdefault(lane.stream.owner, []).append(lane)
            of_owner, own = lane.stream.turn_keys()
            self.turns[lane.stream.owner] = turns.get(of_owner, NEVER)
            self.turns[lane.stream] = turns.get(own, NEVER)
        # clocks of machines differ: the turn given now is later than all before
        self.now = max([now, *self.turns.values()])
        self.limits = limits
        self.held: deque[Stream] = deque()
        self.holding: Counter[int | Stream] = Counter()
        self.full = {lane.stream for lane in self.left if limits.get(lane.stream.batch, 1) < 1}
        for stream in held:
            self.take_slot(stream)

    def serve(self) -> Lane | None:
        """Give a slot to the first run of the lane that is next; None where none may begin."""
        lane = self.next_lane()
        if lane is None:
            return None
        self.take_slot(lane.stream)
        self.now += A_MOMENT
        self.turns[lane.stream.owner] = self.turns[lane.stream] = self.now
        self.leave_lane(lane)
        return lane

    def order(self, slots: int) -> Iterator[Lane]:
        """All that will be served, as if of the runs with a slot always the oldest ended first."""
        while self.left:
            lane = self.serve() if len(self.held) < slots else None
            if lane is not None:
                yield lane
            elif self.held:
                self.end_oldest()
            else:
                return

    def next_lane(self) -> Lane | None:
        for level in self.levels.values():
            able = self.not_full(level) if self.full else level
            if able:
                owner = min(able, key=lambda owner: self.rank(owner, able[owner][0]))
                return min(able[owner], key=lambda lane: self.rank(lane.stream, lane))
        return None

    def rank(self, who: int | Stream, lane: Lane) -> Rank:
        return self.holding[who], self.turns[who], lane.since, lane.stream

    def not_full(self, level: Level) -> Level:
        """Without the batches that hold all the slots that they may."""
        able = {
            owner: [lane for lane in lanes if lane.stream not in self.full]
            for owner, lanes in level.items()
        }
        return {owner: lanes for owner, lanes in able.items() if lanes}

    def take_slot(self, stream: Stream) -> None:
        self.held.append(stream)
        self.holding[stream.owner] += 1
        self.holding[stream] += 1
        if stream.batch in self.limits and self.holding[stream] >= self.limits[stream.batch]:
            self.full.add(stream)

    def end_oldest(self) -> None:
        stream = self.held.popleft()
        self.holding[stream.owner] -= 1
        self.holding[stream] -= 1
        if self.holding[stream] < self.limits.get(stream.batch, 0):
            self.full.discard(stream)

    def leave_lane(self, lane: Lane) -> None:
        self.left[lane] -= 1
        if self.left[lane]:
            return
        del self.left[lane]
        level = self.levels[lane.priority]
        level[lane.stream.owner].remove(lane)
        if not level[lane.stream.owner]:
            del level[lane.stream.owner]
        if not level:
            del self.levels[lane.priority]
