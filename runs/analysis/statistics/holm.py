"""One error rate over many tests."""

from collections.abc import Sequence


def adjust_by_holm(p_values: Sequence[float | None]) -> list[float | None]:
    """The p-values by the step-down procedure of Holm 1979 (A simple sequentially rejective
    multiple test procedure, Scand. J. Stat. 6), in the order given.

    The i-th smallest of m becomes the largest so far of (m - i + 1) p, at most 1. A None stays
    one and is not counted: what could not have been significant whatever the values' signs adds
    nothing to the error (Tarone 1990, Biometrics 46).
    """
    ranked = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(ranked):
        largest = max(largest, min(1.0, (len(ranked) - rank) * p))
        adjusted[place] = largest
    return adjusted
