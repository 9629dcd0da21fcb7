"""Worthless strategies must look worthless: over fifty seeds, whatever the best of many trials shows."""

import numpy as np

from foxml.report.statistics import (
    deflated_sharpe_ratio,
    moments,
    probabilistic_sharpe_ratio,
)

SEEDS, TRIALS, OBSERVATIONS = 50, 20, 500


def _best_of(seed: int, edge: float = 0.0) -> tuple[float, float]:
    """DSR and PSR of the best of many trials, the first of which has an edge."""
    returns = np.random.default_rng(seed).standard_normal((TRIALS, OBSERVATIONS))
    returns[0] += edge
    sharpes = [moments(row).sharpe for row in returns]
    best = moments(returns[int(np.argmax(sharpes))])
    shape = {"observations": OBSERVATIONS, "skewness": best.skewness, "kurtosis": best.kurtosis}
    variance = float(np.var(sharpes, ddof=1))
    return (
        deflated_sharpe_ratio(best.sharpe, trials=TRIALS, trials_variance=variance, **shape),
        probabilistic_sharpe_ratio(best.sharpe, 0.0, **shape),
    )


def test_the_best_of_noise_is_not_believed() -> None:
    """The deflated ratio passes 95 % about as often as it may: once in twenty, and is a coin on average."""
    deflated = np.array([_best_of(seed)[0] for seed in range(SEEDS)])
    assert (deflated > 0.95).sum() <= 6
    assert 0.35 < np.median(deflated) < 0.65


def test_without_counting_trials_noise_would_pass() -> None:
    """The canary: the plain probability believes most of the same strategies."""
    assert np.mean([_best_of(seed)[1] > 0.95 for seed in range(SEEDS)]) > 0.5


def test_a_true_edge_is_believed_all_the_same() -> None:
    """Deflation that refuses everything would pass the tests above."""
    assert np.mean([_best_of(seed, edge=0.4)[0] > 0.95 for seed in range(SEEDS)]) > 0.9
