"""How much larger one side is, from -1 (always smaller) to 1 (always larger), by ranks."""

import numpy as np
from scipy import stats

from .magnitude import Values
from .rank_tests import differing


def rank_biserial_of_pairs(differences: Values) -> float:
    """The matched-pairs rank-biserial correlation by the simple difference formula of Kerby 2014
    (Comprehensive Psychology 3): the share of the rank sum that is for, less that against.

    Zeros are dropped, as in Wilcoxon's test; 0 where all are.
    """
    told = differing(differences)
    if not told.size:
        return 0.0
    ranks = stats.rankdata(np.abs(told))
    return float((np.sign(told) * ranks).sum() / ranks.sum())


def rank_biserial(a: Values, b: Values) -> float:
    """Of independent samples, 2 U_b / (n_a n_b) - 1 (Cureton 1956, Psychometrika 21; Kerby 2014):
    the share of pairs in which b is larger, less that in which a is."""
    ranks = stats.rankdata(np.concatenate([a, b]))
    u_b = ranks[len(a) :].sum() - len(b) * (len(b) + 1) / 2
    return float(2 * u_b / (len(a) * len(b)) - 1)
