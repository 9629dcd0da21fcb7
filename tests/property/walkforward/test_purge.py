"""No kept training label may meet a test label, whatever the labels' lengths: a leak here flatters every number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxml.errors import DataError
from foxml.research.combinatorial import CombinatorialPurgedSplit
from foxml.research.walkforward import PurgedTimeSeriesSplit, WalkForwardValidator

LABELS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)), min_size=30, max_size=80)


def _intervals(labels: list[tuple[int, int]]) -> np.ndarray:
    return np.array(sorted((start, start + length) for start, length in labels), dtype=np.int64)


@given(LABELS, st.integers(0, 5))
def test_blocks_keep_only_labels_outside_purge_and_embargo(labels: list[tuple[int, int]], embargo: int) -> None:
    """Compared with the definition, pair by pair."""
    groups = _intervals(labels)
    if len(np.unique(groups[:, 0])) < 4:
        return
    for train, test in PurgedTimeSeriesSplit(4, embargo).split(None, groups=groups):
        first, last = groups[test, 0].min(), groups[test, 1].max()
        for i in range(len(groups)):
            meets = groups[i, 0] <= last and first <= groups[i, 1]
            embargoed = last < groups[i, 0] <= last + embargo
            assert (i in train) == (not meets and not embargoed)


@given(LABELS, st.integers(0, 5), st.integers(1, 3))
def test_combinations_purge_around_each_block(labels: list[tuple[int, int]], embargo: int, k: int) -> None:
    """No kept training label meets a test label, and none is lost that no tested block had to purge."""
    groups = _intervals(labels)
    try:
        splits = list(CombinatorialPurgedSplit(5, k, embargo).split(None, groups=groups))
    except DataError:
        return
    blocks = np.array_split(np.unique(groups[:, 0]), 5)
    for train, test in splits:
        t0, t1 = groups[train].T
        for a, b in groups[test]:
            assert not ((t0 <= b) & (a <= t1)).any()
        kept = np.ones(len(groups), dtype=bool)
        for block in blocks:
            own = test[(groups[test, 0] >= block[0]) & (groups[test, 0] <= block[-1])]
            if len(own):
                first, last = groups[own, 0].min(), groups[own, 1].max()
                kept &= (groups[:, 1] < first) | (groups[:, 0] > last + embargo)
        assert train.tolist() == np.flatnonzero(kept).tolist()


@given(LABELS, st.sampled_from(["expanding", "rolling"]), st.integers(0, 4))
def test_walk_forward_trains_on_ended_labels_only(labels: list[tuple[int, int]], scheme: str, embargo: int) -> None:
    """Every training label has ended before the first test prediction, by the embargo in bars; no other is lost."""
    groups = _intervals(labels)
    session = groups[:, 0] // 3
    validator = WalkForwardValidator(3, 6, scheme, embargo)  # type: ignore[arg-type]
    try:
        splits = list(validator.split(None, groups=np.column_stack([groups, session])))
    except DataError:
        return
    for train, test in splits:
        first = groups[test, 0].min()
        bars = np.unique(groups[:, 0])
        assert len(bars[(bars >= groups[train, 1].max()) & (bars < first)]) >= embargo
        assert groups[train, 1].max() < first
        if scheme == "expanding":
            ended = [i for i, (_, end) in enumerate(groups) if ((bars > end) & (bars < first)).sum() >= embargo]
            assert set(train) == {i for i in ended if groups[i, 1] < first}


def test_a_label_without_a_horizon_is_refused() -> None:
    """A purge by t1 = t0 would purge nothing."""
    t = np.arange(100, dtype=np.int64)
    with pytest.raises(DataError, match="sample 0"):
        list(WalkForwardValidator(2, 10).split(None, groups=np.column_stack([t, t, t // 5])))
