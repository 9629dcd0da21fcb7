"""Adjusted views as of a moment: every split of Apple applies from its ex-date on, and never a bar earlier."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.actions import adjusted, back_adjusted, read_actions
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.normalise import normalise
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import CLOSE, VOLUME, ActionKind, CorporateAction, SymbolBars

HOUR = parse_interval("1h")


def _utc(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2026, 12, 31))


@pytest.fixture(scope="module")
def apple(shared_data: Path, calendar: TradingCalendar) -> SymbolBars:
    path = shared_data / "us_equities_1h" / "AAPL.csv.gz"
    (raw,) = read_csv(path, CsvFormat("America/New_York"), interval_ns=HOUR)
    return normalise(raw, calendar, HOUR)[0]


@pytest.fixture(scope="module")
def actions(shared_data: Path, calendar: TradingCalendar) -> list[CorporateAction]:
    return [a for a in read_actions(shared_data / "corporate_actions.csv", calendar) if a.symbol == "AAPL"]


SPLITS = [("2000-06-21T13:30", 2), ("2005-02-28T14:30", 2), ("2014-06-09T13:30", 7), ("2020-08-31T13:30", 4)]


@pytest.mark.parametrize(("opens", "ratio"), SPLITS)
def test_a_split_applies_from_the_open_of_its_ex_date(
    apple: SymbolBars, actions: list[CorporateAction], opens: str, ratio: int
) -> None:
    # A nanosecond before the open the last close is what was printed; from the open on it is 1/ratio of it.
    before = adjusted(apple, actions, _utc(opens) - 1, dividends=False)
    after = adjusted(apple, actions, _utc(opens), dividends=False)
    n = len(before)
    assert len(after) == n
    np.testing.assert_array_equal(before.ohlcv[-1], apple.ohlcv[n - 1])
    np.testing.assert_allclose(after.ohlcv[:, CLOSE] * ratio, before.ohlcv[:, CLOSE], rtol=1e-5)
    np.testing.assert_allclose(after.ohlcv[:, VOLUME], before.ohlcv[:, VOLUME] * ratio, rtol=1e-5)


def test_the_oldest_bar_carries_the_splits_known_by_then(apple: SymbolBars, actions: list[CorporateAction]) -> None:
    # 13.63 of 1998 becomes a half, a quarter, 1/28 and 1/112 of it as the years go by, and nothing else changes it.
    moments = ["2000-06-20T22:00", "2000-06-22T22:00", "2005-03-01T00:00", "2014-06-10T00:00", "2021-03-31T22:00"]
    seen = [adjusted(apple, actions, _utc(moment), dividends=False).ohlcv[0, CLOSE] for moment in moments]
    np.testing.assert_allclose(13.63 / np.array(seen), [1, 2, 4, 28, 112], rtol=1e-5)


def test_what_was_received_late_is_not_known_before(apple: SymbolBars, actions: list[CorporateAction]) -> None:
    # A split that reaches us two days after its ex-date leaves those two days' views as they were seen.
    late = [replace(a, received_ns=a.received_ns + 2 * 86_400_000_000_000) for a in actions]
    as_of = _utc("2020-08-31T20:00")
    known = adjusted(apple, actions, as_of, dividends=False)
    unknown = adjusted(apple, late, as_of, dividends=False)
    at = int(np.searchsorted(apple.close_ns, _utc("2020-08-31T13:30"))) - 1
    assert known.ohlcv[at, CLOSE] == pytest.approx(499.23 / 4)
    assert unknown.ohlcv[at, CLOSE] == 499.23
    assert adjusted(apple, late, as_of + 2 * 86_400_000_000_000, dividends=False).ohlcv[at, CLOSE] < 200


def test_a_view_does_not_depend_on_anything_later(apple: SymbolBars, actions: list[CorporateAction]) -> None:
    # Neither on bars nor on actions: the view of 2010 is the same with the history cut there.
    as_of = _utc("2010-06-01T17:00")
    n = int(np.searchsorted(apple.close_ns, as_of, side="right"))
    cut = adjusted(apple, [], as_of)
    assert len(cut) == n
    early = [a for a in actions if a.occurred_ns <= as_of]
    np.testing.assert_array_equal(adjusted(apple, actions, as_of).ohlcv, back_adjusted(cut, early).ohlcv)


def test_stored_bars_are_left_as_they_are(apple: SymbolBars, actions: list[CorporateAction]) -> None:
    before = apple.ohlcv.copy()
    adjusted(apple, actions, _utc("2021-03-31T22:00"))
    np.testing.assert_array_equal(apple.ohlcv, before)


def test_vwap_moves_with_the_prices_and_trades_do_not() -> None:
    # A 2:1 split halves what was paid on average; there were as many trades as there were.
    ns = np.array([1, 2]) * HOUR
    row = [10.0, 10.0, 10.0, 10.0, 100.0]
    bars = SymbolBars("X", HOUR, ns, ns - HOUR, ns, np.array([row, row]), np.array([10.0, np.nan]), np.array([3, 4]))
    split = CorporateAction("X", ActionKind.SPLIT, HOUR, HOUR, 2_000_000_000)
    seen = adjusted(bars, [split], 2 * HOUR)
    assert seen.vwap is not None
    assert seen.trade_count is not None
    assert seen.vwap[0] == 5.0
    assert np.isnan(seen.vwap[1])
    assert seen.trade_count.tolist() == [3, 4]
    assert seen.ohlcv.tolist() == [[5, 5, 5, 5, 200], row]
