"""Forecasts of probabilities and quantiles: scikit-learn as the oracle, and forecasts that are known to lie."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, mean_pinball_loss

from foxml.errors import DataError
from foxml.research.calibration import brier, quantile_loss, reliability


def _forecasts(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = rng.integers(0, 11, 5000) / 10
    return probability, rng.random(5000) < probability


def test_brier_and_its_parts() -> None:
    """The score is scikit-learn's, and the sum of its parts."""
    probability, outcome = _forecasts(0)
    found = brier(probability, outcome)
    assert abs(found.score - brier_score_loss(outcome, probability)) < 1e-15
    assert abs(found.reliability - found.resolution + found.uncertainty - found.score) < 1e-12
    assert found.reliability < 0.001


def test_overconfidence_shows_in_reliability_alone() -> None:
    """Forecasts pushed outwards order outcomes as well as before, and lie."""
    probability, outcome = _forecasts(1)
    pushed = np.where(probability > 0.5, np.sqrt(probability), probability**2)
    honest, bold = brier(probability, outcome), brier(pushed, outcome)
    assert abs(bold.resolution - honest.resolution) < 1e-12
    assert bold.reliability > 10 * honest.reliability
    assert reliability(pushed, outcome).expected_error > 3 * reliability(probability, outcome).expected_error


def test_bins_hold_all_samples_and_never_divide_equal_forecasts() -> None:
    """Eleven values in five bins, and one value alone."""
    probability, outcome = _forecasts(2)
    found = reliability(probability, outcome, 5)
    assert found.count.sum() == 5000
    assert len(found.count) <= 5
    assert np.all(np.diff(found.forecast) > 0)
    one = reliability(np.full(5000, 0.3), outcome, 5)
    assert one.count.tolist() == [5000]
    assert one.observed.tolist() == [outcome.mean()]


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantile_loss_is_least_at_the_quantile(quantile: float) -> None:
    """Equal to scikit-learn's, and worse on both sides of the sample's own quantile."""
    outcome = np.random.default_rng(3).standard_normal(2001)
    at = float(np.quantile(outcome, quantile))
    losses = [quantile_loss(np.full(2001, at + off), outcome, quantile) for off in (-0.3, 0.0, 0.3)]
    assert losses[1] < min(losses[0], losses[2])
    assert abs(losses[1] - mean_pinball_loss(outcome, np.full(2001, at), alpha=quantile)) < 1e-15


def test_what_is_no_forecast_is_refused() -> None:
    """A probability above 1 is named by its sample; shapes and quantiles are checked."""
    with pytest.raises(DataError, match=r"sample 1: expected 0 to 1, found 1\.5"):
        brier(np.array([0.5, 1.5]), np.array([True, False]))
    with pytest.raises(DataError, match="one shape"):
        reliability(np.array([0.5]), np.array([True, False]))
    with pytest.raises(DataError, match="quantile"):
        quantile_loss(np.ones(2), np.ones(2), 1.0)
