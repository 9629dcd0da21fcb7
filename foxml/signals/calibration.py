"""How good a signal has been on labels that have ended."""

from collections import deque
from math import sqrt

from foxml.numerics import exp

__all__ = ["CalibrationError", "InformationCoefficient", "trust"]


class InformationCoefficient:
    """Correlation of scores with outcomes, shrunk to the walk-forward's.

    IC = (n_eff * IC_live + n_0 * IC_oos) / (n_eff + n_0), n_eff being the ended labels divided by their length in bars,
    because labels that overlap say the same thing again.

    Parameters
    ----------
    prior : float
        IC_oos.
    prior_n : float
        n_0.
    horizon_bars : int
    """

    def __init__(self, prior: float, prior_n: float, horizon_bars: int) -> None:
        self._prior = prior
        self._prior_n = prior_n
        self._horizon_bars = horizon_bars
        self._n = 0
        self._mean_x = self._mean_y = 0.0
        self._xx = self._yy = self._xy = 0.0

    def update(self, score: float, outcome: float) -> None:
        """Take in one ended label (Welford's sums).

        Parameters
        ----------
        score : float
        outcome : float
            Return over sigma_h.
        """
        self._n += 1
        dx, dy = score - self._mean_x, outcome - self._mean_y
        self._mean_x += dx / self._n
        self._mean_y += dy / self._n
        self._xx += dx * (score - self._mean_x)
        self._yy += dy * (outcome - self._mean_y)
        self._xy += dx * (outcome - self._mean_y)

    @property
    def own(self) -> float:
        """Correlation over the ended labels alone; 0 while it is not defined."""
        product = self._xx * self._yy
        return self._xy / sqrt(product) if product > 0.0 else 0.0

    def get(self) -> float:
        """Return the shrunk coefficient."""
        n_eff = self._n / self._horizon_bars
        return (n_eff * self.own + self._prior_n * self._prior) / (n_eff + self._prior_n)


class CalibrationError:
    """Mean difference between outcomes and what was expected, in sigma_h, over the last ended labels.

    A mean, not a mean of sizes: the noise of single outcomes is no error of the model. Labels that have not ended yet
    count as zeros, so that a few early outcomes do not cry wolf.

    Parameters
    ----------
    window : int
        Labels averaged over.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._errors: deque[float] = deque(maxlen=window)
        self._sum = 0.0

    def update(self, expected: float, outcome: float) -> None:
        """Take in one ended label; both in sigma_h."""
        if len(self._errors) == self._window:
            self._sum -= self._errors[0]
        self._errors.append(outcome - expected)
        self._sum += self._errors[-1]

    def get(self) -> float:
        """Absolute mean error as a fraction of sigma_h."""
        return abs(self._sum) / self._window


def trust(age_ns: int, horizon_ns: int, calibration_error: float) -> float:
    """Return how much of a score to believe: exp(-age / horizon) / (1 + calibration error), in [0, 1].

    Parameters
    ----------
    age_ns : int
        Since the score was computed.
    horizon_ns : int
        Of its label.
    calibration_error : float
        As a fraction of sigma_h.

    Examples
    --------
    >>> trust(0, 3_600, 0.25)
    0.8
    """
    freshness = exp(-age_ns / horizon_ns) if age_ns > 0 else 1.0
    return freshness / (1.0 + calibration_error)
