"""How well scores order outcomes, with errors that know labels overlap."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = [
    "HitRate",
    "InformationCoefficient",
    "QuantileReturns",
    "hit_rate",
    "ic_by_moment",
    "ic_decay",
    "information_coefficient",
    "quantile_returns",
    "ranks",
]

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


@dataclass(frozen=True, slots=True)
class HitRate:
    """How often scores had the sign of the outcome.

    Attributes
    ----------
    rate : float
        Among the pairs in which both have a sign; NaN where there is none.
    error : float
        Standard error, for pairs that are independent.
    n : int
    """

    rate: float
    error: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class QuantileReturns:
    """Outcomes of the samples in each quantile of the scores, lowest first.

    Attributes
    ----------
    count : ndarray of int64, shape (q,)
    mean, error : ndarray of float64, shape (q,)
        Mean outcome, and its standard error over moments; NaN in a quantile without samples.
    """

    count: NDArray[np.int64]
    mean: Floats
    error: Floats

    @property
    def spread(self) -> float:
        """Mean outcome of the highest quantile less that of the lowest."""
        return float(self.mean[-1] - self.mean[0])


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


def ic_decay(
    score: Floats, outcomes: Mapping[int, Floats], time_ns: NDArray[np.int64], *, overlap: int = 1
) -> dict[int, InformationCoefficient]:
    """Correlate scores with what follows over several horizons.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
    outcomes : mapping of int to ndarray of float64, shape (n,)
        Outcome over each horizon in bars; NaN where it is not known.
    time_ns : ndarray of int64, shape (n,)
    overlap : int
        Moments a bar: the HAC lag of a horizon is so many times its bars.

    Returns
    -------
    dict of int to InformationCoefficient
        In the order of horizons.
    """
    found = {}
    for horizon in sorted(outcomes):
        known = np.isfinite(outcomes[horizon]) & np.isfinite(score)
        found[horizon] = information_coefficient(
            score[known], outcomes[horizon][known], time_ns[known], lag=horizon * overlap
        )
    return found


def ic_by_moment(
    score: Floats, outcome: Floats, time_ns: NDArray[np.int64], *, least: int = 5
) -> tuple[NDArray[np.int64], Floats]:
    """Rank correlation across the symbols of each moment.

    Parameters
    ----------
    score, outcome : ndarray of float64, shape (n,)
    time_ns : ndarray of int64, shape (n,)
    least : int
        Moments of fewer symbols are left out, as are those in which either side is constant.

    Returns
    -------
    moments : ndarray of int64, shape (m,)
    ic : ndarray of float64, shape (m,)
    """
    order = np.argsort(time_ns, kind="stable")
    moments, starts = np.unique(time_ns[order], return_index=True)
    kept, found = [], []
    for moment, own in zip(moments, np.split(order, starts[1:]), strict=True):
        a, b = ranks(score[own]), ranks(outcome[own])
        if len(own) >= least and a.std() > 0.0 and b.std() > 0.0:
            kept.append(moment)
            found.append(float(np.mean((a - a.mean()) * (b - b.mean())) / (a.std() * b.std())))
    return np.array(kept, dtype=np.int64), np.array(found)


def hit_rate(score: Floats, outcome: Floats) -> HitRate:
    """Count how often a score had the sign of its outcome.

    Parameters
    ----------
    score, outcome : ndarray of float64, shape (n,)

    Examples
    --------
    >>> hit_rate(np.array([1.0, -1.0, 2.0, 0.0]), np.array([0.1, 0.2, 0.3, 0.4])).rate
    0.6666666666666666
    """
    signed = (score != 0.0) & (outcome != 0.0) & np.isfinite(score) & np.isfinite(outcome)
    n = int(signed.sum())
    if not n:
        return HitRate(float("nan"), float("nan"), 0)
    rate = float((np.sign(score[signed]) == np.sign(outcome[signed])).mean())
    return HitRate(rate, sqrt(rate * (1.0 - rate) / n), n)


def quantile_returns(score: Floats, outcome: Floats, time_ns: NDArray[np.int64], quantiles: int = 5) -> QuantileReturns:
    """Mean outcome by quantile of the scores of all samples.

    Parameters
    ----------
    score, outcome : ndarray of float64, shape (n,)
    time_ns : ndarray of int64, shape (n,)
        Samples of one moment count once for the standard error: symbols move together.
    quantiles : int
        Ties of scores are never divided.
    """
    if quantiles < 2 or len(score) < quantiles:
        raise DataError(f"quantiles: expected 2 to {len(score)} of {len(score)} samples, found {quantiles}")
    place = (ranks(score) - 0.5) / len(score)
    group = np.minimum((place * quantiles).astype(np.int64), quantiles - 1)
    counts = np.bincount(group, minlength=quantiles)
    means, errors = np.full(quantiles, np.nan), np.full(quantiles, np.nan)
    for q in np.flatnonzero(counts):
        own = group == q
        means[q] = outcome[own].mean()
        _, moment = np.unique(time_ns[own], return_inverse=True)
        apart = np.bincount(moment, weights=outcome[own] - means[q])
        errors[q] = sqrt(float((apart * apart).sum())) / counts[q]
    return QuantileReturns(counts.astype(np.int64), means, errors)


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
