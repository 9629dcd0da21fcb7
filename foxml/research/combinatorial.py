"""Combinatorial purged cross-validation: many paths through one history.

References
----------
López de Prado, Advances in Financial Machine Learning, Wiley 2018, chapter 12.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.research.walkforward import purged, time_blocks

__all__ = ["CombinatorialPurgedSplit"]

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CombinatorialPurgedSplit:
    """Every choice of `n_test_groups` among `n_groups` contiguous groups is once the test set.

    Has scikit-learn's splitter methods; `groups` carries the label intervals. Each tested group is purged and embargoed
    on its own: what lies between two of them stays, where no label of it meets theirs.

    Parameters
    ----------
    n_groups : int
        N, at least 2.
    n_test_groups : int
        k, 1 to N - 1.
    embargo_ns : int
    """

    n_groups: int = 6
    n_test_groups: int = 2
    embargo_ns: int = 0

    def __post_init__(self) -> None:
        if self.n_groups < 2:
            raise DataError(f"n_groups: expected at least 2, found {self.n_groups}")
        if not 1 <= self.n_test_groups < self.n_groups:
            raise DataError(f"n_test_groups: expected 1 to {self.n_groups - 1}, found {self.n_test_groups}")

    @property
    def n_paths(self) -> int:
        """Histories that the tested groups make up: k/N C(N, k)."""
        return comb(self.n_groups, self.n_test_groups) * self.n_test_groups // self.n_groups

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: N803
        """Return the number of splits, C(N, k)."""
        return comb(self.n_groups, self.n_test_groups)

    def split(
        self,
        X: object,  # noqa: N803 (scikit-learn's name)
        y: object = None,
        groups: NDArray[np.int64] | None = None,
    ) -> Iterator[tuple[Index, Index]]:
        """Yield training and test indices, in the order of `itertools.combinations`.

        Parameters
        ----------
        X, y : ignored
        groups : ndarray of int64, shape (n, 2) or more columns
            t0 and t1 of each sample, in nanoseconds; further columns are not read.

        Raises
        ------
        DataError
            If there are fewer moments than groups, or a purge leaves nothing to train on.
        """
        t0, t1, blocks = time_blocks(groups, self.n_groups)
        outside = [purged(t0, t1, block, self.embargo_ns) for block in blocks]
        for chosen in combinations(range(self.n_groups), self.n_test_groups):
            train = np.flatnonzero(np.logical_and.reduce([outside[group] for group in chosen]))
            if not len(train):
                raise DataError(f"the purge around the groups {chosen} leaves nothing to train on")
            yield train, np.concatenate([blocks[group] for group in chosen])

    def path_of(self) -> NDArray[np.int64]:
        """Say which path each tested group belongs to.

        Returns
        -------
        ndarray of int64, shape (splits, N)
            Number of the path that takes a group from a split, -1 where the split does not test it. Each path takes
            every group once.
        """
        table = np.full((self.get_n_splits(), self.n_groups), -1, dtype=np.int64)
        taken = [0] * self.n_groups
        for split, chosen in enumerate(combinations(range(self.n_groups), self.n_test_groups)):
            for group in chosen:
                table[split, group] = taken[group]
                taken[group] += 1
        return table

    def paths(self, groups: NDArray[np.int64], predictions: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Put the predictions of all splits together to whole histories.

        Parameters
        ----------
        groups : ndarray of int64, shape (n, 2) or more columns
            As in `split`.
        predictions : sequence of ndarray of float64
            Of each split in turn, one of each of its test indices.

        Returns
        -------
        ndarray of float64, shape (n_paths, n)
            Each row holds one out-of-fold prediction of every sample.
        """
        _, _, blocks = time_blocks(groups, self.n_groups)
        if len(predictions) != self.get_n_splits():
            raise DataError(f"predictions: expected those of {self.get_n_splits()} splits, found {len(predictions)}")
        found = np.full((self.n_paths, len(groups)), np.nan)
        for split, (row, made) in enumerate(zip(self.path_of(), predictions, strict=True)):
            tested = np.flatnonzero(row >= 0)
            expected = sum(len(blocks[group]) for group in tested)
            if len(made) != expected:
                raise DataError(f"predictions of split {split}: expected {expected}, found {len(made)}")
            start = 0
            for group in tested:
                block = blocks[group]
                found[row[group], block] = made[start : start + len(block)]
                start += len(block)
        return found
