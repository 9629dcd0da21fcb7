"""How well scores order outcomes, with errors that know labels overlap."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["InformationCoefficient", "average_uniqueness", "information_coefficient", "ranks"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class InformationCoefficient:
    """Correlation of scores with outcomes.

    Attributes
    ----------
    ic, rank_ic : float
        Pearson's and Spearman's; 0 where either side is constant.
    t, rank_t : float
        HAC t-values (Newey and West 1987, Bartlett weights).
    n : int
    """

    ic: float
    t: float
    rank_ic: float
    rank_t: float
    n: int


def information_coefficient(
    score: Floats, outcome: Floats, time_ns: NDArray[np.int64], *, lag: int
) -> InformationCoefficient:
    """Correlate scores with outcomes over a panel.

    The t-value treats the product of the standardised pair, summed over the symbols of one moment, as a time series
    with autocorrelation up to `lag`.

    Parameters
    ----------
    score, outcome : ndarray of float64, shape (n,)
    time_ns : ndarray of int64, shape (n,)
    lag : int
        In moments; at least the overlap of the labels.
    """
    ic, t = _correlation(score, outcome, time_ns, lag)
    rank_ic, rank_t = _correlation(ranks(score), ranks(outcome), time_ns, lag)
    return InformationCoefficient(ic, t, rank_ic, rank_t, len(score))


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties at their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Floats = last - (counts - 1) / 2.0
    return mean[inverse]


def _correlation(a: Floats, b: Floats, time_ns: NDArray[np.int64], lag: int) -> tuple[float, float]:
    if len(a) < 3:
        return 0.0, 0.0
    deviation_a, deviation_b = float(a.std()), float(b.std())
    if deviation_a == 0.0 or deviation_b == 0.0:
        return 0.0, 0.0
    x, y = (a - a.mean()) / deviation_a, (b - b.mean()) / deviation_b
    product = x * y
    ic = float(product.mean())
    # Influence of each pair on the correlation: constant scores of one moment must not pass for independent ones.
    influence = product - ic * (x * x + y * y) / 2.0
    _, moment = np.unique(time_ns, return_inverse=True)
    series = np.bincount(moment, weights=influence)
    variance = float((series * series).sum())
    for k in range(1, min(lag, len(series) - 1) + 1):
        variance += 2.0 * (1.0 - k / (lag + 1.0)) * float((series[k:] * series[:-k]).sum())
    error = sqrt(max(variance, 0.0)) / len(a)
    return ic, ic / error if error > 0.0 else 0.0


def average_uniqueness(t0_ns: NDArray[np.int64], t1_ns: NDArray[np.int64], bar_ns: NDArray[np.int64]) -> Floats:
    """Mean over a label's bars of one over the labels alive (Lopez de Prado, op. cit., 4.3); one symbol.

    Parameters
    ----------
    t0_ns, t1_ns : ndarray of int64, shape (n,)
        A label lives on the bars that close in (t0, t1].
    bar_ns : ndarray of int64, shape (m,)
        Closes of the symbol's bars, ascending; every label must hold one.
    """
    first = np.searchsorted(bar_ns, t0_ns, side="right")
    end = np.searchsorted(bar_ns, t1_ns, side="right")
    change = np.bincount(first, minlength=len(bar_ns) + 1) - np.bincount(end, minlength=len(bar_ns) + 1)
    alive = np.maximum(np.cumsum(change)[: len(bar_ns)], 1)
    total = np.concatenate([[0.0], np.cumsum(1.0 / alive)])
    unique: Floats = (total[end] - total[first]) / (end - first)
    return unique
