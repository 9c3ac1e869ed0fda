"""From values to pixels and back."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

# Room at the end of a log axis for what has no place on it.
FLOOR_PX = 18.0
PADDING = 0.05
# Beyond, differences of two numbers are infinite; a log axis ends at its inverse.
LARGEST = 1e300
# A line that leaves a zoomed picture ends this many pictures away: renderers fail much further.
FARTHEST = 50.0

Range = tuple[float, float] | None


@dataclass(frozen=True)
class Domain:
    """What an axis spans, `low` less than `high`, above 0 where `log`.

    `floor` is the label of the place below the axis where zeros (`0`) and what is less (`≤ 0`)
    stand on a log axis; empty where there are none.
    """

    low: float
    high: float
    log: bool = False
    floor: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Scale:
    """Maps a domain to the pixels from `start`, its low end, to `end`.

    `floor_px` is the room before the low end for what stands on the floor, if there is one.
    """

    domain: Domain
    start: float
    end: float
    floor_px: float = FLOOR_PX

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The domain's low and high end as they are on the axis: of a log axis, logarithms."""
        return self.bend(self.domain.low), self.bend(self.domain.high)

    @property
    def floor(self) -> float:
        """Where zeros of a log axis are drawn, in pixels."""
        return self.start

    @cached_property
    def base(self) -> float:
        """Where the domain's low end is, in pixels: above the floor, if it has one."""
        room = self.floor_px if self.domain.floor else 0.0
        return self.start + math.copysign(room, self.end - self.start)

    def at(self, value: float) -> float:
        """The pixel of a value; on a log axis the floor for what is not above zero."""
        if self.domain.log and value <= 0:
            return self.floor
        low, high = self.ends
        share = (self.bend(value) - low) / (high - low)
        return self.base + min(max(share, -FARTHEST), FARTHEST) * (self.end - self.base)

    def back(self, pixel: float) -> float:
        """The value at a pixel."""
        low, high = self.ends
        bent = low + (pixel - self.base) / (self.end - self.base) * (high - low)
        return 10.0**bent if self.domain.log else bent

    def bend(self, value: float) -> float:
        if self.domain.log:
            return math.log10(min(max(value, 1 / LARGEST), LARGEST))
        return min(max(value, -LARGEST), LARGEST)

    def shows(self, value: float) -> bool:
        if self.domain.log and value <= 0:
            return bool(self.domain.floor)
        return self.domain.low <= value <= self.domain.high


def domain_of(values: Iterable[float], *, log: bool = False, wanted: Range = None) -> Domain:
    """Around all the values, or what is wanted of it.

    Linear where a log axis is asked for and nothing is above zero.
    """
    given = list(values)
    above = [value for value in given if value > 0]
    if log and above:
        return log_domain(given, above, wanted)
    if usable(wanted, log=False):
        return Domain(*wanted)  # type: ignore[misc]
    return Domain(*padded(given)) if given else Domain(0.0, 1.0)


def log_domain(given: list[float], above: list[float], wanted: Range) -> Domain:
    """Somebody who zooms in has left what stands below the axis."""
    if usable(wanted, log=True):
        return Domain(*wanted, log=True)  # type: ignore[misc]
    least = min(given)
    floor = "" if least > 0 else "0" if least == 0 else "≤ 0"
    low, high = math.log10(min(above)), math.log10(max(above))
    room = (high - low) * PADDING or 0.15
    ends = max(-300.0, min(low - room, 299.0)), min(300.0, max(high + room, -299.0))
    return Domain(10.0 ** ends[0], 10.0 ** ends[1], True, floor)


def usable(wanted: Range, *, log: bool) -> bool:
    """Whether somebody's range can be drawn."""
    if wanted is None:
        return False
    low, high = wanted
    wide = high - low > 1e-12 * max(abs(low), abs(high))
    return math.isfinite(high - low) and wide and (low > 0 or not log)


def padded(values: list[float]) -> tuple[float, float]:
    low, high = (min(max(end(values), -LARGEST), LARGEST) for end in (min, max))
    span = high - low
    if span <= 1e-12 * max(abs(low), abs(high)):
        room = abs(low) / 10 or 1.0
        return low - room, high + room
    return low - span * PADDING, high + span * PADDING
