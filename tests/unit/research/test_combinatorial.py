"""Combinatorial splits: counts, purges block by block, and paths that hold every sample once."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import cross_val_score

from foxml.errors import DataError
from foxml.research.combinatorial import CombinatorialPurgedSplit


def _groups(n: int = 120, length: int = 3) -> np.ndarray:
    t0 = np.arange(n, dtype=np.int64)
    return np.stack([t0, t0 + length], axis=1)


@pytest.mark.parametrize(("n", "k", "splits", "paths"), [(6, 2, 15, 5), (10, 2, 45, 9), (5, 1, 5, 1), (6, 3, 20, 10)])
def test_published_counts(n: int, k: int, splits: int, paths: int) -> None:
    """C(N, k) splits and k/N C(N, k) paths, in what is yielded too."""
    cv = CombinatorialPurgedSplit(n, k)
    assert (cv.get_n_splits(), cv.n_paths) == (splits, paths)
    assert len(list(cv.split(None, groups=_groups()))) == splits


def test_the_hull_between_two_blocks_is_trained_on() -> None:
    """Blocks 0 and 5 of six are tested: what lies between stays, but for labels that meet them."""
    splits = list(CombinatorialPurgedSplit(6, 2, embargo_ns=2).split(None, groups=_groups()))
    train, test = splits[4]
    assert test.tolist() == [*range(20), *range(100, 120)]
    # The first block's last label ends at 22 and its embargo at 24; one that ends at 100 would meet the last block.
    assert train.tolist() == list(range(25, 97))


def test_paths_hold_each_sample_once_and_out_of_fold() -> None:
    """Predictions that name their split: every path takes each group from a split that tested it."""
    groups, cv = _groups(), CombinatorialPurgedSplit(6, 2)
    splits = list(cv.split(None, groups=groups))
    paths = cv.paths(groups, [np.full(len(test), float(k)) for k, (_, test) in enumerate(splits)])
    assert paths.shape == (5, 120)
    for path in paths:
        for sample, split in enumerate(path):
            assert sample in splits[int(split)][1]
    for group in range(6):
        assert len(set(paths[:, group * 20])) == 5


def test_paths_refuse_predictions_of_other_splits() -> None:
    """One prediction too few is named, not shifted into place."""
    groups, cv = _groups(), CombinatorialPurgedSplit(6, 2)
    made = [np.zeros(len(test)) for _, test in cv.split(None, groups=groups)]
    with pytest.raises(DataError, match="expected those of 15 splits, found 14"):
        cv.paths(groups, made[:-1])
    made[3] = made[3][:-1]
    with pytest.raises(DataError, match="split 3: expected 40, found 39"):
        cv.paths(groups, made)


def test_scikit_learn_takes_it() -> None:
    """As any splitter, with the label intervals as groups."""
    x, y = np.zeros((120, 1)), np.arange(120.0)
    scores = cross_val_score(DummyRegressor(), x, y, groups=_groups(), cv=CombinatorialPurgedSplit(6, 2))
    assert scores.shape == (15,)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(("n", "k"), [(1, 1), (6, 0), (6, 6)])
def test_impossible_choices_are_refused(n: int, k: int) -> None:
    """Nothing to test, or nothing to train on."""
    with pytest.raises(DataError, match="n_"):
        CombinatorialPurgedSplit(n, k)


def test_a_purge_that_leaves_nothing_is_an_error() -> None:
    """Labels as long as the history leave no honest training set."""
    with pytest.raises(DataError, match="leaves nothing to train on"):
        list(CombinatorialPurgedSplit(6, 2).split(None, groups=_groups(length=200)))
