"""What a source says again, laid beside what is stored: new bars are appended, others become a revision."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from feature_builders import market

from foxml.bars.store import BarMarks, BarStore
from foxml.bars.store_changes import rows_of
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

MARKS = BarMarks("made", "up", "session")
BARS = market(12)[0][0]
COUNT = len(BARS)
NOW = int(BARS.close_ns[-1])


def _changed(bars: SymbolBars, row: int) -> SymbolBars:
    ohlcv = bars.ohlcv.copy()
    ohlcv[row, 4] += 1.0
    return dataclasses.replace(bars, ohlcv=ohlcv)


def _read(store: BarStore, as_of_ns: int | None = None) -> SymbolBars:
    return store.read(BARS.symbol, "5m", as_of_ns=as_of_ns)


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    store = BarStore(tmp_path)
    found = store.record(rows_of(BARS, slice(100, 600)), marks=MARKS, revised_ns=NOW)
    assert (found.appended, found.revision) == (500, None)
    return store


def test_the_same_again_changes_nothing(store: BarStore) -> None:
    # A second import of the same file is no event: it may not grow the store or its history.
    before = {path: path.read_bytes() for path in sorted(store.root.rglob("*.*")) if path.is_file()}
    found = store.record(rows_of(BARS, slice(100, 600)), marks=MARKS, revised_ns=NOW, whole=True)
    assert (found.appended, found.revision) == (0, None)
    assert {path: path.read_bytes() for path in sorted(store.root.rglob("*.*")) if path.is_file()} == before


def test_later_bars_are_no_revision(store: BarStore) -> None:
    # Time goes on: bars that came behind have no past to keep.
    found = store.record(rows_of(BARS, slice(590, COUNT)), marks=MARKS, revised_ns=NOW, whole=True)
    assert (found.appended, found.revision) == (COUNT - 600, None)
    assert store.revisions(BARS.symbol, "5m") == ()
    np.testing.assert_array_equal(_read(store).ohlcv, BARS.ohlcv[100:])


def test_what_differs_is_kept_as_it_was(store: BarStore) -> None:
    # One call with all three: bars before, one that is another now, bars behind.
    found = store.record(_changed(BARS, 300), marks=MARKS, revised_ns=NOW)
    assert found.appended == COUNT - 600
    assert found.revision is not None
    assert (found.revision.changed, found.revision.added, found.revision.removed) == (1, 100, 0)
    np.testing.assert_array_equal(_read(store).ohlcv, _changed(BARS, 300).ohlcv)
    was = _read(store, NOW - 1)
    assert was.ohlcv[200, 4] == BARS.ohlcv[300, 4]
    assert was.close_ns[0] == BARS.close_ns[100]


@pytest.mark.parametrize(("whole", "left"), [(False, 500), (True, 498)])
def test_only_a_whole_source_takes_bars_away(store: BarStore, *, whole: bool, left: int) -> None:
    # A vendor that sends no bar today may send it tomorrow; a file is what it is. Beyond its ends it says nothing.
    part = rows_of(BARS, np.array([i for i in range(200, 400) if i not in (250, 251)]))
    found = store.record(part, marks=MARKS, revised_ns=NOW, whole=whole)
    assert found.appended == 0
    assert (found.revision is not None) == whole
    assert len(_read(store)) == left
    assert len(_read(store, NOW - 1)) == 500


def test_a_whole_source_that_goes_beyond_takes_away_up_to_the_last_stored_bar(store: BarStore) -> None:
    found = store.record(rows_of(BARS, slice(610, COUNT)), marks=MARKS, revised_ns=NOW, whole=True)
    assert (found.appended, found.revision) == (COUNT - 610, None)
    part = rows_of(BARS, np.array([*range(500, 590), *range(COUNT - 1, COUNT)]))
    found = store.record(part, marks=MARKS, revised_ns=NOW, whole=True)
    assert found.revision is not None
    assert found.revision.removed == COUNT - 610 - 1 + 10
    np.testing.assert_array_equal(_read(store).close_ns[-91:], part.close_ns)


def test_bars_from_elsewhere_are_refused_before_anything_changes(store: BarStore) -> None:
    # Two vendors make no history; nor do bars with a vwap and bars without.
    other = BarMarks("other", "up", "session")
    with_vwap = dataclasses.replace(BARS, vwap=BARS.ohlcv[:, 0].copy())
    for bars, marks, what in ((BARS, other, "expected bars of .*made.* found .*other"), (with_vwap, MARKS, "vwap")):
        with pytest.raises(DataError, match=what):
            store.check_record(bars, marks)
        with pytest.raises(DataError, match=what):
            store.record(bars, marks=marks, revised_ns=NOW)
    assert len(_read(store)) == 500
    store.check_record(BARS, MARKS)
    store.check_record(dataclasses.replace(BARS, symbol="NEW"), other)
