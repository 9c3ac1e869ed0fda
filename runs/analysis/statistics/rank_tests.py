"""Tests that ask for ranks alone, two-sided."""

import numpy as np
from scipy import stats

from .magnitude import Values

# Up to so many pairs scipy goes through all signs where ranks are tied: 0.9 s for 13 of them.
ALL_SIGNS_UP_TO = 13


def differing(differences: Values) -> Values:
    """Those that are not 0, as Wilcoxon has it, to ten digits: 0.3 - 0.2 and 0.2 - 0.1 are to
    tie, and differ in their last digit."""
    return np.array([float(f"{value:.9e}") for value in differences.tolist() if value])


def wilcoxon_p(differences: Values) -> float | None:
    """Of pairs (Wilcoxon 1945, Individual comparisons by ranking methods, Biometrics Bulletin 1):
    how likely are signed ranks as uneven as these if either sign is as likely.

    Zeros are dropped. Exact up to 50 pairs without ties and 13 with, else by the normal
    approximation with correction for ties, as `scipy.stats.wilcoxon`. None where all are 0.
    """
    told = differing(differences)
    if not told.size:
        return None
    sizes = np.abs(told)
    if len(told) <= ALL_SIGNS_UP_TO and len(np.unique(sizes)) < len(told):
        return signed_rank_p(stats.rankdata(sizes), told > 0)
    return float(stats.wilcoxon(told).pvalue)


def signed_rank_p(ranks: Values, positive: np.ndarray) -> float:
    """Exact, by counting the sums that all 2ⁿ choices of signs have; ranks are halves at least."""
    doubled = np.rint(2 * ranks).astype(int)
    ways = np.zeros(doubled.sum() + 1)
    ways[0] = 1
    for rank in doubled:
        ways[rank:] += ways[:-rank].copy()
    observed = int(doubled[positive].sum())
    tail = min(ways[: observed + 1].sum(), ways[observed:].sum())
    return min(1.0, 2 * float(tail) / 2 ** len(ranks))


def mann_whitney_p(a: Values, b: Values) -> float | None:
    """Of two independent samples (Mann & Whitney 1947, Ann. Math. Stat. 18): exact where one has
    at most 8 values and none are tied, else normal, as `scipy.stats.mannwhitneyu`.

    None where one is empty, or all values are equal.
    """
    if not a.size or not b.size or min(a.min(), b.min()) == max(a.max(), b.max()):
        return None
    return float(stats.mannwhitneyu(b, a).pvalue)
