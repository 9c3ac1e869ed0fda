"""What the values of one metric at one place are."""

from collections.abc import Sequence

import numpy as np

from ..result import Interval, Summary
from .intervals import BOOTSTRAP_FROM, is_bootstrapped, is_skewed, mean_interval, skewness
from .magnitude import Values, finite, power_of_two

# D'Agostino 1970 (Biometrika 57): fewer values do not tell skewed from not.
FEW = 8


def summarise(values: Sequence[float]) -> Summary | None:
    """Of the finite values; None where there is none.

    `sd` divides by n - 1. Percentiles are interpolated linearly between the two nearest values,
    at (n - 1) q from the smallest (type 7 of Hyndman & Fan 1996, The American Statistician 50).
    The interval is Student's t (1908), or a BCa bootstrap (Efron 1987) of 15 values and more with
    n ≤ 25 G1² (Cochran 1977), G1 their skewness.
    """
    given = np.asarray(values, dtype=np.float64)
    told = finite(given)
    if not told.size:
        return None
    scale = power_of_two(told)
    return of_scaled(told / scale, scale, len(given) - len(told))


def of_scaled(values: Values, scale: float, num_left_out: int) -> Summary:
    equal = bool(values.min() == values.max())
    p5, median, p95 = (np.percentile(values, [5, 50, 95]) * scale).tolist()
    sd = None if len(values) < 2 else 0.0 if equal else float(values.std(ddof=1)) * scale
    return Summary(
        n=len(values),
        # a mean of equal floats may differ from them in the last digit
        mean=float(values[0] if equal else values.mean()) * scale,
        median=median,
        sd=sd if sd is None or np.isfinite(sd) else None,
        p5=p5,
        p95=p95,
        minimum=float(values.min()) * scale,
        maximum=float(values.max()) * scale,
        interval=scaled(mean_interval(values), scale),
        warnings=warnings_of(values, equal, num_left_out),
    )


def scaled(interval: Interval | None, scale: float) -> Interval | None:
    """None as well where its ends are too large for a float."""
    if interval is None:
        return None
    lower, upper = interval.lower * scale, interval.upper * scale
    if not np.isfinite([lower, upper]).all():
        return None
    return Interval(lower=lower, upper=upper, method=interval.method)


def warnings_of(values: Values, equal: bool, num_left_out: int) -> list[str]:
    n = len(values)
    told = []
    if num_left_out:
        told.append(f"{num_left_out} of {n + num_left_out} values are no finite numbers: left out")
    if n == 1:
        told.append("a single value: it has no spread and no interval")
    elif equal:
        told.append(f"all {n} values are equal: no interval can be told")
    elif n < FEW:
        told.append(
            f"{n} values are few: under {FEW} nobody can tell whether they are skewed, and the "
            "interval takes them to be normal"
        )
    elif is_skewed(values):
        told.append(of_skewed(values))
    return told


def of_skewed(values: Values) -> str:
    shown = f"the values are skewed (skewness {skewness(values):.1f})"
    if is_bootstrapped(values):
        return f"{shown}: the interval is bootstrapped"
    return f"{shown}, and under {BOOTSTRAP_FROM} are too few to bootstrap: the interval is rough"
