"""The numbers that decide whether a model is believed."""

import numpy as np

from foxml.research.metrics import average_uniqueness, information_coefficient, ranks


def test_ranks_share_ties() -> None:
    """Ties must not be ordered by position."""
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_planted_correlation_is_found_and_noise_is_not() -> None:
    """IC of s + noise is near a/sqrt(a^2 + 1); noise stays within its interval."""
    rng = np.random.default_rng(1)
    score, noise = rng.standard_normal(5000), rng.standard_normal(5000)
    time = np.arange(5000, dtype=np.int64)
    found = information_coefficient(score, 0.2 * score + noise, time, lag=5)
    assert abs(found.ic - 0.196) < 0.04
    assert found.t > 8.0
    assert abs(information_coefficient(score, noise, time, lag=5).t) < 3.0


def test_copies_of_one_symbol_add_no_confidence() -> None:
    """Four symbols that move as one are one observation a moment."""
    rng = np.random.default_rng(2)
    score, outcome = rng.standard_normal((2, 1000))
    time = np.arange(1000, dtype=np.int64)
    one = information_coefficient(score, outcome, time, lag=3)
    four = information_coefficient(np.tile(score, 4), np.tile(outcome, 4), np.tile(time, 4), lag=3)
    assert abs(one.t - four.t) < 1e-9


def test_uniqueness_by_hand() -> None:
    """Labels over bars 1-3, 2-4 and 5: (1 + 1/2 + 1/2)/3 twice, and 1."""
    bars = np.arange(6, dtype=np.int64)
    t0, t1 = np.array([0, 1, 4]), np.array([3, 4, 5])
    np.testing.assert_allclose(average_uniqueness(t0, t1, bars), [2 / 3, 2 / 3, 1.0])
