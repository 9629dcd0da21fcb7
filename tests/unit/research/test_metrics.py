"""The numbers that decide whether a model is believed."""

import numpy as np
import pytest
from scipy import stats

from foxml.errors import DataError
from foxml.research.metrics import (
    hit_rate,
    ic_by_moment,
    ic_decay,
    information_coefficient,
    quantile_returns,
    ranks,
)


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


def test_noise_stays_within_its_interval_over_fifty_seeds() -> None:
    """Overlapping outcomes of pure noise: about one t-value in twenty lies beyond 2, not one in three."""
    beyond = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal(1205)
        # A score that lasts as long as its label: without HAC errors every second one would pass for skill.
        score = np.convolve(rng.standard_normal(1205), np.ones(6), mode="valid")
        outcome = np.convolve(noise, np.ones(6), mode="valid")
        beyond += abs(information_coefficient(score, outcome, np.arange(1200), lag=12).t) > 2.0
    assert beyond <= 7


def test_errors_without_the_overlap_find_skill_in_noise() -> None:
    """The canary of the test above: lag 0 takes noise for skill far too often."""
    beyond = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        score, outcome = (np.convolve(rng.standard_normal(1205), np.ones(6), mode="valid") for _ in range(2))
        beyond += abs(information_coefficient(score, outcome, np.arange(1200), lag=0).t) > 2.0
    assert beyond > 7


@pytest.mark.parametrize("a", [0.05, 0.2, 0.6])
def test_planted_signals_show_their_correlation(a: float) -> None:
    """IC is near a / sqrt(a^2 + 1)."""
    rng = np.random.default_rng(3)
    score, noise = rng.standard_normal((2, 40_000))
    found = information_coefficient(score, a * score + noise, np.arange(40_000), lag=1)
    assert abs(found.ic - a / np.sqrt(a * a + 1.0)) < 4.0 / np.sqrt(40_000)


def test_decay_ends_where_the_signal_does() -> None:
    """A score knows the next bar alone: its IC falls with the root of the horizon."""
    rng = np.random.default_rng(4)
    score = rng.standard_normal(20_000)
    bars = 0.5 * score + rng.standard_normal(20_000)
    total = np.concatenate([[0.0], np.cumsum(bars)])
    outcomes = {}
    for horizon in (4, 1, 16):
        outcomes[horizon] = np.full(20_000, np.nan)
        outcomes[horizon][: 20_001 - horizon] = total[horizon:] - total[:-horizon]
    found = ic_decay(score, outcomes, np.arange(20_000))
    assert list(found) == [1, 4, 16]
    expected = [0.5 / np.sqrt(0.25 + h) if h == 1 else 0.5 / np.sqrt(1.25 * h) for h in found]
    np.testing.assert_allclose([one.ic for one in found.values()], expected, atol=0.03)
    assert [one.n for one in found.values()] == [20_000, 19_997, 19_985]


def test_the_ic_of_a_moment_is_spearmans() -> None:
    """SciPy is the oracle; a moment of too few symbols or of one score is left out."""
    rng = np.random.default_rng(5)
    time = np.repeat(np.arange(4), (8, 3, 8, 8))
    score, outcome = rng.standard_normal((2, len(time)))
    score[time == 3] = 1.0
    moments, ic = ic_by_moment(score, outcome, time)
    assert moments.tolist() == [0, 2]
    for moment, found in zip(moments, ic, strict=True):
        own = time == moment
        assert abs(found - stats.spearmanr(score[own], outcome[own]).statistic) < 1e-12


def test_hits_count_signs_alone() -> None:
    """Zeros and unknown outcomes are neither hits nor misses."""
    score = np.array([1.0, -2.0, 3.0, 0.0, 5.0, 1.0])
    outcome = np.array([2.0, -1.0, -1.0, 1.0, 0.0, np.nan])
    found = hit_rate(score, outcome)
    assert (found.n, found.rate) == (3, 2 / 3)
    assert abs(found.error - np.sqrt(2 / 27)) < 1e-15
    assert np.isnan(hit_rate(np.zeros(3), outcome[:3]).rate)


def test_quantiles_rise_with_a_signal_and_know_their_error() -> None:
    """The spread of the outer fifths of a planted signal, and an error that copies of a symbol do not shrink."""
    rng = np.random.default_rng(6)
    score, noise = rng.standard_normal((2, 10_000))
    time = np.arange(10_000)
    found = quantile_returns(score, 0.3 * score + noise, time)
    assert found.count.tolist() == [2000] * 5
    assert np.all(np.diff(found.mean) > 0.0)
    assert abs(found.spread - 0.3 * 2 * 1.3998) < 0.1
    doubled = quantile_returns(np.tile(score, 2), np.tile(0.3 * score + noise, 2), np.tile(time, 2))
    np.testing.assert_allclose(doubled.error, found.error, rtol=1e-9)
    with pytest.raises(DataError, match="quantiles"):
        quantile_returns(score[:3], noise[:3], time[:3], 5)
