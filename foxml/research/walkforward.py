"""Splits in time whose training labels never overlap a test label."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["PurgedTimeSeriesSplit", "WalkForwardValidator", "purged", "time_blocks"]

Index = NDArray[np.int64]


def purged(t0_ns: Index, t1_ns: Index, test: Index, embargo_ns: int = 0) -> NDArray[np.bool_]:
    """Say which samples may be trained on, given one contiguous test block.

    Parameters
    ----------
    t0_ns, t1_ns : ndarray of int64, shape (n,)
        Interval of each sample's label, closed at both ends.
    test : ndarray of int64
        Indices of the test block.
    embargo_ns : int
        Samples that start so soon after the block's last label end are dropped too.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where the label meets no test label and starts outside the embargo (Lopez de Prado, Advances in
        Financial Machine Learning, 7.4).

    Raises
    ------
    DataError
        If a label does not end after its prediction: such a purge would not cover the horizon.
    """
    _check(t0_ns, t1_ns, embargo_ns)
    first, last = t0_ns[test].min(), t1_ns[test].max()
    kept: NDArray[np.bool_] = (t1_ns < first) | (t0_ns > last + embargo_ns)
    return kept


def time_blocks(groups: NDArray[np.int64] | None, count: int) -> tuple[Index, Index, list[Index]]:
    """Divide samples into contiguous blocks of about as many moments each; samples of one moment stay together.

    Parameters
    ----------
    groups : ndarray of int64, shape (n, 2) or more columns
        t0 and t1 of each sample.
    count : int

    Returns
    -------
    t0, t1 : ndarray of int64, shape (n,)
    blocks : list of ndarray of int64
        Indices of the samples of each block, oldest first.
    """
    t0, t1 = _columns(groups, 2)
    moments = np.unique(t0)
    if not 2 <= count <= len(moments):
        raise DataError(f"the number of blocks must lie between 2 and {len(moments)} distinct times, found {count}")
    parts = np.array_split(moments, count)
    return t0, t1, [np.flatnonzero((t0 >= part[0]) & (t0 <= part[-1])) for part in parts]


@dataclass(frozen=True, slots=True)
class PurgedTimeSeriesSplit:
    """K contiguous test blocks in time, each with all the samples before and after it that its purge leaves.

    Has scikit-learn's splitter methods; `groups` carries the label intervals. Samples of one moment are never divided.

    Parameters
    ----------
    n_splits : int
    embargo_ns : int
    """

    n_splits: int = 5
    embargo_ns: int = 0

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: N803
        """Return the number of splits."""
        return self.n_splits

    def split(
        self,
        X: object,  # noqa: N803 (scikit-learn's name)
        y: object = None,
        groups: NDArray[np.int64] | None = None,
    ) -> Iterator[tuple[Index, Index]]:
        """Yield training and test indices.

        Parameters
        ----------
        X, y : ignored
        groups : ndarray of int64, shape (n, 2) or more columns
            t0 and t1 of each sample, in nanoseconds; further columns are not read.
        """
        t0, t1, blocks = time_blocks(groups, self.n_splits)
        for test in blocks:
            yield np.flatnonzero(purged(t0, t1, test, self.embargo_ns)), test


@dataclass(frozen=True, slots=True)
class WalkForwardValidator:
    """Test blocks of whole sessions, each trained on the past alone.

    Has scikit-learn's splitter methods; `groups` carries label intervals and sessions.

    Parameters
    ----------
    folds : int
    min_train_sessions : int
        Sessions before the first test block; with ``rolling`` the length of each training window.
    scheme : {"expanding", "rolling"}
    embargo_bars : int
        Moments between the end of the last training label and the first test prediction: what follows a label goes on
        for a while in features and prices that it was made of.
    """

    folds: int
    min_train_sessions: int
    scheme: Literal["expanding", "rolling"] = "expanding"
    embargo_bars: int = 0

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: N803
        """Return the number of folds."""
        return self.folds

    def split(
        self,
        X: object,  # noqa: N803 (scikit-learn's name)
        y: object = None,
        groups: NDArray[np.int64] | None = None,
    ) -> Iterator[tuple[Index, Index]]:
        """Yield training and test indices, oldest fold first.

        Parameters
        ----------
        X, y : ignored
        groups : ndarray of int64, shape (n, 3)
            t0 and t1 of each sample and the open of its session, in nanoseconds.

        Raises
        ------
        DataError
            If there are too few sessions, or the purge leaves nothing to train on.
        """
        t0_ns, t1_ns, session_ns = _columns(groups, 3)
        _check(t0_ns, t1_ns, 0)
        sessions, moments = np.unique(session_ns), np.unique(t0_ns)
        if len(sessions) < self.min_train_sessions + self.folds:
            raise DataError(
                f"{len(sessions)} sessions are too few: expected at least min_train_sessions "
                f"{self.min_train_sessions} + folds {self.folds}"
            )
        for block in np.array_split(sessions[self.min_train_sessions :], self.folds):
            test = np.flatnonzero((session_ns >= block[0]) & (session_ns <= block[-1]))
            first = int(np.searchsorted(moments, t0_ns[test].min()))
            allowed = t1_ns < moments[max(first - self.embargo_bars, 0)]
            if self.scheme == "rolling":
                start = sessions[np.searchsorted(sessions, block[0]) - self.min_train_sessions]
                allowed &= session_ns >= start
            train = np.flatnonzero(allowed)
            if not len(train):
                raise DataError(
                    "the purge leaves nothing to train on: labels and embargo are longer than the training window"
                )
            yield train, test


def _columns(groups: NDArray[np.int64] | None, count: int) -> list[Index]:
    names = ", ".join(("t0", "t1", "session")[:count])
    if groups is None or groups.ndim != 2 or groups.shape[1] < count:
        found = "nothing" if groups is None else f"the shape {groups.shape}"
        raise DataError(f"groups must hold {names} of each sample, shape (n, {count}); found {found}")
    return [groups[:, k] for k in range(count)]


def _check(t0_ns: Index, t1_ns: Index, embargo_ns: int) -> None:
    if t0_ns.shape != t1_ns.shape or t0_ns.ndim != 1:
        raise DataError(f"t0 and t1 must have one shape (n,), found {t0_ns.shape} and {t1_ns.shape}")
    if embargo_ns < 0:
        raise DataError(f"embargo_ns must not be negative, found {embargo_ns}")
    bad = np.flatnonzero(t1_ns <= t0_ns)
    if len(bad):
        raise DataError(f"sample {bad[0]}: its label must end after its prediction; the purge would not cover it")
