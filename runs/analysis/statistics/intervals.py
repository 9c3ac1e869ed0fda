"""95 % confidence intervals of a mean, of a difference of means and of their ratio."""

import math
from functools import lru_cache

import numpy as np
from scipy import special

from ..result import Interval
from .bootstrap import bca_interval, resampled_means, without_one
from .magnitude import Values

# Fewer values than these do not show whether they are skewed, and make the bootstrap worse than
# Student's t: of 8 normal ones it covers the mean in 88 % of cases, of 15 in 93 %.
BOOTSTRAP_FROM = 15
# Cochran 1977 (Sampling Techniques, 3rd edition, 2.15): a mean is near enough to normal for a
# 95 % interval where n > 25 times the squared skewness.
COCHRAN = 25.0


@lru_cache(maxsize=1024)
def student_quantile(degrees: float) -> float:
    """The 97.5 % point of Student's t (1908, The probable error of a mean, Biometrika 6)."""
    return float(special.stdtrit(degrees, 0.975))


def skewness(values: Values) -> float:
    """The sample's, G1 = g1 √(n(n-1))/(n-2) of Joanes & Gill 1998; 0 for under 3 values, and
    where they do not differ."""
    n = len(values)
    deviations = values - values.mean()
    largest = float(np.abs(deviations).max())
    if n < 3 or largest <= 1e-14 * float(np.abs(values).max()):
        return 0.0
    # of what lies between -1 and 1 no square vanishes that matters
    deviations /= largest
    g1 = float((deviations**3).mean()) / float((deviations**2).mean()) ** 1.5
    return g1 * math.sqrt(n * (n - 1)) / (n - 2)


def is_skewed(values: Values) -> bool:
    """Whether the mean of so many values is too skewed for Student's t, by Cochran's rule."""
    return len(values) <= COCHRAN * skewness(values) ** 2


def is_bootstrapped(values: Values) -> bool:
    return len(values) >= BOOTSTRAP_FROM and is_skewed(values)


def mean_interval(values: Values) -> Interval | None:
    """Of the mean: mean ± t s/√n (Student 1908), by the bootstrap where skewed.

    None for fewer than two values, or where all are equal.
    """
    n = len(values)
    if n < 2 or values.min() == values.max():
        return None
    mean = float(values.mean())
    if is_bootstrapped(values):
        found = bca_interval(mean, resampled_means(values), without_one(values))
        if found:
            return found
    return around(mean, float(values.std(ddof=1)) / math.sqrt(n), n - 1)


def around(mean: float, error: float, degrees: float) -> Interval:
    """`error` is the standard error of the mean."""
    half = student_quantile(degrees) * error
    return Interval(lower=mean - half, upper=mean + half, method="t")


def welch_interval(a: Values, b: Values) -> Interval | None:
    """Of mean(b) - mean(a), of unequal variances (Welch 1947, Biometrika 34).

    None where a side has fewer than two values, or both do not vary.
    """
    error_a, error_b = squared_error(a), squared_error(b)
    if error_a + error_b == 0 or min(len(a), len(b)) < 2:
        return None
    degrees = welch_degrees(a, b)
    return around(float(b.mean() - a.mean()), math.sqrt(error_a + error_b), degrees)


def squared_error(values: Values) -> float:
    """Of the mean: s²/n; 0 of a single value, which tells nothing of it."""
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0


def welch_degrees(a: Values, b: Values) -> float:
    """Satterthwaite 1946: (v_a + v_b)² / (v_a²/(n_a - 1) + v_b²/(n_b - 1)), v = s²/n."""
    error_a, error_b = squared_error(a), squared_error(b)
    part_a = error_a / (error_a + error_b)
    return 1 / (part_a**2 / (len(a) - 1) + (1 - part_a) ** 2 / (len(b) - 1))


def ratio_interval(a: Values, b: Values) -> Interval | None:
    """Of (mean(b) - mean(a)) / |mean(a)| over pairs; by the bootstrap where their differences
    are skewed. None where the sign of mean(a) cannot be told, or all differences are equal."""
    differences = b - a
    if len(a) < 2 or differences.min() == differences.max():
        return None
    if is_bootstrapped(differences):
        return bootstrapped_ratio(a, differences)
    covariance = np.cov(differences, a) / len(a)
    return fieller_interval(
        float(differences.mean()), float(a.mean()), covariance, student_quantile(len(a) - 1)
    )


def unpaired_ratio_interval(a: Values, b: Values) -> Interval | None:
    """The same where a and b are independent, with the degrees of freedom of Welch."""
    error_a, error_b = squared_error(a), squared_error(b)
    if min(len(a), len(b)) < 2 or error_a + error_b == 0:
        return None
    covariance = np.array([[error_a + error_b, -error_a], [-error_a, error_a]])
    quantile = student_quantile(welch_degrees(a, b))
    return fieller_interval(float(b.mean() - a.mean()), float(a.mean()), covariance, quantile)


def fieller_interval(
    difference: float, base: float, covariance: Values, quantile: float
) -> Interval | None:
    """Of difference / |base|, two means with that 2 × 2 `covariance` (Fieller 1954, Some problems
    in interval estimation, J. R. Stat. Soc. B 16).

    All r with (d - r b)² ≤ t² (v_dd - 2 r v_db + r² v_bb). Holds 0 just where the interval
    d ± t √v_dd does, so that both say the same. None where `base` cannot be told from 0.
    """
    squared = quantile**2
    (v_dd, v_db), (_, v_bb) = covariance.tolist()
    leading = base**2 - squared * v_bb
    if leading <= 0:
        return None
    middle = difference * base - squared * v_db
    root = math.sqrt(max(0.0, middle**2 - leading * (difference**2 - squared * v_dd)))
    ends = [(middle - root) / leading, (middle + root) / leading]
    lower, upper = sorted(math.copysign(1.0, base) * end for end in ends)
    return Interval(lower=lower, upper=upper, method="fieller")


def bootstrapped_ratio(a: Values, differences: Values) -> Interval | None:
    bases, jackknife_bases = resampled_means(a), without_one(a)
    sign = math.copysign(1.0, float(a.mean()))
    if min((sign * bases).min(), (sign * jackknife_bases).min()) <= 0:
        return None
    return bca_interval(
        float(differences.mean() / abs(a.mean())),
        resampled_means(differences) / abs(bases),
        without_one(differences) / abs(jackknife_bases),
    )
