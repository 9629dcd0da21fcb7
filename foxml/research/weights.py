"""Weights of samples whose labels overlap.

Labels of one symbol that live on the same bars tell partly the same story. What follows counts each for what it tells
alone, or draws so that few overlap.

References
----------
López de Prado, Advances in Financial Machine Learning, Wiley 2018, chapter 4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = [
    "LabelSpans",
    "average_uniqueness",
    "label_spans",
    "return_attribution",
    "sequential_bootstrap",
    "sequential_probabilities",
    "time_decay",
]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelSpans:
    """Bars that labels of one symbol live on.

    Attributes
    ----------
    first, end : ndarray of int64, shape (n,)
        Label i lives on the bars `first[i]` to `end[i] - 1`.
    bars : int
        Bars in all.
    """

    first: Index
    end: Index
    bars: int

    def __post_init__(self) -> None:
        bad = np.flatnonzero((self.first < 0) | (self.end <= self.first) | (self.end > self.bars))
        if len(bad):
            i = int(bad[0])
            raise DataError(
                f"label {i}: found the bars {self.first[i]} to {self.end[i] - 1}, expected at least one of {self.bars}"
            )

    def __len__(self) -> int:
        return len(self.first)

    def concurrency(self) -> Index:
        """Labels alive on each bar, shape (bars,) (op. cit., 4.3)."""
        change = np.bincount(self.first, minlength=self.bars + 1) - np.bincount(self.end, minlength=self.bars + 1)
        return np.cumsum(change[: self.bars])

    def mean_of(self, per_bar: Floats) -> Floats:
        """Mean of a value of the bars over each label's own, shape (n,)."""
        return self.sum_of(per_bar) / (self.end - self.first)

    def sum_of(self, per_bar: Floats) -> Floats:
        """Sum of a value of the bars over each label's own, shape (n,)."""
        total = np.concatenate([[0.0], np.cumsum(per_bar)])
        summed: Floats = total[self.end] - total[self.first]
        return summed


def label_spans(t0_ns: Index, t1_ns: Index, bar_ns: Index) -> LabelSpans:
    """Find the bars of labels.

    Parameters
    ----------
    t0_ns, t1_ns : ndarray of int64, shape (n,)
        A label lives on the bars that close in (t0, t1].
    bar_ns : ndarray of int64, shape (m,)
        Closes of the symbol's bars, ascending; every label must hold one.
    """
    first = np.searchsorted(bar_ns, t0_ns, side="right").astype(np.int64)
    end = np.searchsorted(bar_ns, t1_ns, side="right").astype(np.int64)
    return LabelSpans(first, end, len(bar_ns))


def average_uniqueness(spans: LabelSpans) -> Floats:
    """Mean over a label's bars of one over the labels alive (op. cit., 4.4): 1 for a label that lives alone.

    Returns
    -------
    ndarray of float64, shape (n,)
        In (0, 1].
    """
    return spans.mean_of(1.0 / np.maximum(spans.concurrency(), 1))


def return_attribution(spans: LabelSpans, log_returns: Floats) -> Floats:
    """Weight labels by the return that is theirs alone: |sum of r_t / c_t| over their bars (op. cit., 4.6).

    Parameters
    ----------
    spans : LabelSpans
    log_returns : ndarray of float64, shape (bars,)
        Of each bar, from the close before it.

    Returns
    -------
    ndarray of float64, shape (n,)
        With mean 1; all 1 where nothing has moved.
    """
    if len(log_returns) != spans.bars:
        raise DataError(f"log_returns: expected one of each of {spans.bars} bars, found {len(log_returns)}")
    found = np.abs(spans.sum_of(log_returns / np.maximum(spans.concurrency(), 1)))
    mean = float(found.mean()) if len(found) else 0.0
    return found / mean if mean > 0.0 else np.ones(len(found))


def time_decay(uniqueness: Floats, oldest: float) -> Floats:
    """Let samples fade with age, counted in uniqueness that came after them (op. cit., 4.7).

    Parameters
    ----------
    uniqueness : ndarray of float64, shape (n,)
        Average uniqueness, in the order of time.
    oldest : float
        In (-1, 1]: weight of the oldest sample where it is 0 or more (1: no decay); below 0 the share of the oldest
        uniqueness that gets no weight at all.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 for the newest sample, falling in a line.
    """
    if not -1.0 < oldest <= 1.0:
        raise DataError(f"oldest: expected a number above -1 and up to 1, found {oldest}")
    cumulative = np.cumsum(uniqueness)
    if not len(cumulative):
        return cumulative
    total = float(cumulative[-1])
    slope = (1.0 - oldest) / total if oldest >= 0.0 else 1.0 / ((oldest + 1.0) * total)
    weight: Floats = np.maximum(1.0 - slope * (total - cumulative), 0.0)
    return weight


def sequential_probabilities(spans: LabelSpans, drawn: NDArray[np.int64]) -> Floats:
    """Probability of each label to be drawn next, after those that were (op. cit., 4.5.2).

    In proportion to the average uniqueness that it would have among them.

    Examples
    --------
    Three labels on the bars 0-2, 2-3 and 4-5, after the second was drawn (op. cit., 4.5.3):

    >>> spans = LabelSpans(np.array([0, 2, 4]), np.array([3, 4, 6]), 6)
    >>> (sequential_probabilities(spans, np.array([1])) * 14).round(9).tolist()
    [5.0, 3.0, 6.0]
    """
    alive = LabelSpans(spans.first[drawn], spans.end[drawn], spans.bars).concurrency()
    uniqueness = spans.mean_of(1.0 / (1.0 + alive.astype(np.float64)))
    probability: Floats = uniqueness / uniqueness.sum()
    return probability


def sequential_bootstrap(spans: LabelSpans, draws: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Draw labels with replacement, each the more likely the less it overlaps those drawn before (op. cit., 4.5).

    Parameters
    ----------
    spans : LabelSpans
    draws : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (draws,)
        Indices of labels.
    """
    if not len(spans):
        raise DataError("there are no labels to draw from")
    alive = np.zeros(spans.bars)
    drawn = np.empty(draws, dtype=np.int64)
    for k in range(draws):
        uniqueness = np.cumsum(spans.mean_of(1.0 / (1.0 + alive)))
        # A rounding of the last sum must not draw what is not there.
        at = int(np.searchsorted(uniqueness, generator.random() * uniqueness[-1], side="right"))
        drawn[k] = min(at, len(spans) - 1)
        alive[spans.first[drawn[k]] : spans.end[drawn[k]]] += 1.0
    return drawn
