"""The probability of backtest overfitting: published splits by brute force, noise, and a trial that is truly better."""

from itertools import combinations

import numpy as np
import pytest

from foxml.errors import DataError
from foxml.research.overfitting import noise_band, probability_of_overfitting


def _by_hand(returns: np.ndarray, blocks: int) -> list[float]:
    """Logits by the definition, split by split."""
    parts = np.array_split(np.arange(returns.shape[1]), blocks)
    logits = []
    for choice in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[b] for b in choice])
        outside = np.concatenate([parts[b] for b in range(blocks) if b not in choice])
        sharpes = [returns[:, at].mean(axis=1) / returns[:, at].std(axis=1, ddof=1) for at in (inside, outside)]
        best = int(np.argmax(sharpes[0]))
        share = (1 + sum(sharpes[1] < sharpes[1][best])) / (len(returns) + 1)
        logits.append(np.log(share / (1 - share)))
    return logits


def test_golden_shares() -> None:
    """Ten trials of noise: 33 of 70 splits; with one lifted by 0.25: 9 of 70."""
    noise = np.random.default_rng(0).standard_normal((10, 240))
    before = probability_of_overfitting(noise, 8)
    assert before.pbo == 33 / 70
    noise[3] += 0.25
    found = probability_of_overfitting(noise, 8)
    assert found.pbo == 9 / 70
    assert found.loss_probability < before.loss_probability


@pytest.mark.parametrize(("trials", "moments", "blocks"), [(3, 31, 4), (12, 200, 8), (5, 100, 10)])
def test_sums_of_blocks_equal_the_definition(trials: int, moments: int, blocks: int) -> None:
    """Also where blocks differ in length, and around a mean far from 0."""
    returns = np.random.default_rng(trials).standard_normal((trials, moments)) * 1e-3 + 0.01
    np.testing.assert_allclose(probability_of_overfitting(returns, blocks).logits, _by_hand(returns, blocks), rtol=1e-9)


def test_copies_of_one_trial_share_their_rank() -> None:
    """Trials that are all the same came out in the middle: neither proof nor refutation of their order."""
    one = np.random.default_rng(1).standard_normal(80)
    assert probability_of_overfitting(np.tile(one, (9, 1)), 4).logits.tolist() == [0.0] * 6


def test_noise_has_a_wide_band() -> None:
    """Why PBO alone decides nothing: worthless trials show nearly anything."""
    low, high = noise_band(20, 240, 8, simulations=200, generator=np.random.default_rng(2))
    assert low < 0.25
    assert high > 0.75


def test_unfit_returns_are_refused() -> None:
    """One trial, odd or too many blocks, too few moments, and a hole that is named."""
    noise = np.random.default_rng(0).standard_normal((4, 40))
    for returns, blocks, message in (
        (noise[:1], 4, "2 trials"),
        (noise, 5, "even number"),
        (noise, 30, "even number"),
        (noise[:, :10], 8, "too few"),
    ):
        with pytest.raises(DataError, match=message):
            probability_of_overfitting(returns, blocks)
    noise[2, 7] = np.nan
    with pytest.raises(DataError, match="trial 2, moment 7"):
        probability_of_overfitting(noise, 4)
