"""Rank correlations over a panel whose labels overlap, with how sure they are."""

from dataclasses import dataclass
from math import gamma, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from foxml.research.metrics import ranks

__all__ = ["Estimate", "kept_skill", "mean_estimate", "rank_ic", "student_tail", "t_quantile"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

_NOTHING = 1e-9
"""An error below it is that of rounding."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its error.

    Attributes
    ----------
    value, error : float
        The error is a standard error; 0 where the value is exact, infinite where there is too little to say.
    dof : float
        Independent observations, less one.
    """

    value: float
    error: float
    dof: float

    def tail(self, bound: float) -> float:
        """Probability of such a value or a larger one if the truth were `bound`."""
        if self.error == 0.0:
            return 0.0 if self.value > bound else 1.0
        if self.error == inf:
            return 1.0
        return student_tail((self.value - bound) / self.error, self.dof)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval that misses the truth with probability `alpha`."""
        reach = t_quantile(alpha / 2.0, self.dof) * self.error if self.error > 0.0 else 0.0
        return self.value - reach, self.value + reach

    def flipped(self) -> "Estimate":
        """Return the figure with its sign turned so that it is positive."""
        return Estimate(abs(self.value), self.error, self.dof)


def student_tail(t: float, dof: float) -> float:
    """Upper tail of Student's distribution, by Simpson's rule on the density.

    Examples
    --------
    >>> round(student_tail(2.0, 10.0), 4), round(student_tail(0.0, 3.0), 4)
    (0.0367, 0.5)
    """
    if t < 0.0:
        return 1.0 - student_tail(-t, dof)
    dof = min(max(dof, 1.0), 300.0)
    # Substituting x = sqrt(dof) tan(u) makes the tail an integral of cos(u)^(dof - 1) up to pi / 2.
    u = np.linspace(np.arctan(t / sqrt(dof)), np.pi / 2.0, 2001)
    density = np.maximum(np.cos(u), 0.0) ** (dof - 1.0)
    step = (u[-1] - u[0]) / 2000.0
    area = step / 3.0 * (density[0] + density[-1] + 4.0 * density[1:-1:2].sum() + 2.0 * density[2:-1:2].sum())
    scale = gamma((dof + 1.0) / 2.0) / (sqrt(np.pi) * gamma(dof / 2.0))
    return float(min(max(area * scale, 0.0), 1.0))


def t_quantile(tail: float, dof: float) -> float:
    """Return where the upper tail of Student's distribution is `tail`, below one half.

    Examples
    --------
    >>> round(t_quantile(0.025, 10.0), 3)
    2.228
    """
    low, high = 0.0, 1.0
    while student_tail(high, dof) > tail:
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if student_tail(middle, dof) > tail else (low, middle)
    return high


def rank_ic(score: Floats, outcome: Floats, time_ns: Index, *, lag: int) -> Estimate:
    """Rank correlation over the pairs that are both numbers, with an error that knows of overlap and of one market.

    Parameters
    ----------
    score, outcome : ndarray of float64, shape (n,)
    time_ns : ndarray of int64, shape (n,)
    lag : int
        Moments that labels overlap.
    """
    known = np.isfinite(score) & np.isfinite(outcome)
    value, influence = _influence(score[known], outcome[known])
    return _estimate(value, influence, time_ns[known], lag)


def kept_skill(seen: Floats, unseen: Floats, outcome: Floats, time_ns: Index, *, lag: int, kept: float) -> Estimate:
    """Return `kept` times the skill of one score, less that of another, on the same rows: above 0, too little is left.

    Parameters
    ----------
    seen, unseen, outcome : ndarray of float64, shape (n,)
    time_ns : ndarray of int64, shape (n,)
    lag : int
    kept : float
    """
    known = np.isfinite(seen) & np.isfinite(unseen) & np.isfinite(outcome)
    first, of_first = _influence(seen[known], outcome[known])
    second, of_second = _influence(unseen[known], outcome[known])
    return _estimate(kept * first - second, kept * of_first - of_second, time_ns[known], lag)


def mean_estimate(values: Floats) -> Estimate:
    """Mean of independent values."""
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else inf
    return Estimate(float(values.mean()), error, len(values) - 1.0)


def _influence(score: Floats, outcome: Floats) -> tuple[float, Floats]:
    """Rank correlation, and what each pair contributes to its error (as `metrics.information_coefficient` has it)."""
    if len(score) < 3:
        return 0.0, np.zeros(len(score))
    a, b = ranks(score), ranks(outcome)
    spread = float(a.std()) * float(b.std())
    if spread == 0.0:
        return 0.0, np.zeros(len(score))
    x, y = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    product = x * y
    value = min(max(float(product.mean()), -1.0), 1.0)
    return value, product - value * (x * x + y * y) / 2.0


def _estimate(value: float, influence: Floats, time_ns: Index, lag: int) -> Estimate:
    moments, moment = np.unique(time_ns, return_inverse=True)
    dof = len(moments) / (lag + 1.0) - 1.0
    if len(influence) < 3 or dof < 1.0:
        return Estimate(value, inf, 1.0)
    series = np.bincount(moment, weights=influence)
    variance = float((series * series).sum())
    # Bartlett's weights take half of what is within the overlap away: twice the lag gives most of it back.
    reach = min(2 * lag, len(series) - 1)
    for k in range(1, reach + 1):
        variance += 2.0 * (1.0 - k / (reach + 1.0)) * float((series[k:] * series[:-k]).sum())
    error = sqrt(max(variance, 0.0)) / len(influence)
    if error > _NOTHING:
        return Estimate(value, error, dof)
    return Estimate(value, 0.0 if abs(value) > 1.0 - _NOTHING else inf, dof)
