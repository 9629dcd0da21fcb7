"""How far forecasts of probabilities and quantiles can be taken at their word.

References
----------
Brier, "Verification of Forecasts Expressed in Terms of Probability", Monthly Weather Review 78(1), 1950.
Murphy, "A New Vector Partition of the Probability Score", Journal of Applied Meteorology 12(4), 1973.
Koenker and Bassett, "Regression Quantiles", Econometrica 46(1), 1978.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["Brier", "Reliability", "brier", "quantile_loss", "reliability"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Forecasts in bins of about as many samples each.

    Attributes
    ----------
    count : ndarray of int64, shape (bins,)
    forecast, observed : ndarray of float64, shape (bins,)
        Mean forecast, and the share of outcomes that were 1.
    """

    count: NDArray[np.int64]
    forecast: Floats
    observed: Floats

    @property
    def expected_error(self) -> float:
        """Mean distance of forecast and observed share, weighted by samples (ECE)."""
        return float(np.average(np.abs(self.forecast - self.observed), weights=self.count))


@dataclass(frozen=True, slots=True)
class Brier:
    """Mean squared error of probabilities, and what it is made of: score = reliability - resolution + uncertainty.

    Attributes
    ----------
    score : float
        0 for a seer, 0.25 for a coin.
    reliability : float
        How far forecasts are from what follows them, 0 at best.
    resolution : float
        How far what follows differs between forecasts, 0 at worst.
    uncertainty : float
        Variance of the outcomes, whatever the forecast.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float


def brier(probability: Floats, outcome: NDArray[np.bool_]) -> Brier:
    """Score forecasts of an event; forecasts of one value are one group of Murphy's partition.

    Parameters
    ----------
    probability : ndarray of float64, shape (n,)
        In [0, 1].
    outcome : ndarray of bool, shape (n,)

    Examples
    --------
    >>> brier(np.array([0.5, 0.5, 1.0, 0.0]), np.array([True, False, True, False])).score
    0.125
    """
    happened = _events(probability, outcome)
    _, group, counts = np.unique(probability, return_inverse=True, return_counts=True)
    observed = np.bincount(group, weights=happened) / counts
    base = float(happened.mean())
    return Brier(
        score=float(np.mean((probability - happened) ** 2)),
        reliability=float(np.mean((probability - observed[group]) ** 2)),
        resolution=float(np.mean((observed[group] - base) ** 2)),
        uncertainty=base * (1.0 - base),
    )


def reliability(probability: Floats, outcome: NDArray[np.bool_], bins: int = 10) -> Reliability:
    """Hold forecasts against what followed, bin by bin.

    Parameters
    ----------
    probability : ndarray of float64, shape (n,)
        In [0, 1].
    outcome : ndarray of bool, shape (n,)
    bins : int
        Divided at the quantiles of the forecasts; equal forecasts are never divided, so that there may be fewer.
    """
    happened = _events(probability, outcome)
    if bins < 1:
        raise DataError(f"bins: expected at least 1, found {bins}")
    edges = np.unique(np.quantile(probability, np.linspace(0.0, 1.0, bins + 1)[1:-1])) if bins > 1 else np.array([])
    group = np.searchsorted(edges, probability, side="right")
    counts = np.bincount(group)
    kept = counts > 0
    forecast = np.bincount(group, weights=probability)[kept] / counts[kept]
    observed = np.bincount(group, weights=happened)[kept] / counts[kept]
    return Reliability(counts[kept].astype(np.int64), forecast, observed)


def quantile_loss(forecast: Floats, outcome: Floats, quantile: float) -> float:
    """Mean pinball loss: least, in expectation, where the forecast is the quantile.

    Parameters
    ----------
    forecast, outcome : ndarray of float64, shape (n,)
    quantile : float
        In (0, 1).

    Examples
    --------
    >>> quantile_loss(np.array([1.0, 1.0]), np.array([2.0, 0.0]), 0.9)
    0.5
    """
    if not 0.0 < quantile < 1.0:
        raise DataError(f"quantile: expected a number between 0 and 1, found {quantile}")
    if forecast.shape != outcome.shape or not len(forecast):
        raise DataError(f"forecast and outcome: expected one shape, not empty, found {forecast.shape}, {outcome.shape}")
    short = outcome - forecast
    return float(np.mean(np.maximum(quantile * short, (quantile - 1.0) * short)))


def _events(probability: Floats, outcome: NDArray[np.bool_]) -> Floats:
    if probability.shape != outcome.shape or probability.ndim != 1 or not len(probability):
        raise DataError(
            f"probability and outcome: expected one shape (n,), n > 0, found {probability.shape}, {outcome.shape}"
        )
    bad = np.flatnonzero(~((probability >= 0.0) & (probability <= 1.0)))
    if len(bad):
        raise DataError(f"probability of sample {bad[0]}: expected 0 to 1, found {probability[bad[0]]}")
    return outcome.astype(np.float64)
