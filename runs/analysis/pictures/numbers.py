"""Numbers as pictures write them."""

import math


def short(value: float) -> str:
    """Four significant digits: `0.02134`, `1,250`, `2.5e-7`; `inf` and `nan` as they are."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:
        return tidy(f"{value:.3e}")
    return f"{float(f'{value:.4g}'):,}".removesuffix(".0")


def tidy(scientific: str) -> str:
    """`2.500e-07` as `2.5e-7`."""
    mantissa, exponent = scientific.split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def exact(value: float) -> str:
    """A parameter's value as it was given: `5` and not `5.0`."""
    return f"{value:.15g}"


def listed(words: list[str], most: int = 20) -> str:
    """`a, b and 3 more`."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
