"""A comparison in words for people who do not read tables."""

import re
from dataclasses import dataclass

from ..result import Comparison, Interval
from .comparison import SIGNIFICANT, count_pairs, unpaired_words
from .figures import between, digits_of, number, p_words, share, share_decimals

# What blocks: "B blocks 18 % less than A" instead of "blocking probability is 18 % lower in B".
BLOCKS = re.compile(r"(mean[ _])?blocking([ _]prob(ability)?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Naming:
    """The words of a comparison: the metric's label and unit, and how A, B and loads are called."""

    metric: str
    unit: str = ""
    a: str = "A"
    b: str = "B"
    x_name: str = ""

    @property
    def blocks(self) -> bool:
        return BLOCKS.fullmatch(self.metric) is not None

    def at(self, x: float | None) -> str:
        return "" if x is None else f" at {number(x, 6)} {self.x_name}".rstrip()

    def amount(self, text: str) -> str:
        return f"{text} {self.unit}".rstrip()


def sentence_of(comparison: Comparison, naming: Naming) -> str:
    """What was found, with its interval, how many pairs and the adjusted p; that nothing could be
    shown where that is 0.05 or more."""
    where = naming.at(comparison.x)
    if not comparison.n_a or not comparison.n_b:
        return nothing_measured(comparison, naming)
    p = comparison.p if comparison.p_adjusted is None else comparison.p_adjusted
    if p is None:
        both = f"{naming.a} and {naming.b} are equal to the digit in {naming.metric}{where}"
        return f"{both}, {sizes(comparison)}"
    tail = ", ".join([*interval_words(comparison, naming), sizes(comparison), p_of(comparison, p)])
    if p >= SIGNIFICANT:
        sides = f"{naming.a} and {naming.b}"
        none = f"No difference in {naming.metric} between {sides} could be shown{where}"
        return f"{none}: {tendency(comparison, naming)}, {tail}"
    if not is_clear(comparison):
        some = f"{naming.a} and {naming.b} differ in {naming.metric}{where}"
        return f"{some}, but not clearly in the mean: {tendency(comparison, naming)}, {tail}"
    return f"{verdict(comparison, naming)}{where}, {tail}"


def nothing_measured(comparison: Comparison, naming: Naming) -> str:
    without = [
        name for name, n in ((naming.a, comparison.n_a), (naming.b, comparison.n_b)) if not n
    ]
    where = naming.at(comparison.x)
    return (
        f"{naming.a} and {naming.b} cannot be compared in {naming.metric}{where}: "
        f"no value of {' and '.join(without)}"
    )


def shown_share(comparison: Comparison) -> float | None:
    """The relative difference, where A's mean is far enough from 0 to be a measure, and it is
    neither a millionth nor a thousandfold."""
    part = comparison.relative
    if comparison.relative_interval is None and comparison.difference_interval is not None:
        return None
    return part if part is not None and 1e-6 <= abs(part) <= 1e3 else None


def shown_interval(comparison: Comparison) -> Interval | None:
    if shown_share(comparison) is None:
        return comparison.difference_interval
    return comparison.relative_interval


def is_clear(comparison: Comparison) -> bool:
    """Whether the means differ the way the ranks do, beyond their interval."""
    difference, interval = comparison.difference, shown_interval(comparison)
    if not difference or difference * (comparison.effect_size or 0.0) < 0:
        return False
    return interval is None or interval.lower > 0 or interval.upper < 0


def verdict(comparison: Comparison, naming: Naming) -> str:
    more = (comparison.difference or 0.0) > 0
    amount = amount_words(comparison, naming)
    if naming.blocks and shown_share(comparison) is not None:
        return f"{naming.b} blocks {amount} {'more' if more else 'less'} than {naming.a}"
    higher = "higher" if more else "lower"
    return f"{naming.metric} is {amount} {higher} in {naming.b} than in {naming.a}"


def amount_words(comparison: Comparison, naming: Naming) -> str:
    """How much, without a sign."""
    part, interval = shown_share(comparison), shown_interval(comparison)
    if part is not None:
        return f"{share(abs(part), share_decimals(part, interval))} %"
    digits = digits_of(interval) if interval else 4
    return naming.amount(number(abs(comparison.difference or 0.0), digits))


def tendency(comparison: Comparison, naming: Naming) -> str:
    if not comparison.difference:
        return "the means are equal"
    direction = "higher" if comparison.difference > 0 else "lower"
    return f"{naming.b} is {amount_words(comparison, naming)} {direction}"


def interval_words(comparison: Comparison, naming: Naming) -> list[str]:
    """In the direction of the verdict: 12–24 % less."""
    interval, part = shown_interval(comparison), shown_share(comparison)
    if interval is None:
        return []
    lower, upper = interval.lower, interval.upper
    if upper < 0 and shows_difference(comparison):
        lower, upper = -upper, -lower
    if part is None:
        shown = naming.amount(between(lower, upper, digits_of(interval)))
    else:
        shown = share_between(lower, upper, share_decimals(part, interval))
    return [f"95 % CI {shown}"]


def shows_difference(comparison: Comparison) -> bool:
    """Significant after the correction, and the means differ the same way."""
    p = comparison.p if comparison.p_adjusted is None else comparison.p_adjusted
    return p is not None and p < SIGNIFICANT and is_clear(comparison)


def share_between(lower: float, upper: float, decimals: int) -> str:
    ends = share(lower, decimals), share(upper, decimals)
    return f"{ends[0]}–{ends[1]} %" if lower >= 0 else f"{ends[0]} % to {ends[1]} %"


def sizes(comparison: Comparison) -> str:
    n_a, n_b, n_pairs = comparison.n_a, comparison.n_b, comparison.n_pairs
    if comparison.paired:
        return count_pairs(n_pairs)
    return f"{unpaired_words(n_a, n_b, n_pairs)} ({n_a} and {n_b} runs)"


def p_of(comparison: Comparison, p: float) -> str:
    """`after Holm` where the correction has changed it."""
    return p_words(p) + (" after Holm" if p != comparison.p else "")
