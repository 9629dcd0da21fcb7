"""Values of many symbols at one moment, compared with each other."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_SYMBOLS", "CrossSection", "compared"]

Floats = NDArray[np.float64]

CrossSection = Literal["none", "demean", "rank", "zscore"]
LEAST_SYMBOLS: Final = 2
"""A symbol alone has nothing to be compared with."""


def compared(value: Floats, t0_ns: NDArray[np.int64], how: CrossSection) -> tuple[Floats, NDArray[np.bool_]]:
    """Compare each value with those of its moment.

    Parameters
    ----------
    value : ndarray of float64, shape (n,)
    t0_ns : ndarray of int64, shape (n,)
        Ascending.
    how : {"none", "demean", "rank", "zscore"}
        As it is; less the mean; (rank - 1/2) / symbols - 1/2, ties at their mean rank; or less the mean and over the
        standard deviation (of the population; 0 where all are alike).

    Returns
    -------
    value : ndarray of float64, shape (n,)
    kept : ndarray of bool, shape (n,)
        False where fewer than `LEAST_SYMBOLS` have a value at that moment.

    Examples
    --------
    >>> compared(np.array([3.0, 1.0, 1.0, 5.0]), np.array([1, 1, 1, 2]), "demean")[0][:3].round(2).tolist()
    [1.33, -0.67, -0.67]
    """
    if how == "none" or not len(value):
        return value, np.ones(len(value), dtype=np.bool_)
    starts = np.flatnonzero(np.concatenate([[True], t0_ns[1:] != t0_ns[:-1]]))
    counts = np.diff(np.append(starts, len(value)))
    group = np.repeat(np.arange(len(starts)), counts)
    kept = counts[group] >= LEAST_SYMBOLS
    if how == "rank":
        return (_mean_ranks(value, group, starts) - 0.5) / counts[group] - 0.5, kept
    centred = value - (np.add.reduceat(value, starts) / counts)[group]
    if how == "demean":
        return centred, kept
    spread = np.sqrt(np.add.reduceat(centred * centred, starts) / counts)[group]
    alike = np.maximum.reduceat(value, starts) == np.minimum.reduceat(value, starts)
    return np.where(alike[group], 0.0, centred / np.where(spread > 0.0, spread, 1.0)), kept


def _mean_ranks(value: Floats, group: NDArray[np.int64], starts: NDArray[np.int64]) -> Floats:
    order = np.lexsort((value, group))
    ordered = value[order]
    new = np.concatenate([[True], (ordered[1:] != ordered[:-1]) | (group[1:] != group[:-1])])
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(value)) - 1
    tied = np.cumsum(new) - 1
    ranks = np.empty(len(value))
    ranks[order] = (first + last)[tied] / 2.0 - starts[group] + 1.0
    return ranks
