"""Sharpe ratios, how far to believe them, and drawdowns.

A Sharpe ratio here is always that of the returns as they were observed (per session, per bar): it is annualised only by
`annualise`, which is told how many observations make a year. Kurtosis is raw: 3 for a normal distribution.

References
----------
Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012 (PSR, MinTRL).
Bailey and López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014 (SR0, DSR).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "EULER_GAMMA",
    "SESSIONS_PER_YEAR",
    "Drawdown",
    "Moments",
    "annualise",
    "deflated_sharpe_ratio",
    "drawdown",
    "drawdown_series",
    "expected_maximum_sharpe",
    "minimum_track_record_length",
    "moments",
    "normal_cdf",
    "normal_inverse",
    "probabilistic_sharpe_ratio",
    "sharpe_ratio",
    "simple_returns",
]

EULER_GAMMA = 0.5772156649015329
"""The Euler-Mascheroni constant."""

SESSIONS_PER_YEAR = 252.0
"""Trading sessions in a year of US equities, by convention."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Moments:
    """The first four moments of a sample of returns.

    Attributes
    ----------
    n : int
        Observations.
    mean : float
        Per observation.
    std : float
        Sample standard deviation (n - 1) per observation.
    skewness : float
        Third standardised moment (population form).
    kurtosis : float
        Fourth standardised moment, raw: 3 for a normal distribution (population form).
    """

    n: int
    mean: float
    std: float
    skewness: float
    kurtosis: float

    @property
    def sharpe(self) -> float:
        """Mean over standard deviation, per observation; NaN where it is undefined."""
        return self.mean / self.std if self.std > 0.0 else math.nan


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of a curve from its running peak.

    Attributes
    ----------
    depth : float
        Fraction of the peak, 0 or more: 0.25 is a fall by a quarter.
    peak : int
        Index of the peak that the deepest fall began at.
    trough : int
        Index of the lowest point of that fall.
    recovered : int or None
        Index of the first point back at the peak, or None if the curve ends below it.
    """

    depth: float
    peak: int
    trough: int
    recovered: int | None


def normal_cdf(x: float) -> float:
    """Return the standard normal distribution's probability of a value up to `x`.

    Examples
    --------
    >>> normal_cdf(0.0)
    0.5
    """
    # erfc keeps its digits far in the left tail, where 1 + erf cancels.
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def normal_inverse(p: float) -> float:
    """Return the standard normal quantile of `p`, which lies strictly between 0 and 1.

    Examples
    --------
    >>> round(normal_inverse(0.975), 6)
    1.959964
    """
    return _NORMAL.inv_cdf(p)


def simple_returns(values: ArrayLike) -> NDArray[np.float64]:
    """Return the n - 1 simple returns of n positive values.

    Examples
    --------
    >>> simple_returns([100.0, 110.0, 99.0]).round(3).tolist()
    [0.1, -0.1]
    """
    curve = np.asarray(values, dtype=np.float64)
    _require_curve(curve)
    return np.asarray(curve[1:] / curve[:-1] - 1.0, dtype=np.float64)


def moments(returns: ArrayLike) -> Moments:
    """Return the moments of a sample of finite returns.

    A sample of fewer than two observations, or one without spread, has NaN for what it cannot have.
    """
    sample = np.asarray(returns, dtype=np.float64)
    if sample.ndim != 1 or not np.all(np.isfinite(sample)):
        raise ValueError("returns must be finite and one-dimensional")
    n = len(sample)
    if n < 2:
        return Moments(n, float(sample[0]) if n else math.nan, math.nan, math.nan, math.nan)
    mean = float(sample.mean())
    centred = sample - mean
    second = float(np.mean(centred**2))
    std = math.sqrt(second * n / (n - 1))
    # A constant series leaves rounding noise behind, not a spread.
    if std <= 1e-14 * max(1.0, abs(mean)):
        return Moments(n, mean, 0.0, math.nan, math.nan)
    return Moments(n, mean, std, float(np.mean(centred**3)) / second**1.5, float(np.mean(centred**4)) / second**2)


def sharpe_ratio(returns: ArrayLike, *, periods_per_year: float | None = None) -> float:
    """Sharpe ratio of returns over cash at no interest.

    Parameters
    ----------
    returns : array_like, shape (n,)
        Returns in excess of whatever they are to be measured against, one per observation.
    periods_per_year : float, optional
        Observations in a year: the result is annualised by its square root. By default it is per observation.

    Returns
    -------
    float
        NaN with fewer than two observations or no spread.
    """
    per_observation = moments(returns).sharpe
    return per_observation if periods_per_year is None else annualise(per_observation, periods_per_year)


def annualise(sharpe: float, periods_per_year: float) -> float:
    """Scale a per-observation Sharpe ratio to a year, as for returns without autocorrelation.

    Examples
    --------
    >>> round(annualise(0.1, 252), 4)
    1.5875
    """
    if not periods_per_year > 0.0:
        raise ValueError(f"periods_per_year must be positive, found {periods_per_year}")
    return sharpe * math.sqrt(periods_per_year)


def probabilistic_sharpe_ratio(
    sharpe: float, benchmark: float, *, observations: int, skewness: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Probability that the true Sharpe ratio exceeds `benchmark` (PSR; Bailey and López de Prado 2012).

    ``PSR = Phi[(SR - SR*) sqrt(T - 1) / sqrt(1 - g3 SR + (g4 - 1)/4 SR^2)]``

    Parameters
    ----------
    sharpe, benchmark : float
        Per observation.
    observations : int
        T, at least 2.
    skewness, kurtosis : float
        Of the returns; the kurtosis is raw (3 for a normal distribution).

    Returns
    -------
    float
        Between 0 and 1; NaN if an input is NaN or the sampled moments leave no variance.
    """
    if observations < 2:
        return math.nan
    variance = _sharpe_variance(sharpe, skewness, kurtosis)
    if not variance > 0.0 or math.isnan(benchmark):
        return math.nan
    return normal_cdf((sharpe - benchmark) * math.sqrt(observations - 1) / math.sqrt(variance))


def expected_maximum_sharpe(trials: int, trials_variance: float) -> float:
    """Sharpe ratio that the best of `trials` worthless strategies is expected to show (SR0).

    ``SR0 = sqrt(V) [(1 - gamma) Phi^-1(1 - 1/N) + gamma Phi^-1(1 - 1/(N e))]`` (Bailey and López de Prado 2014).

    Parameters
    ----------
    trials : int
        N, every strategy that was tried, at least 1. One trial was not selected from anything: its SR0 is 0.
    trials_variance : float
        V, variance of the trials' per-observation Sharpe ratios, 0 or more.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1, found {trials}")
    if not trials_variance >= 0.0:
        raise ValueError(f"trials_variance must be 0 or more, found {trials_variance}")
    if trials == 1:
        return 0.0
    first = normal_inverse(1.0 - 1.0 / trials)
    second = normal_inverse(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(trials_variance) * ((1.0 - EULER_GAMMA) * first + EULER_GAMMA * second)


def deflated_sharpe_ratio(
    sharpe: float,
    *,
    observations: int,
    trials: int,
    trials_variance: float,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
) -> float:
    """Probability that the true Sharpe ratio exceeds what selection among `trials` alone would show (DSR).

    Parameters are those of `probabilistic_sharpe_ratio` and `expected_maximum_sharpe`.
    """
    benchmark = expected_maximum_sharpe(trials, trials_variance)
    return probabilistic_sharpe_ratio(
        sharpe, benchmark, observations=observations, skewness=skewness, kurtosis=kurtosis
    )


def minimum_track_record_length(
    sharpe: float, benchmark: float, *, confidence: float = 0.95, skewness: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Observations needed before PSR(benchmark) reaches `confidence` (MinTRL; Bailey and López de Prado 2012).

    ``1 + (1 - g3 SR + (g4 - 1)/4 SR^2) (z / (SR - SR*))^2``

    Returns
    -------
    float
        In observations; infinite if `sharpe` is not above `benchmark`.
    """
    if math.isnan(sharpe) or math.isnan(benchmark):
        return math.nan
    if sharpe <= benchmark:
        return math.inf
    variance = _sharpe_variance(sharpe, skewness, kurtosis)
    return 1.0 + variance * (normal_inverse(confidence) / (sharpe - benchmark)) ** 2


def drawdown_series(values: ArrayLike) -> NDArray[np.float64]:
    """Fall from the running peak at each point, as a fraction of it: 0 or negative.

    Examples
    --------
    >>> drawdown_series([100.0, 80.0, 120.0, 90.0]).round(2).tolist()
    [0.0, -0.2, 0.0, -0.25]
    """
    curve = np.asarray(values, dtype=np.float64)
    _require_curve(curve)
    return np.asarray(curve / np.maximum.accumulate(curve) - 1.0, dtype=np.float64)


def drawdown(values: ArrayLike) -> Drawdown:
    """Return the deepest fall of a curve of positive values from its running peak.

    Examples
    --------
    >>> drawdown([100.0, 80.0, 120.0, 90.0])
    Drawdown(depth=0.25, peak=2, trough=3, recovered=None)
    """
    curve = np.asarray(values, dtype=np.float64)
    falls = drawdown_series(curve)
    if len(curve) == 0:
        return Drawdown(0.0, 0, 0, None)
    trough = int(np.argmin(falls))
    peak = int(np.argmax(curve[: trough + 1]))
    later = np.flatnonzero(curve[trough:] >= curve[peak])
    return Drawdown(float(-falls[trough]), peak, trough, trough + int(later[0]) if len(later) else None)


def _sharpe_variance(sharpe: float, skewness: float, kurtosis: float) -> float:
    """Variance of the Sharpe estimator, times T - 1 (Mertens 2002, in the form of PSR)."""
    return 1.0 - skewness * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2


def _require_curve(curve: NDArray[np.float64] | Sequence[float]) -> None:
    array = np.asarray(curve)
    if array.ndim != 1 or not np.all(np.isfinite(array)) or not np.all(array > 0.0):
        raise ValueError("a curve must be one-dimensional with finite values above 0")
