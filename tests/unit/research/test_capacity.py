"""Turnover and capacity: by hand, and the best size against a search."""

import numpy as np
import pytest

from foxml.errors import DataError
from foxml.research.capacity import capacity, turnover

WEIGHT = np.array([0.5, 0.3, 0.2])
ALPHA, FIXED = np.array([20.0, 12.0, 8.0]), np.array([2.0, 3.0, 4.0])
SIGMA, ADV = np.array([0.02, 0.015, 0.03]), np.array([5e8, 1e8, 2e7])


def _profit(size: float) -> float:
    impact = 2.0 * SIGMA * np.sqrt(WEIGHT * size / ADV)
    return float((WEIGHT * size * ((ALPHA - FIXED) * 1e-4 - impact)).sum())


def test_turnover_by_hand() -> None:
    """Half of all changes: a position that turns from long to short of the whole book is twice its half."""
    weights = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [-0.5, 0.5]])
    assert turnover(weights).tolist() == [0.5, 0.0, 0.5]


def test_the_best_size_earns_most() -> None:
    """No size nearby earns more, and at the break-even nothing is left."""
    found = capacity(WEIGHT, ALPHA, FIXED, SIGMA, ADV)
    assert abs(found.profit - _profit(found.best)) < 1e-9 * found.profit
    assert found.profit > max(_profit(found.best * factor) for factor in (0.5, 0.99, 1.01, 2.0))
    assert abs(_profit(found.break_even)) < 1e-9 * found.profit
    assert abs(found.break_even / found.best - 2.25) < 1e-12


def test_costs_above_alpha_carry_nothing_and_no_impact_carries_all() -> None:
    """The two ends."""
    assert capacity(WEIGHT, FIXED, ALPHA, SIGMA, ADV).best == 0.0
    assert capacity(WEIGHT, ALPHA, FIXED, np.zeros(3), ADV).best == np.inf


def test_unfit_columns_are_named() -> None:
    """A negative weight, a symbol without volume, a hole."""
    with pytest.raises(DataError, match="weight: expected 0 or more"):
        capacity(-WEIGHT, ALPHA, FIXED, SIGMA, ADV)
    with pytest.raises(DataError, match="adv_dollars"):
        capacity(WEIGHT, ALPHA, FIXED, SIGMA, ADV * 0.0)
    with pytest.raises(DataError, match="alpha_bps: expected 3 finite"):
        capacity(WEIGHT, np.array([1.0, np.nan, 2.0]), FIXED, SIGMA, ADV)
