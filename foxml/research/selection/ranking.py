"""Targets by how well they are predicted out of sample, with errors that know labels overlap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from foxml.report.statistics import expected_maximum_sharpe, normal_cdf
from foxml.research.metrics import InformationCoefficient, information_coefficient

__all__ = ["RankedTarget", "TargetRanking", "TargetScores", "rank_targets"]

_ALIKE_T = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class TargetScores:
    """Out-of-sample scores of one target.

    Attributes
    ----------
    score, outcome : ndarray of float64, shape (n,)
    t0_ns : ndarray of int64, shape (n,)
    lag : int
        Moments that its labels overlap.
    sharpe : float
        Per session.
    """

    score: NDArray[np.float64]
    outcome: NDArray[np.float64]
    t0_ns: NDArray[np.int64]
    lag: int
    sharpe: float


@dataclass(frozen=True, slots=True)
class RankedTarget:
    """One target.

    Attributes
    ----------
    name : str
    metrics : InformationCoefficient
        Of the out-of-sample scores with the return over sigma.
    ic_error : float or None
        HAC standard error of the IC; None where there is too little to say so.
    p_value : float
        Of such an IC or a larger one without skill, corrected (Holm 1979) for the number of targets.
    sharpe : float
    alike : bool
        Whether it may be as good as the first: the difference is less than two errors of both, taken as independent.
    """

    name: str
    metrics: InformationCoefficient
    ic_error: float | None
    p_value: float
    sharpe: float
    alike: bool


@dataclass(frozen=True, slots=True)
class TargetRanking:
    """All targets, the best first.

    Attributes
    ----------
    targets : tuple of RankedTarget
    best_t_of_noise : float
        What the largest t-value of so many targets without skill is expected to be.
    """

    targets: tuple[RankedTarget, ...]
    best_t_of_noise: float


def rank_targets(found: Mapping[str, TargetScores]) -> TargetRanking:
    """Rank targets by the IC of their out-of-sample scores.

    Parameters
    ----------
    found : mapping of str to TargetScores
    """
    metrics = {
        name: information_coefficient(each.score, each.outcome, each.t0_ns, lag=each.lag)
        for name, each in found.items()
    }
    names = sorted(metrics, key=lambda name: -metrics[name].ic)
    errors = {name: _error(metrics[name]) for name in names}
    p_values = dict(zip(names, _holm([1.0 - normal_cdf(metrics[name].t) for name in names]), strict=True))
    ranked = tuple(
        RankedTarget(
            name,
            metrics[name],
            errors[name],
            p_values[name],
            found[name].sharpe,
            _alike(metrics[names[0]].ic, errors[names[0]], metrics[name].ic, errors[name]),
        )
        for name in names
    )
    return TargetRanking(ranked, float(expected_maximum_sharpe(len(names), 1.0)) if len(names) > 1 else 0.0)


def _error(metrics: InformationCoefficient) -> float | None:
    error = abs(metrics.ic / metrics.t) if metrics.t != 0.0 else float("inf")
    return error if isfinite(error) else None


def _alike(best: float, best_error: float | None, ic: float, error: float | None) -> bool:
    if best_error is None or error is None:
        return True
    return best - ic <= _ALIKE_T * sqrt(best_error**2 + error**2)


def _holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number.

    Examples
    --------
    >>> _holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    found, largest = [1.0] * len(p_values), 0.0
    for place, k in enumerate(order):
        largest = max(largest, min(1.0, p_values[k] * (len(p_values) - place)))
        found[k] = largest
    return found
