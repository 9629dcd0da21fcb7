"""Bars that carry their vwap and trade counts: neither is lost, mixed up or left unscaled on the way."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from feature_builders import market

from foxml.bars.actions import back_adjusted
from foxml.bars.calendar import TradingCalendar
from foxml.bars.normalise import deduplicated, normalise, time_ordered
from foxml.bars.raw import RawBars
from foxml.bars.store import BarMarks, BarStore
from foxml.bars.timeframes import INTERVALS
from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.domain.money import NANO

PLAIN = market(12)[0][0]
COUNT = len(PLAIN)
BARS = dataclasses.replace(
    PLAIN, vwap=np.where(np.arange(COUNT) % 7 == 0, np.nan, 10.0 + np.arange(COUNT)), trade_count=np.arange(COUNT)
)
MARKS = BarMarks("made", "up", "session")


def _same(found: SymbolBars, first: int, last: int) -> None:
    assert BARS.vwap is not None
    assert BARS.trade_count is not None
    np.testing.assert_array_equal(found.vwap, BARS.vwap[first:last])
    np.testing.assert_array_equal(found.trade_count, BARS.trade_count[first:last])


def _raw(minutes: list[int], vwap: list[float], trades: list[int]) -> RawBars:
    start_ns = np.datetime64("2024-01-02T15:00", "ns").astype(np.int64) + np.array(minutes) * INTERVALS["1m"]
    ohlcv = np.tile([1.0, 2.0, 1.0, 2.0, 5.0], (len(minutes), 1))
    return RawBars("FOX", "here", start_ns, ohlcv, np.arange(len(minutes)), np.array(vwap), np.array(trades))


def test_the_store_keeps_them(tmp_path: Path) -> None:
    # A store that left them out would do so without a word.
    store = BarStore(tmp_path)
    store.write(BARS, marks=MARKS)
    _same(store.read(BARS.symbol, "5m"), 0, COUNT)
    _same(store.read(BARS.symbol, "5m", int(BARS.close_ns[9]), int(BARS.close_ns[49])), 10, 50)
    (part, *_) = store.parts(BARS.symbol, "5m", 77)
    _same(part, 0, 77)
    store.write(PLAIN, marks=MARKS)
    assert (store.read(BARS.symbol, "5m").vwap, store.read(BARS.symbol, "5m").trade_count) == (None, None)


@pytest.mark.parametrize("column", ["vwap", "trade_count"])
def test_the_fingerprint_follows_them(column: str, tmp_path: Path) -> None:
    # Models are tied to what they were trained on, all of it.
    def fingerprint(bars: SymbolBars) -> str:
        store = BarStore(tmp_path)
        store.write(bars, marks=MARKS)
        return store.fingerprint([bars.symbol], "5m")

    changed = getattr(BARS, column).copy()
    changed[5] += 1
    without = dataclasses.replace(BARS, **{column: None})
    found = {fingerprint(bars) for bars in (BARS, dataclasses.replace(BARS, **{column: changed}), without)}
    assert len(found) == 3


def test_a_split_divides_the_vwap_and_not_the_trades() -> None:
    # The vwap is a price; how often was traded is no number of shares.
    at = 100
    split = CorporateAction(BARS.symbol, ActionKind.SPLIT, int(BARS.close_ns[at - 1]), 0, 4 * NANO)
    adjusted = back_adjusted(BARS, [split])
    assert BARS.vwap is not None
    np.testing.assert_array_equal(adjusted.vwap, np.concatenate([BARS.vwap[:at] * 0.25, BARS.vwap[at:]]))
    np.testing.assert_array_equal(adjusted.trade_count, BARS.trade_count)
    assert back_adjusted(PLAIN, [split]).vwap is None


def test_rows_are_sorted_and_cut_as_one() -> None:
    # Minute -60 is 9:00 in New York, before the open: its values must go with it, and the rest stay with their bars.
    raw = time_ordered(_raw([2, -60, 0], [3.0, 9.0, np.nan], [3, 9, 0]))
    bars, report = normalise(raw, TradingCalendar(dt.date(2024, 12, 31)), INTERVALS["1m"])
    assert report.dropped == {"outside regular hours": 1}
    np.testing.assert_array_equal(bars.vwap, [np.nan, 3.0])
    np.testing.assert_array_equal(bars.trade_count, [0, 3])


def test_rows_that_differ_in_them_are_no_repeats() -> None:
    # Which of two is right nobody knows: they must reach `normalise`, which refuses them.
    minutes = [0, 0, 1, 1, 2, 2, 3, 3]
    raw = _raw(minutes, [1.0, 1.0, np.nan, np.nan, 1.0, 2.0, 1.0, 1.0], [1, 1, 0, 0, 1, 1, 1, 2])
    kept, dropped = deduplicated(raw)
    assert (dropped, len(kept)) == (2, 6)
    np.testing.assert_array_equal(kept.row, [0, 2, 4, 5, 6, 7])
