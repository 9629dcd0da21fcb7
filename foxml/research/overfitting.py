"""Probability of backtest overfitting: how often the best of many in one half of time is below the median in the other.

References
----------
Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of Computational Finance
20(4), 2017 (combinatorially symmetric cross-validation).
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["Overfitting", "noise_band", "probability_of_overfitting"]

Floats = NDArray[np.float64]
_SPLITS_MAX = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Overfitting:
    """What the symmetric splits found.

    Attributes
    ----------
    pbo : float
        Share of the splits whose best trial in sample came out at the median or below out of sample.
    logits : ndarray of float64, shape (splits,)
        ln(w / (1 - w)), w = rank / (N + 1) of that trial out of sample, 1 the worst.
    in_sample, out_of_sample : ndarray of float64, shape (splits,)
        Its Sharpe ratio, per observation.
    """

    pbo: float
    logits: Floats
    in_sample: Floats
    out_of_sample: Floats

    @property
    def loss_probability(self) -> float:
        """Share of the splits whose best trial in sample lost out of sample."""
        return float((self.out_of_sample < 0.0).mean())


def probability_of_overfitting(returns: Floats, blocks: int) -> Overfitting:
    """Judge the choice of the best among trials (PBO).

    Alone it decides nothing: noise gives anything between, see `noise_band`.

    Parameters
    ----------
    returns : ndarray of float64, shape (N, T)
        Of each trial at the same T moments; all trials that were made, not the good ones.
    blocks : int
        S, even, at least 2: contiguous parts of time; each choice of half of them is once in sample.

    Raises
    ------
    DataError
        If there are fewer than 2 trials, blocks are odd, too many or too short, or a return is not finite.

    Examples
    --------
    >>> noise = np.random.default_rng(0).standard_normal((10, 240))
    >>> round(probability_of_overfitting(noise, 8).pbo * 70)
    33
    """
    returns = np.asarray(returns, dtype=np.float64)
    _check(returns, blocks)
    chosen = _halves(blocks)
    parts = np.array_split(returns, blocks, axis=1)
    counts = np.array([part.shape[1] for part in parts], dtype=np.float64)
    # Centred on each trial's mean, squares of small returns around a large one keep their digits.
    centre = returns.mean(axis=1)
    sums = np.stack([(part - centre[:, None]).sum(axis=1) for part in parts])
    squares = np.stack([((part - centre[:, None]) ** 2).sum(axis=1) for part in parts])
    inside = _sharpe(chosen, counts, sums, squares, centre)
    outside = _sharpe(1.0 - chosen, counts, sums, squares, centre)
    best = inside.argmax(axis=1)
    splits = np.arange(len(chosen))
    own = outside[splits, best]
    # Ties share their mean rank: trials that are copies of each other must not decide by their order.
    below = (outside < own[:, None]).sum(axis=1)
    same = (outside == own[:, None]).sum(axis=1)
    share = (below + (same + 1) / 2.0) / (len(returns) + 1.0)
    logits = np.log(share / (1.0 - share))
    return Overfitting(float((logits <= 0.0).mean()), logits, inside[splits, best], own)


def noise_band(
    trials: int, observations: int, blocks: int, *, simulations: int, generator: np.random.Generator
) -> tuple[float, float]:
    """5 % and 95 % quantile of the PBO that worthless independent trials show.

    Parameters
    ----------
    trials, observations, blocks : int
        N, T and S of `probability_of_overfitting`.
    simulations : int
    generator : numpy.random.Generator
    """
    found = [
        probability_of_overfitting(generator.standard_normal((trials, observations)), blocks).pbo
        for _ in range(simulations)
    ]
    low, high = np.quantile(found, (0.05, 0.95))
    return float(low), float(high)


def _check(returns: Floats, blocks: int) -> None:
    if returns.ndim != 2 or len(returns) < 2:
        raise DataError(f"returns: expected the shape (trials, moments) with 2 trials or more, found {returns.shape}")
    if blocks < 2 or blocks % 2 or comb(blocks, blocks // 2) > _SPLITS_MAX:
        raise DataError(f"blocks: expected an even number from 2 to 16, found {blocks}")
    if returns.shape[1] < 2 * blocks:
        raise DataError(f"returns: {returns.shape[1]} moments are too few for {blocks} blocks of 2 or more")
    bad = np.argwhere(~np.isfinite(returns))
    if len(bad):
        trial, moment = bad[0]
        raise DataError(f"returns: trial {trial}, moment {moment}: found {returns[trial, moment]}, expected a number")


def _halves(blocks: int) -> Floats:
    """Membership of each block in each choice of half of them, shape (splits, S)."""
    choices = list(combinations(range(blocks), blocks // 2))
    table = np.zeros((len(choices), blocks))
    for row, choice in zip(table, choices, strict=True):
        row[list(choice)] = 1.0
    return table


def _sharpe(chosen: Floats, counts: Floats, sums: Floats, squares: Floats, centre: Floats) -> Floats:
    """Sharpe ratio of each trial over the chosen blocks, shape (splits, N); the lowest where nothing moved."""
    n = (chosen @ counts)[:, None]
    mean = chosen @ sums / n
    variance = (chosen @ squares - n * mean * mean) / (n - 1.0)
    deviation = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(deviation > 0.0, (mean + centre) / deviation, -np.inf)
