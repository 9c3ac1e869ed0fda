"""B against A in one metric, on the same seeds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..result import Comparison, Interval
from .effect import rank_biserial, rank_biserial_of_pairs
from .intervals import (
    is_skewed,
    mean_interval,
    ratio_interval,
    unpaired_ratio_interval,
    welch_interval,
)
from .magnitude import Values, power_of_two
from .rank_tests import differing, mann_whitney_p, wilcoxon_p
from .summary import scaled

SIGNIFICANT = 0.05
# Of fewer pairs the smallest p that Wilcoxon's test can give, 2 / 2ⁿ, is above 0.05.
PAIRS_FOR_SIGNIFICANCE = 6


@dataclass(frozen=True)
class Sides:
    """Finite values of A and B by rising iteration number, and those of whole pairs."""

    a: Values
    b: Values
    paired_a: Values
    paired_b: Values

    @property
    def paired(self) -> bool:
        return len(self.a) == len(self.b) == len(self.paired_a)

    @property
    def scale(self) -> float:
        return power_of_two(self.a, self.b)


def compare(a: Mapping[int, float], b: Mapping[int, float], x: float | None = None) -> Comparison:
    """B against A: keys are iteration numbers, and one number is one seed on both sides.

    Paired where every number has a finite value on both sides. As soon as one has not, A and B
    are compared as independent samples, of all values that are there, and the warnings say so
    with what the whole pairs alone give: which seeds fail may well depend on the side.

    Paired: Wilcoxon's signed ranks (1945), Kerby's matched-pairs rank-biserial correlation
    (2014), Student's t for the mean difference (a BCa bootstrap, Efron 1987, where differences
    are skewed) and Fieller's interval (1954) for the relative one. Unpaired: Mann & Whitney's U
    (1947), 2U/(n_a n_b) - 1, Welch's t (1947) and Fieller. `p_adjusted` and `sentence` are left
    to whoever knows all comparisons.
    """
    sides = sides_of(a, b)
    shape = Comparison(
        x=x,
        paired=sides.paired and bool(sides.a.size),
        n_pairs=len(sides.paired_a),
        n_a=len(sides.a),
        n_b=len(sides.b),
    )
    if not sides.a.size or not sides.b.size:
        return shape
    found = of_pairs(sides) if shape.paired else of_independent(sides)
    return shape.model_copy(update=found)


def sides_of(a: Mapping[int, float], b: Mapping[int, float]) -> Sides:
    told_a, told_b = told(a), told(b)
    both = [number for number in told_a if number in told_b]
    return Sides(
        a=np.array(list(told_a.values()), dtype=np.float64),
        b=np.array(list(told_b.values()), dtype=np.float64),
        paired_a=np.array([told_a[number] for number in both], dtype=np.float64),
        paired_b=np.array([told_b[number] for number in both], dtype=np.float64),
    )


def told(values: Mapping[int, float]) -> dict[int, float]:
    return {number: values[number] for number in sorted(values) if math.isfinite(values[number])}


# ratios to a mean next to 0 may be too large for a float: they are left out
@np.errstate(over="ignore", invalid="ignore")
def of_pairs(sides: Sides) -> dict[str, object]:
    scale = sides.scale
    a, b = sides.paired_a / scale, sides.paired_b / scale
    differences = b - a
    p = wilcoxon_p(differences)
    return {
        **of_means(a, b, scale, mean_interval(differences), ratio_interval(a, b)),
        "wilcoxon_p": p,
        "mann_whitney_p": mann_whitney_p(a, b),
        "p": p,
        "effect_size": rank_biserial_of_pairs(differences),
        "warnings": warnings_of_pairs(differences),
    }


@np.errstate(over="ignore", invalid="ignore")
def of_independent(sides: Sides) -> dict[str, object]:
    scale = sides.scale
    a, b = sides.a / scale, sides.b / scale
    p = mann_whitney_p(a, b)
    return {
        **of_means(a, b, scale, welch_interval(a, b), unpaired_ratio_interval(a, b)),
        "mann_whitney_p": p,
        "p": p,
        "effect_size": rank_biserial(a, b),
        "warnings": warnings_of_independent(sides),
    }


def of_means(
    a: Values, b: Values, scale: float, interval: Interval | None, ratio: Interval | None
) -> dict[str, object]:
    base, difference = float(a.mean()), difference_of_means(a, b)
    return {
        "difference": representable(difference * scale),
        "difference_interval": scaled(interval, scale),
        "relative": representable(difference / abs(base)) if base else None,
        "relative_interval": scaled(ratio, 1.0),
    }


def representable(value: float) -> float | None:
    """JSON knows no infinity, and neither does a page."""
    return value if math.isfinite(value) else None


def difference_of_means(a: Values, b: Values) -> float:
    """Over pairs where there are as many of both: their mean is the same, with fewer roundings."""
    if len(a) == len(b):
        return float((b - a).mean())
    return float(b.mean() - a.mean())


def warnings_of_pairs(differences: Values) -> list[str]:
    n, num_differing = len(differences), len(differing(differences))
    if num_differing == 0:
        return [equal_pairs(n)]
    warnings = []
    if num_differing < PAIRS_FOR_SIGNIFICANCE:
        few = count_pairs(n) if num_differing == n else f"{num_differing} of {n} pairs that differ"
        warnings.append(
            f"{few}: under {PAIRS_FOR_SIGNIFICANCE} the test cannot give p < {SIGNIFICANT}, "
            "whatever the values"
        )
    if num_differing > 1 and differences.min() == differences.max():
        warnings.append("all differences are equal: no interval can be told")
    return warnings


def count_pairs(n: int) -> str:
    return f"{n} pair{'' if n == 1 else 's'}"


def equal_pairs(n: int) -> str:
    return f"all {n} pairs are equal to the digit" if n > 1 else "the only pair is equal"


def warnings_of_independent(sides: Sides) -> list[str]:
    warnings = [unpaired_warning(sides)]
    smallest = smallest_unpaired_p(len(sides.a), len(sides.b))
    if smallest >= SIGNIFICANT:
        warnings.append(
            f"{len(sides.a)} against {len(sides.b)} runs: so few cannot give p < {SIGNIFICANT}, "
            "whatever the values"
        )
    elif is_skewed(sides.a / sides.scale) or is_skewed(sides.b / sides.scale):
        warnings.append("the values are skewed: the interval, by Welch's t, is rough")
    return warnings


def unpaired_warning(sides: Sides) -> str:
    words = unpaired_words(len(sides.a), len(sides.b), len(sides.paired_a))
    p = wilcoxon_p(sides.paired_b / sides.scale - sides.paired_a / sides.scale)
    if p is None:
        return words
    return f"{words}; over the {len(sides.paired_a)} whole ones alone Wilcoxon's p is {p:.2g}"


def unpaired_words(n_a: int, n_b: int, n_pairs: int) -> str:
    """Every number is in A, in B or in both."""
    num_numbers = n_a + n_b - n_pairs
    return f"unpaired: {num_numbers - n_pairs} of {num_numbers} pairs are incomplete"


def smallest_paired_p(n: int) -> float:
    """Of Wilcoxon's exact test where all signs are the same: 2 of 2ⁿ."""
    return 2.0 ** (1 - n)


def smallest_unpaired_p(n_a: int, n_b: int) -> float:
    """What Mann & Whitney's exact test gives where the sides do not overlap: 2 / C(n_a + n_b, n_a);
    the fewer have to hold that many."""
    ways = 1.0
    for place in range(1, min(n_a, n_b, 10) + 1):
        ways *= (max(n_a, n_b) + place) / place
    return 2 / ways
