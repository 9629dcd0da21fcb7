"""Weights of overlapping labels: worked by hand, and against counting bar by bar."""

import numpy as np
import pytest

from foxml.errors import DataError
from foxml.research.weights import (
    LabelSpans,
    average_uniqueness,
    label_spans,
    return_attribution,
    sequential_bootstrap,
    sequential_probabilities,
    time_decay,
)

BOOK = LabelSpans(np.array([0, 2, 4]), np.array([3, 4, 6]), 6)


def _random_spans(seed: int) -> LabelSpans:
    rng = np.random.default_rng(seed)
    first = np.sort(rng.integers(0, 90, 50))
    return LabelSpans(first, first + rng.integers(1, 10, 50), 100)


def test_uniqueness_by_hand() -> None:
    """Labels over bars 1-3, 2-4 and 5: (1 + 1/2 + 1/2)/3 twice, and 1."""
    bars = np.arange(6, dtype=np.int64)
    spans = label_spans(np.array([0, 1, 4]), np.array([3, 4, 5]), bars)
    assert spans.concurrency().tolist() == [0, 1, 2, 2, 1, 1]
    np.testing.assert_allclose(average_uniqueness(spans), [2 / 3, 2 / 3, 1.0])


@pytest.mark.parametrize("seed", range(5))
def test_sums_over_spans_equal_counting(seed: int) -> None:
    """Uniqueness and returns of the prefix sums are those of a loop over bars."""
    spans = _random_spans(seed)
    returns = np.random.default_rng(seed + 100).standard_normal(100)
    alive = [sum(f <= t < e for f, e in zip(spans.first, spans.end, strict=True)) for t in range(100)]
    unique = [np.mean([1 / alive[t] for t in range(f, e)]) for f, e in zip(spans.first, spans.end, strict=True)]
    np.testing.assert_allclose(average_uniqueness(spans), unique, rtol=1e-12)
    own = np.array(
        [abs(sum(returns[t] / alive[t] for t in range(f, e))) for f, e in zip(spans.first, spans.end, strict=True)]
    )
    np.testing.assert_allclose(return_attribution(spans, returns), own / own.mean(), rtol=1e-9)


def test_bars_that_do_not_move_leave_equal_weights() -> None:
    """No return to attribute is no reason to weigh by 0/0."""
    assert return_attribution(BOOK, np.zeros(6)).tolist() == [1.0, 1.0, 1.0]


def test_the_books_sequential_probabilities() -> None:
    """The worked example of chapter 4.5.3, exact."""
    np.testing.assert_allclose(sequential_probabilities(BOOK, np.array([1])), [5 / 14, 3 / 14, 6 / 14], rtol=1e-15)
    np.testing.assert_allclose(sequential_probabilities(BOOK, np.array([1, 2])), [5 / 11, 3 / 11, 3 / 11], rtol=1e-15)


def test_draws_have_those_probabilities() -> None:
    """Second draws after each first one, counted: the drawing and the stated probabilities are one thing."""
    rng = np.random.default_rng(7)
    draws = np.array([sequential_bootstrap(BOOK, 2, rng) for _ in range(20_000)])
    for first in range(3):
        second = draws[draws[:, 0] == first, 1]
        share = np.bincount(second, minlength=3) / len(second)
        expected = sequential_probabilities(BOOK, np.array([first]))
        assert np.all(np.abs(share - expected) < 4.5 * np.sqrt(expected / len(second)))


def test_sequential_draws_overlap_less_than_plain_ones() -> None:
    """What it is for: drawn labels are more unique, half of the draws more than three in four plain ones."""
    spans = _random_spans(11)
    rng = np.random.default_rng(8)

    def uniqueness(drawn: np.ndarray) -> float:
        return float(average_uniqueness(LabelSpans(spans.first[drawn], spans.end[drawn], spans.bars)).mean())

    sequential = [uniqueness(sequential_bootstrap(spans, 50, rng)) for _ in range(200)]
    plain = [uniqueness(rng.integers(0, 50, 50)) for _ in range(200)]
    assert np.median(sequential) > np.quantile(plain, 0.75)


def test_decay_is_a_line_in_uniqueness() -> None:
    """Oldest 0.5: from a little above 0.5 up to 1; oldest -0.5: nothing for the older half."""
    unique = np.ones(10)
    half = time_decay(unique, 0.5)
    assert half[-1] == 1.0
    np.testing.assert_allclose(np.diff(half), 0.05)
    cut = time_decay(unique, -0.5)
    assert cut.tolist()[:5] == [0.0] * 5
    np.testing.assert_allclose(cut[5:], [0.2, 0.4, 0.6, 0.8, 1.0])
    assert time_decay(unique, 1.0).tolist() == [1.0] * 10


def test_what_cannot_be_is_refused_by_name() -> None:
    """A label without a bar, a decay beyond its range, returns of other bars, nothing to draw."""
    with pytest.raises(DataError, match="label 1"):
        LabelSpans(np.array([0, 3]), np.array([1, 3]), 6)
    with pytest.raises(DataError, match="oldest"):
        time_decay(np.ones(3), -1.0)
    with pytest.raises(DataError, match="expected one of each of 6 bars, found 5"):
        return_attribution(BOOK, np.zeros(5))
    with pytest.raises(DataError, match="no labels"):
        sequential_bootstrap(LabelSpans(np.array([], int), np.array([], int), 6), 1, np.random.default_rng(0))
