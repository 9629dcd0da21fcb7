"""The splits of purgedcv, written by others from the same book: equal wherever no two labels touch at their ends."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxml.errors import DataError
from foxml.research.combinatorial import CombinatorialPurgedSplit
from foxml.research.walkforward import PurgedTimeSeriesSplit

purgedcv = pytest.importorskip("purgedcv", reason="purgedcv is not installed: pip install foxml[test]")

SECOND_NS = 10**9
STARTS = st.lists(st.integers(0, 900), min_size=40, max_size=90, unique=True)


def _both(groups: np.ndarray, embargo_s: int):
    """Pairs of our splitter and theirs, for one table of labels."""
    given_times = {
        "prediction_times": pd.to_datetime(groups[:, 0]),
        "evaluation_times": pd.to_datetime(groups[:, 1]),
        "embargo": pd.Timedelta(seconds=embargo_s),
    }
    yield PurgedTimeSeriesSplit(5, embargo_s * SECOND_NS), purgedcv.PurgedKFold(5, **given_times)
    yield CombinatorialPurgedSplit(6, 2, embargo_s * SECOND_NS), purgedcv.CombinatorialPurgedCV(6, 2, **given_times)


def _splits(ours, theirs, groups: np.ndarray):
    rows = np.zeros((len(groups), 1))
    return zip(ours.split(rows, groups=groups), theirs.split(rows), strict=True)


@given(STARTS, st.integers(0, 2**32 - 1), st.sampled_from([0, 7, 51]))
def test_equal_splits_of_labels_that_do_not_touch(starts: list[int], seed: int, embargo_s: int) -> None:
    """Starts on even seconds, ends and embargoes on odd ones: no end is another's start."""
    t0 = np.sort(np.array(starts, dtype=np.int64)) * 2
    length = np.random.default_rng(seed).integers(0, 30, len(t0)) * 2 + 1
    groups = np.stack([t0, t0 + length], axis=1) * SECOND_NS
    for ours, theirs in _both(groups, embargo_s - embargo_s % 2):
        try:
            list(ours.split(None, groups=groups))
        except DataError:
            continue  # ours refuses to train on nothing
        for (train, test), (their_train, their_test) in _splits(ours, theirs, groups):
            assert test.tolist() == sorted(their_test.tolist())
            assert train.tolist() == sorted(their_train.tolist())


def test_a_label_that_ends_where_a_test_label_begins_is_dropped_here_alone() -> None:
    """Both have seen that bar's close: theirs keeps the label, ours does not."""
    t0 = np.arange(0, 60, dtype=np.int64)
    groups = np.stack([t0, t0 + 1], axis=1) * SECOND_NS
    ours, theirs = next(_both(groups, 0))
    for (train, test), (their_train, _) in _splits(ours, theirs, groups):
        only = sorted(set(their_train.tolist()) - set(train.tolist()))
        assert only == [at for at in (test[0] - 1, test[-1] + 1) if 0 <= at < 60]
        assert set(train.tolist()) < set(their_train.tolist())
