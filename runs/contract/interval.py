"""Mean and 95 % confidence interval of a few repetitions, one value at a time."""

import math
from dataclasses import dataclass

# Student's t, 97.5 % quantile for 1 to 6 degrees of freedom; above, the expansion is exact to 1e-4.
T_975 = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912)
Z_975 = 1.959963985


def t_quantile(degrees: int) -> float:
    """The 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5)."""
    if degrees <= len(T_975):
        return T_975[degrees - 1]
    z = Z_975
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / degrees + second / degrees**2 + third / degrees**3 + fourth / degrees**4


@dataclass
class Sample:
    """Welford's running mean and sum of squared deviations: stable for nearly equal values."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        before = value - self.mean
        self.mean += before / self.n
        self.squares += before * (value - self.mean)

    def half_width(self) -> float | None:
        """Of the 95 % confidence interval of the mean; None for fewer than two values."""
        if self.n < 2:
            return None
        return t_quantile(self.n - 1) * math.sqrt(self.squares / (self.n - 1) / self.n)
