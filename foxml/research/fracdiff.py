"""Fractional differences: a series made nearly stationary that keeps as much of its memory as it can. For research.

References
----------
Hosking, "Fractional Differencing", Biometrika 68(1), 1981.
López de Prado, Advances in Financial Machine Learning, Wiley 2018, chapter 5 (the window of fixed width, 5.5).
"""

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["fractional_difference", "fractional_weights"]

_WIDEST = 1_000_000


def fractional_weights(order: float, threshold: float) -> NDArray[np.float64]:
    """Weights of the newest value and those before it: the binomial series of (1 - B)^order.

    ``w_0 = 1, w_k = -w_{k-1} (order - k + 1) / k``, cut where they fall below `threshold` in size.

    Parameters
    ----------
    order : float
        0 leaves a series as it is, 1 is the plain difference.
    threshold : float
        Above 0.

    Examples
    --------
    >>> fractional_weights(0.4, 0.03).round(6).tolist()
    [1.0, -0.4, -0.12, -0.064, -0.0416]
    >>> fractional_weights(1.0, 1e-9).tolist()
    [1.0, -1.0]
    """
    if not (np.isfinite(order) and order >= 0.0):
        raise DataError(f"order: expected a number of 0 or more, found {order}")
    if not threshold > 0.0:
        raise DataError(f"threshold: expected a number above 0, found {threshold}")
    weights = [1.0]
    # Up to the order the weights of a high order grow before they fall.
    while len(weights) <= order or abs(_next(weights[-1], order, len(weights))) >= threshold:
        weights.append(_next(weights[-1], order, len(weights)))
        if weights[-1] == 0.0:
            weights.pop()
            break
        if len(weights) > _WIDEST:
            raise DataError(f"threshold: {threshold} leaves more than {_WIDEST:,} weights of the order {order}")
    return np.array(weights)


def fractional_difference(values: NDArray[np.float64], order: float, threshold: float) -> NDArray[np.float64]:
    """Difference a series fractionally, each value from a window of one width.

    Parameters
    ----------
    values : ndarray of float64, shape (T,)
        Log prices, say. A NaN makes those values NaN whose window holds it.
    order, threshold : float
        See `fractional_weights`.

    Returns
    -------
    ndarray of float64, shape (T,)
        NaN until the window is full.
    """
    if values.ndim != 1:
        raise DataError(f"values: expected one dimension, found the shape {values.shape}")
    weights = fractional_weights(order, threshold)
    width = len(weights)
    out = np.full(len(values), np.nan)
    if len(values) >= width:
        out[width - 1 :] = np.convolve(values, weights, mode="valid")
    return out


def _next(weight: float, order: float, k: int) -> float:
    return -weight * (order - k + 1.0) / k
