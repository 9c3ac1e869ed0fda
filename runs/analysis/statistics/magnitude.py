"""Powers of two that keep squares of very large and very small numbers within a float."""

import math

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def power_of_two(*samples: Values) -> float:
    """What to divide by, so that the largest is between 1 and 2: exact, and so are its squares'
    squares. 1 where all are 0."""
    largest = max((float(np.max(np.abs(values))) for values in samples if values.size), default=0.0)
    return math.ldexp(1.0, math.frexp(largest)[1] - 1) if largest else 1.0


def finite(values: Values) -> Values:
    return values[np.isfinite(values)]
