"""A history read in parts: the same bars as in one piece, of the file that was written and no other."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from feature_builders import market

from foxml.bars.store import BarMarks, BarStore
from foxml.errors import DataError

BARS = market(12)[0][0]
MARKS = BarMarks("made", "up", "session")


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    store = BarStore(tmp_path)
    store.write(BARS, marks=MARKS)
    return store


@pytest.mark.parametrize("part_bars", [1, 77, 78, 100_000])
@pytest.mark.parametrize(("first", "last"), [(None, None), (10, None), (None, 300), (10, 300), (300, 300), (900, None)])
def test_parts_are_the_whole(store: BarStore, part_bars: int, first: int | None, last: int | None) -> None:
    # Whoever reads a part must not miss a bar at its edge, nor see one twice.
    start = None if first is None else int(BARS.close_ns[first])
    end = None if last is None else int(BARS.close_ns[last])
    whole = store.read("FOXA", "5m", start, end)
    parts = list(store.parts("FOXA", "5m", part_bars, start, end))
    assert all(0 < len(part) <= part_bars for part in parts)
    assert sum(len(part) for part in parts) == len(whole)
    if parts:
        for name in ("close_ns", "session_open_ns", "session_close_ns", "ohlcv"):
            np.testing.assert_array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))


def test_a_changed_file_is_refused_before_the_first_part(store: BarStore, tmp_path: Path) -> None:
    path = next((tmp_path / "5m" / "FOXA").glob("*.parquet"))
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(DataError, match=r"expected sha256 .* the file was changed"):
        next(store.parts("FOXA", "5m", 10))
    path.unlink()
    with pytest.raises(DataError, match="the file that holds the bars of FOXA is gone"):
        next(store.parts("FOXA", "5m", 10))
    with pytest.raises(DataError, match="no 5m bars of FOXZ; the store holds FOXA"):
        next(store.parts("FOXZ", "5m", 10))


def test_the_digest_is_that_of_the_bars(store: BarStore) -> None:
    # What was computed from other bars is found by it.
    before = store.digest("FOXA", "5m")
    store.write(BARS, marks=MARKS)
    assert store.digest("FOXA", "5m") == before
    store.write(dataclasses.replace(BARS, ohlcv=BARS.ohlcv * 1.01), marks=MARKS)
    assert store.digest("FOXA", "5m") != before
