"""Numbers, shares and p-values as sentences have them."""

import math
import sys

from ..result import Interval

# Digits of a number that stands alone.
DIGITS = 4


def number(value: float, digits: int = DIGITS) -> str:
    """With so many significant digits: 0.0231, 12,345, 1.2e-7."""
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}".replace("-", "−", 1 if value < 0 else 0)
    return f"{float(f'{value:.{digits}g}'):,}".removesuffix(".0").replace("-", "−")


def digits_of(interval: Interval) -> int:
    """Significant digits that show the ends apart, and not many more: 3 to 12."""
    largest = max(abs(interval.lower), abs(interval.upper))
    half = half_width(interval)
    if not half:
        return DIGITS
    return min(12, max(3, power_of_ten(largest) - power_of_ten(half / 3) + 1))


def half_width(interval: Interval | None) -> float:
    """0 where the ends differ by no more than roundings."""
    if interval is None:
        return 0.0
    largest = max(abs(interval.lower), abs(interval.upper))
    half = interval.upper / 2 - interval.lower / 2
    return half if half > 1e-6 * largest else 0.0


def power_of_ten(value: float) -> int:
    return math.floor(math.log10(max(value, sys.float_info.min)))


def between(lower: float, upper: float, digits: int) -> str:
    """`0.0225–0.0237`; with a negative end `−0.1 to 0.2`."""
    joint = "–" if lower >= 0 else " to "
    return f"{number(lower, digits)}{joint}{number(upper, digits)}"


def estimate(value: float, interval: Interval | None) -> str:
    """`0.0231, 95 % CI 0.0225–0.0237`."""
    if interval is None:
        return number(value)
    digits = digits_of(interval)
    shown = between(interval.lower, interval.upper, digits)
    return f"{number(value, digits)}, 95 % CI {shown}"


def share(value: float, decimals: int) -> str:
    """In per cent, without the sign for it."""
    text = f"{100 * value:,.{decimals}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else "0"


def share_decimals(value: float, interval: Interval | None) -> int:
    """So many that the ends of the interval are apart; two digits without one; one digit of the
    value at least."""
    half = half_width(interval)
    own = -power_of_ten(100 * abs(value)) if value else 0
    wanted = -power_of_ten(100 * half / 3) if half else own + 1
    return min(9, max(0, wanted, own))


def p_words(p: float) -> str:
    if p < 0.001:
        return "p < 0.001"
    shown = f"{p:.2g}"
    # 0.0497 is not to read as the limit it is under
    return f"p = {shown if shown != '0.05' else f'{p:.4g}'}"
