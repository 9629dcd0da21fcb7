"""Scores on one scale: so many standard deviations from what the model usually says."""

from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["ScoreStandardizer"]


class ScoreStandardizer:
    """Standardises with the scores of the past alone, pooled over symbols; before there are enough, with training's.

    Parameters
    ----------
    mean, std : float
        Of training.
    minimum : int
        Past scores that must have been seen before their own statistics are used.
    """

    def __init__(self, mean: float, std: float, minimum: int) -> None:
        self._training = (mean, std)
        self._minimum = minimum
        self._count = 0
        self._mean = 0.0
        self._squares = 0.0

    def update(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standardise one slice's scores by those before it, then learn them.

        Parameters
        ----------
        scores : ndarray of float64, shape (n,)
            NaN where a symbol has none.

        Returns
        -------
        ndarray of float64, shape (n,)
            Unclipped.
        """
        mean, std = self.statistics()
        standardized = (scores - mean) / std
        self._learn([score for score in scores.tolist() if score == score])
        return standardized

    def statistics(self) -> tuple[float, float]:
        """Mean and standard deviation in use."""
        if self._count >= self._minimum:
            variance = self._squares / (self._count - 1)
            if variance > 0.0:
                return self._mean, sqrt(variance)
        return self._training

    def _learn(self, scores: list[float]) -> None:
        """Merge a batch into mean and sum of squares (Chan, Golub, LeVeque 1979)."""
        n = len(scores)
        if n == 0:
            return
        mean = fsum(scores) / n
        squares = fsum((score - mean) * (score - mean) for score in scores)
        total, delta = self._count + n, mean - self._mean
        self._squares += squares + delta * delta * self._count * n / total
        self._mean += delta * n / total
        self._count = total
