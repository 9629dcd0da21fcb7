"""The importer against facts of real files: sessions, half-days, daylight saving, thin minutes, splits."""

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.actions import adjustment_factors, back_adjusted
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.slices import merge
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import CLOSE, ActionKind, BarSlice, CorporateAction

MARKS = BarMarks("vendor", "sip", "utc")
NEW_YORK = CsvFormat("America/New_York")


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2026, 12, 31))


@pytest.fixture(scope="module")
def hourly(shared_data: Path, calendar: TradingCalendar, tmp_path_factory: pytest.TempPathFactory) -> BarStore:
    store = BarStore(tmp_path_factory.mktemp("hourly"))
    import_files(
        [shared_data / "us_equities_1h"],
        store=store,
        calendar=calendar,
        interval="1h",
        layout=NEW_YORK,
        marks=MARKS,
        actions_path=shared_data / "corporate_actions.csv",
    )
    return store


def _utc(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


def test_first_and_last_hour_of_spy(hourly: BarStore) -> None:
    # The first hour is labelled 09:00 and holds 09:30 to 10:00 in New York: half an hour, known at 15:00 UTC.
    bars = hourly.read("SPY", "1h")
    assert bars.ohlcv[0].tolist() == [97.31, 97.53, 97.03, 97.03, 384500]
    assert bars.ohlcv[-1, CLOSE] == 396.33
    assert bars.close_ns[0] == _utc("1998-01-02T15:00")
    assert bars.session_open_ns[0] == _utc("1998-01-02T14:30")
    assert bars.close_ns[-1] == bars.session_close_ns[-1] == _utc("2021-03-31T20:00")


def test_read_takes_an_interval_of_closes(hourly: BarStore) -> None:
    # Open at the start and closed at the end, so that two neighbouring reads share no bar.
    bars = hourly.read("SPY", "1h", _utc("1998-01-02T15:00"), _utc("1998-01-02T17:00"))
    assert bars.close_ns.tolist() == [_utc("1998-01-02T16:00"), _utc("1998-01-02T17:00")]


def test_every_split_of_aapl_is_known(hourly: BarStore) -> None:
    splits = [a for a in hourly.actions(["AAPL"]) if a.kind is ActionKind.SPLIT]
    assert [a.value // 10**9 for a in splits] == [2, 2, 7, 4]
    assert splits[-1].occurred_ns == _utc("2020-08-31T13:30")


def test_back_adjustment_removes_the_split(hourly: BarStore) -> None:
    # Raw, the share falls from 499.23 to 129.04 over the 4:1 split; on equal terms it rises by 3.4 %.
    bars = hourly.read("AAPL", "1h")
    actions = [a for a in hourly.actions(["AAPL"]) if a.kind is ActionKind.SPLIT]
    at = int(np.searchsorted(bars.close_ns, _utc("2020-08-31T13:30"), side="right"))
    raw = bars.ohlcv[at, CLOSE] / bars.ohlcv[at - 1, CLOSE]
    adjusted = back_adjusted(bars, actions).ohlcv
    assert raw < 0.27
    assert adjusted[at, CLOSE] / adjusted[at - 1, CLOSE] == pytest.approx(raw * 4, rel=1e-15)
    assert adjusted[-1].tolist() == bars.ohlcv[-1].tolist()


def test_dividend_factor_is_crsp() -> None:
    action = CorporateAction("SPY", ActionKind.DIVIDEND, 0, 0, 500_000_000)
    assert adjustment_factors(action, 100.0) == (0.995, 1.0)


def test_merge_puts_actions_ahead_of_their_session(hourly: BarStore) -> None:
    # What trades ex on a day must be known before that day's first bar, and each slice counted once.
    histories = [hourly.read(symbol, "1h") for symbol in ("SPY", "AAPL")]
    items = list(merge(histories, hourly.actions(["SPY", "AAPL"])))
    slices = [item for item in items if isinstance(item, BarSlice)]
    assert [s.sequence for s in slices] == list(range(len(slices)))
    assert all(a.close_ns < b.close_ns for a, b in itertools.pairwise(slices))
    for before, after in itertools.pairwise(items):
        if isinstance(before, CorporateAction) and isinstance(after, BarSlice):
            assert before.occurred_ns == after.session_open_ns
    present = np.array([s.present for s in slices])
    assert present.sum(axis=0).tolist() == [len(h) for h in histories]
    assert all(np.isnan(s.ohlcv[~s.present]).all() for s in slices)


def test_merge_takes_a_period(hourly: BarStore) -> None:
    # A feed of one day: only its slices, counted from 0, and only actions that they must know.
    bars = hourly.read("SPY", "1h")
    start, end = _utc("2021-03-29T00:00"), _utc("2021-03-29T23:59")
    slices = list(merge([bars], hourly.actions(["SPY"]), start_ns=start, end_ns=end))
    assert all(isinstance(item, BarSlice) for item in slices)
    assert [item.sequence for item in slices if isinstance(item, BarSlice)] == list(range(7))


def test_daylight_saving_moves_the_session_in_utc(shared_data: Path, calendar: TradingCalendar, tmp_path: Path) -> None:
    # The clocks changed on 2025-03-09: the open moves from 14:30 to 13:30 UTC, and every session has its 78 bars.
    store = BarStore(tmp_path)
    reports = import_files(
        [shared_data / "us_equities_5m"],
        store=store,
        calendar=calendar,
        interval="5m",
        layout=CsvFormat("UTC"),
        marks=MARKS,
    )
    assert [(r.symbol, r.bars_kept, r.bars_expected) for r in reports] == [
        ("AAPL", 5772, 5772),
        ("SPY", 5772, 5772),
        ("XOM", 5772, 5772),
    ]
    bars = store.read("SPY", "5m")
    opens = np.unique(bars.session_open_ns)
    assert _utc("2025-03-07T14:30") in opens
    assert _utc("2025-03-10T13:30") in opens
    assert set(np.unique(bars.session_open_ns, return_counts=True)[1]) == {78}


def test_thin_minutes_stay_absent_and_a_half_day_ends_early(
    shared_data: Path, calendar: TradingCalendar, tmp_path: Path
) -> None:
    # Most minutes of DBB have no trade: a made-up bar would be a made-up price. 2023-11-24 closed at 13:00.
    store = BarStore(tmp_path)
    (report,) = import_files(
        [shared_data / "us_etfs_1m" / "DBB.csv.gz"],
        store=store,
        calendar=calendar,
        interval="1m",
        layout=CsvFormat("UTC"),
        marks=MARKS,
    )
    assert report.bars_kept == 38_485
    assert report.bars_expected == 194_490
    bars = store.read("DBB", "1m", _utc("2023-11-24T00:00"), _utc("2023-11-25T00:00"))
    assert set(bars.session_close_ns.tolist()) == {_utc("2023-11-24T18:00")}
    assert bars.close_ns[-1] <= _utc("2023-11-24T18:00")
