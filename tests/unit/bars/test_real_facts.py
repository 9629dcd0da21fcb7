"""What is known of real files, checked against the store that they were imported to."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.normalise import QualityReport
from foxml.bars.quality import check_bars
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import CLOSE, VOLUME

FOLDERS = [  # folder, interval, time zone
    ("us_equities_1h", "1h", "America/New_York"),
    ("us_equities_1d", "1d", "America/New_York"),
    ("us_equities_5m", "5m", "UTC"),
    ("us_etfs_1m", "1m", "UTC"),
]


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2026, 12, 31))


@pytest.fixture(scope="module")
def imported(
    shared_data: Path, calendar: TradingCalendar, tmp_path_factory: pytest.TempPathFactory
) -> tuple[BarStore, dict[tuple[str, str], QualityReport]]:
    store, reports = BarStore(tmp_path_factory.mktemp("facts")), {}
    for folder, interval, zone in FOLDERS:
        found = import_files(
            [shared_data / folder],
            store=store,
            calendar=calendar,
            interval=interval,
            layout=CsvFormat(zone),
            marks=BarMarks("vendor", "sip", "utc"),
            actions_path=shared_data / "corporate_actions.csv",
        )
        reports |= {(report.symbol, interval): report for report in found}
    return store, reports


Imported = tuple[BarStore, dict[tuple[str, str], QualityReport]]


def _day(text: str) -> tuple[int, int]:
    start = int(np.datetime64(text, "ns").astype(np.int64))
    return start, start + 86_400_000_000_000


def test_hours_of_spy(imported: Imported) -> None:
    # 40,832 rows; first and last as the vendor gave them; volume as it was.
    store, reports = imported
    assert reports["SPY", "1h"].rows_read == 40_832
    bars = store.read("SPY", "1h")
    assert bars.ohlcv[0].tolist() == [97.31, 97.53, 97.03, 97.03, 384_500]
    assert bars.ohlcv[-1, CLOSE] == 396.33
    assert np.datetime64(int(bars.close_ns[-1]), "ns") == np.datetime64("2021-03-31T20:00")


@pytest.mark.parametrize("symbol", ["SPY", "AAPL", "IBM", "BAC"])
def test_hours_are_about_as_many_as_the_calendar_has(imported: Imported, symbol: str) -> None:
    # Every row is kept or counted; of 40,787 hours of 23 years at most five are absent, and no session is.
    store, reports = imported
    report = reports[symbol, "1h"]
    assert report.rows_read == report.bars_kept + sum(report.dropped.values())
    assert report.bars_expected == 40_787
    assert 40_782 <= report.bars_kept <= 40_787
    assert len(np.unique(store.read(symbol, "1h").session_open_ns)) == 5849


@pytest.mark.parametrize("symbol", ["SPY", "QQQ", "AAPL", "IBM", "BAC", "GOOG", "EEM", "USO"])
def test_days_end_on_the_last_of_march_2021(imported: Imported, symbol: str) -> None:
    last = int(imported[0].read(symbol, "1d").close_ns[-1])
    assert np.datetime64(last, "ns") == np.datetime64("2021-03-31T20:00")


def test_prices_are_raw(imported: Imported) -> None:
    # Over the 4:1 split of 2020-08-31 the close of AAPL falls from 499.23 to 129.04.
    bars = imported[0].read("AAPL", "1d", _day("2020-08-28")[0], _day("2020-08-31")[1])
    assert bars.ohlcv[:, CLOSE].tolist() == [499.23, 129.04]


@pytest.mark.parametrize(("day", "opens"), [("2025-03-07", "14:30"), ("2025-03-10", "13:30"), ("2025-03-14", "13:30")])
def test_the_week_in_which_the_clocks_change(imported: Imported, day: str, opens: str) -> None:
    # Every session has its 78 bars, the first of which closes five minutes after the open of that day.
    for symbol in ("SPY", "AAPL", "XOM"):
        bars = imported[0].read(symbol, "5m", *_day(day))
        assert len(bars) == 78
        assert np.datetime64(int(bars.session_open_ns[0]), "ns") == np.datetime64(f"{day}T{opens}")
        assert bars.close_ns[0] - bars.session_open_ns[0] == 300_000_000_000


@pytest.mark.parametrize(("symbol", "bars_kept"), [("DBB", 38_485), ("FXY", 74_535)])
def test_thin_minutes_stay_absent(imported: Imported, symbol: str, bars_kept: int) -> None:
    # Most minutes have no trade, so no bar; every one that is there traded.
    store, reports = imported
    report = reports[symbol, "1m"]
    assert (report.bars_kept, report.bars_expected) == (bars_kept, 194_490)
    assert report.changed == {}
    bars = store.read(symbol, "1m")
    assert len(bars) == bars_kept
    assert (bars.ohlcv[:, VOLUME] > 0).all()


@pytest.mark.parametrize("symbol", ["DBB", "FXY"])
def test_the_day_after_thanksgiving_ends_at_one(imported: Imported, symbol: str) -> None:
    # 2023-11-24, 13:00 in New York is 18:00 UTC; the file has a bar after it, which is no bar of the session.
    bars = imported[0].read(symbol, "1m", *_day("2023-11-24"))
    assert len(bars) > 0
    assert set(bars.session_close_ns.tolist()) == {int(np.datetime64("2023-11-24T18:00", "ns").astype(np.int64))}
    assert bars.close_ns[-1] <= bars.session_close_ns[-1]


def test_the_check_of_the_hours_finds_nothing_serious(imported: Imported, calendar: TradingCalendar) -> None:
    # With the table of actions; without it the splits of three of them are missing.
    store, _ = imported
    for symbol in ("SPY", "AAPL", "IBM", "BAC"):
        bars = store.read(symbol, "1h")
        assert not check_bars(bars, store.actions([symbol]), calendar)[0].serious
        assert check_bars(bars, [], calendar)[0].serious is (symbol != "SPY")
