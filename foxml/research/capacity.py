"""Turnover, and how much money an alpha can carry before its own impact eats it.

Impact follows the square root of the share of a day's volume, as the cost model of the signals does (Almgren, Thum,
Hauptmann and Li, "Direct Estimation of Equity Market Impact", Risk 18(7), 2005, with the root in place of 3/5).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["Capacity", "capacity", "turnover"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Sizes of a book, in dollars.

    Attributes
    ----------
    best : float
        Where the expected profit is greatest.
    break_even : float
        Where impact has eaten it whole, 9/4 of the best.
    profit : float
        At the best size, dollars per round trip of the book.
    """

    best: float
    break_even: float
    profit: float


def turnover(weights: Floats) -> Floats:
    """Share of the book that is traded from one moment to the next: half the sum of changes of weights.

    Parameters
    ----------
    weights : ndarray of float64, shape (T, n)
        Of each symbol as a fraction of equity.

    Returns
    -------
    ndarray of float64, shape (T - 1,)
        1 where the whole of a book without leverage was replaced.

    Examples
    --------
    >>> turnover(np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])).tolist()
    [1.0, 0.5]
    """
    if weights.ndim != 2:
        raise DataError(f"weights: expected the shape (moments, symbols), found {weights.shape}")
    half: Floats = 0.5 * np.abs(np.diff(weights, axis=0)).sum(axis=1)
    return half


def capacity(
    weight: Floats, alpha_bps: Floats, fixed_cost_bps: Floats, sigma_day: Floats, adv_dollars: Floats, k3: float = 1.0
) -> Capacity:
    """Return the sizes at which a book of fixed weights earns most and nothing.

    A book of W dollars expects ``sum w_i W (alpha_i - fixed_i - 2 k3 sigma_i sqrt(w_i W / ADV_i))``, which is
    ``A W - B W^(3/2)``: greatest at ``(2 A / 3 B)^2``, gone at ``(A / B)^2``.

    Parameters
    ----------
    weight : ndarray of float64, shape (n,)
        Share of the book that each symbol gets, sides apart: 0 or more.
    alpha_bps, fixed_cost_bps : ndarray of float64, shape (n,)
        Expected return in favour of the position, and spread and fees, per round trip.
    sigma_day : ndarray of float64, shape (n,)
        Daily volatility as a fraction.
    adv_dollars : ndarray of float64, shape (n,)
        Dollars traded on an average day.
    k3 : float
        Coefficient of the impact.

    Returns
    -------
    Capacity
        All 0 where nothing is left after fixed costs; infinite where there is no impact.
    """
    columns = {
        "weight": weight,
        "alpha_bps": alpha_bps,
        "fixed_cost_bps": fixed_cost_bps,
        "sigma_day": sigma_day,
        "adv_dollars": adv_dollars,
    }
    for name, column in columns.items():
        if column.shape != weight.shape or not np.all(np.isfinite(column)):
            raise DataError(f"{name}: expected {len(weight)} finite numbers, found the shape {column.shape}")
    for name in ("weight", "fixed_cost_bps", "sigma_day"):
        if np.any(columns[name] < 0.0):
            raise DataError(f"{name}: expected 0 or more, found {columns[name].min()}")
    if np.any(adv_dollars <= 0.0):
        raise DataError(f"adv_dollars: expected more than 0, found {adv_dollars.min()}")
    gain = float((weight * (alpha_bps - fixed_cost_bps)).sum()) * 1e-4
    drag = float((weight * 2.0 * k3 * sigma_day * np.sqrt(weight / adv_dollars)).sum())
    if gain <= 0.0:
        return Capacity(0.0, 0.0, 0.0)
    if drag <= 0.0:
        return Capacity(float("inf"), float("inf"), float("inf"))
    best = (2.0 * gain / (3.0 * drag)) ** 2
    return Capacity(best, (gain / drag) ** 2, gain * best - drag * best**1.5)
