"""Confidence intervals of a mean from few independent values."""

import math
from statistics import NormalDist, fmean, stdev

# Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom.
T_95 = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip


def student_t_95(degrees: int) -> float:
    """Beyond the table by the expansion of Abramowitz and Stegun, 26.7.5, good to 5 digits."""
    if degrees <= len(T_95):
        return T_95[degrees - 1]
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )


def half_width(values: list[float]) -> float | None:
    """Half the 95 % confidence interval of the mean; None for fewer than two values."""
    if len(values) < 2:
        return None
    return student_t_95(len(values) - 1) * stdev(values) / math.sqrt(len(values))


def confidence_interval(probabilities: list[float]) -> tuple[float | None, float | None]:
    """The 95 % interval of the mean, kept within 0 and 1."""
    half = half_width(probabilities)
    if half is None:
        return None, None
    mean = fmean(probabilities)
    return max(0.0, mean - half), min(1.0, mean + half)


def is_precise(values: list[float], relative_half_width: float) -> bool:
    """Whether half the interval is at most that share of a mean above 0; never for 0."""
    half = half_width(values)
    if half is None or relative_half_width == 0 or not any(values):
        return False
    return half <= relative_half_width * fmean(values)
