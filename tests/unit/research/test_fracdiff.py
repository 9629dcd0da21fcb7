"""Fractional differences: the published weights, and what whole orders must be."""

import numpy as np
import pytest
from scipy.special import binom

from foxml.errors import DataError
from foxml.research.fracdiff import fractional_difference, fractional_weights


def test_published_weights() -> None:
    """d = 0.4: 1, -.4, -.12, -.064, -.0416, -.029952."""
    np.testing.assert_allclose(fractional_weights(0.4, 0.029), [1, -0.4, -0.12, -0.064, -0.0416, -0.029952], rtol=1e-14)


@pytest.mark.parametrize("order", [0.1, 0.5, 0.9, 1.5, 2.5])
def test_weights_are_the_binomial_series(order: float) -> None:
    """SciPy's binomials with alternating signs, down to the threshold and no further."""
    found = fractional_weights(order, 1e-4)
    expected = (-1.0) ** np.arange(len(found)) * binom(order, np.arange(len(found)))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert abs(binom(order, len(found))) < 1e-4 <= abs(found[-1])


def test_whole_orders_are_plain_differences() -> None:
    """Order 0 is the series, 1 and 2 are NumPy's differences."""
    series = np.random.default_rng(0).standard_normal(50).cumsum()
    np.testing.assert_array_equal(fractional_difference(series, 0.0, 1e-9), series)
    for order in (1, 2):
        found = fractional_difference(series, float(order), 1e-9)
        assert np.isnan(found[:order]).all()
        np.testing.assert_allclose(found[order:], np.diff(series, order), atol=1e-12)


def test_the_future_does_not_reach_back() -> None:
    """Values after a moment change nothing up to it; a hole spoils the windows that hold it and no other."""
    series = np.random.default_rng(1).standard_normal(200).cumsum()
    changed = series.copy()
    changed[150:] += 5.0
    changed[100] = np.nan
    width = len(fractional_weights(0.5, 1e-2))
    before, after = (fractional_difference(values, 0.5, 1e-2) for values in (series, changed))
    np.testing.assert_array_equal(before[:100], after[:100])
    assert np.isnan(after[100 : 100 + width]).all()
    assert np.isfinite(after[100 + width :]).all()


def test_short_series_and_wrong_orders() -> None:
    """A window that never fills gives NaN; what is no order or threshold is refused."""
    assert np.isnan(fractional_difference(np.ones(3), 0.4, 1e-3)).all()
    for order, threshold in ((-0.1, 1e-3), (np.nan, 1e-3), (0.4, 0.0)):
        with pytest.raises(DataError):
            fractional_weights(order, threshold)
