"""Where an axis has its ticks, and what stands there."""

import math
from dataclasses import dataclass

from .numbers import short, tidy

# Against a range so narrow that adding a step no longer changes a number.
MOST_TICKS = 60
NICE = (1, 2, 5, 10)


@dataclass(frozen=True)
class Tick:
    value: float
    label: str


def ticks_of(low: float, high: float, *, log: bool, about: int, whole: bool = False) -> list[Tick]:
    """Of the range from `low` to `high`, `low` the smaller; of counts `whole` numbers alone."""
    if log:
        return log_ticks(low, high, about)
    return labelled(linear_places(low, high, about, whole))


def nice_step(span: float, about: int) -> float:
    """1, 2 or 5 times a power of ten, so that there are at most about that many; 0 if too small."""
    raw = span / about
    if raw <= 0 or not math.isfinite(raw):
        return 0.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next((nice * power for nice in NICE if nice * power >= raw * (1 - 1e-9)), 0.0)


def linear_places(low: float, high: float, about: int, whole: bool = False) -> list[float]:
    step = nice_step(high - low, about)
    step = max(1.0, step) if whole else step
    if step == 0 or not math.isfinite(low / step):
        return [low]
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    places = [number * step for number in range(first, min(last, first + MOST_TICKS) + 1)]
    return sorted(set(places)) or [low]


def labelled(places: list[float]) -> list[Tick]:
    """All with the same number of decimals, as few as tell them apart."""
    largest = max(abs(place) for place in places)
    step = places[1] - places[0] if len(places) > 1 else largest
    if not step or not largest:
        return [Tick(place, short(place)) for place in places]
    digits = -math.floor(math.log10(step) + 1e-9)
    if largest >= 1e7 or largest < 1e-4:
        digits = min(15, max(0, digits + math.floor(math.log10(largest))))
        return [Tick(place, scientific(place, digits)) for place in places]
    if len(places) == 1:
        return [Tick(places[0], short(places[0]))]
    return [Tick(place, f"{place + 0.0:,.{max(0, digits)}f}") for place in places]


def scientific(value: float, digits: int) -> str:
    return tidy(f"{value:.{digits}e}") if value else "0"


def log_ticks(low: float, high: float, about: int) -> list[Tick]:
    """Powers of ten; between them 1, 2, 5 where they are few, or even steps within one."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first - 1) / about))
    powers = within([power(n) for n in range(first, last + 1, every)], low, high)
    if every > 1 or len(powers) >= 3:
        return spelled(powers)
    finer = [nice * power(n) for n in range(first, last + 1) for nice in NICE[:3]]
    finer = within(finer, low, high)
    if len(finer) >= 3:
        return spelled(finer)
    return labelled(within(linear_places(low, high, about), low, high) or [low])


def power(exponent: int) -> float:
    """0 below the smallest number and the largest above, both outside every range."""
    return 0.0 if exponent < -323 else 10.0 ** min(exponent, 308)


def spelled(places: list[float]) -> list[Tick]:
    return [Tick(place, short(place)) for place in places]


def within(places: list[float], low: float, high: float) -> list[float]:
    return [place for place in places if low * (1 - 1e-9) <= place <= high * (1 + 1e-9)]
