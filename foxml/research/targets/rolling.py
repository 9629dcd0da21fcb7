"""Moments of pairs over a rolling window, of the past alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PairMoments", "pair_moments", "rolling_sum"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PairMoments:
    """Centred sums of the window that ends at each pair, shape (n - window + 1,): of x^2, of x y, and of y^2."""

    xx: Floats
    xy: Floats
    yy: Floats


def pair_moments(x: Floats, y: Floats, window: int) -> PairMoments:
    """Return the centred sums over each full window.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
    window : int
    """
    sum_x, sum_y = rolling_sum(x, window), rolling_sum(y, window)
    return PairMoments(
        np.maximum(rolling_sum(x * x, window) - sum_x * sum_x / window, 0.0),
        rolling_sum(x * y, window) - sum_x * sum_y / window,
        np.maximum(rolling_sum(y * y, window) - sum_y * sum_y / window, 0.0),
    )


def rolling_sum(x: Floats, window: int) -> Floats:
    """Sum each full window, in time that does not grow with the window, and without the drift of a running sum.

    A window is the tail of one block of its own length and the head of the next (van Herk 1992), so no sum is longer
    than the window, and none has seen a value outside of it.

    Examples
    --------
    >>> rolling_sum(np.array([1.0, 2.0, 3.0, 4.0]), 3).tolist()
    [6.0, 9.0]
    """
    n = len(x)
    if n < window:
        return np.empty(0)
    blocks = np.concatenate([x, np.zeros(-n % window)]).reshape(-1, window)
    heads = np.cumsum(blocks, axis=1).ravel()
    tails = np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    first = np.arange(n - window + 1)
    # A window that is a whole block is its tail alone.
    found: Floats = tails[first] + np.where(first % window == 0, 0.0, heads[first + window - 1])
    return found
