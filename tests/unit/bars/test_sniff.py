"""Layouts that are found out must be the ones that the vendors documented."""

import datetime as dt
from pathlib import Path

import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.importing import import_files
from foxml.bars.sniff import sniff
from foxml.bars.store import BarMarks, BarStore
from foxml.errors import DataError

MARKS = BarMarks("vendor", "sip", "utc")


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


@pytest.mark.parametrize(
    ("file", "interval", "timezone"),
    [
        ("us_equities_1h/BAC.csv.gz", "1h", "America/New_York"),
        ("us_equities_5m/XOM_2025.csv.gz", "5m", "UTC"),
        ("us_etfs_1m/FXY.csv.gz", "1m", "UTC"),
        ("us_equities_1d/GOOG.csv.gz", "1d", "America/New_York"),
    ],
)
def test_real_files(file: str, interval: str, timezone: str, shared_data: Path, calendar: TradingCalendar) -> None:
    # Regular hours only or extended, New York or UTC: all of these label by start.
    found = sniff(shared_data / file, calendar)
    assert (found.interval, found.layout.timezone, found.layout.label) == (interval, timezone, "start")
    assert found.regular_share > 0.8


def test_other_names_and_end_labels(calendar: TradingCalendar, tmp_path: Path) -> None:
    # The last bar of a session is labelled 16:00 by its end; by its start it would lie outside.
    hours = [f"2024-01-02 {hour}:00:00,1,1,1,1,10" for hour in range(10, 17)]
    path = tmp_path / "FOX.csv"
    path.write_text("\n".join(["Date,Open,High,Low,Close,Vol", *hours]))
    layout = sniff(path, calendar).layout
    assert (layout.timezone, layout.label) == ("America/New_York", "end")
    assert layout.columns["volume"] == "Vol"
    store = BarStore(tmp_path)
    options = {"store": store, "calendar": calendar, "marks": MARKS}
    (report,) = import_files([path], interval="1h", layout=None, **options)
    assert report.bars_kept == report.bars_expected == 7
    with pytest.raises(DataError, match="expected bars of 5m, found a step of 1h"):
        import_files([path], interval="5m", layout=None, **options)


def test_no_interval_fits(calendar: TradingCalendar, tmp_path: Path) -> None:
    path = tmp_path / "FOX.csv"
    path.write_text(
        "timestamp,open,high,low,close,volume\n2024-01-02 10:00:00,1,1,1,1,1\n2024-01-02 10:07:00,1,1,1,1,1"
    )
    with pytest.raises(DataError, match=r"FOX\.csv: the commonest step"):
        sniff(path, calendar)
