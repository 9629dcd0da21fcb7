"""Dates of other forms than ISO 8601: found out where they can be, refused where two readings differ, never shifted."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.sniff import completed, sniff
from foxml.bars.sources.files import read_file
from foxml.bars.tables import Layout
from foxml.bars.time_texts import UnknownForm, as_stamps, time_format_of
from foxml.errors import DataError

MINUTE_NS = 60 * 10**9
CALENDAR = TradingCalendar(dt.date(2024, 12, 31))
FORMS = [
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y%m%d %H%M%S",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y %I:%M %p",
]


def _moments(days: tuple[int, ...] = (11, 12, 13)) -> list[dt.datetime]:
    return [dt.datetime(2024, 3, day, 9, 30) + dt.timedelta(minutes=m) for day in days for m in range(390)]


def _write(path: Path, times: list[str], header: str = "Date") -> Path:
    rows = [f"{time},10,11,9,10.5,100" for time in times]
    path.write_text("\n".join([f"{header},Open,High,Low,Close,Volume", *rows]) + "\n")
    return path


def _starts(moments: list[dt.datetime]) -> list[int]:
    zone = dt.timezone(-dt.timedelta(hours=4))
    return [int(moment.replace(tzinfo=zone).timestamp()) * 10**9 for moment in moments]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("apart", [False, True])
def test_forms_are_found_and_read_to_the_same_moments(tmp_path: Path, form: str, apart: bool) -> None:
    """In one column or two: the rows that an ISO file gives, whatever way they are written."""
    moments = _moments()
    between = "," if apart else " "
    times = [moment.strftime(form).replace(" ", between, 1) for moment in moments]
    path = _write(tmp_path / "SPY.csv", times, "Date,Time" if apart else "Date")
    found = sniff(path, CALENDAR)
    expected = "" if form == "%Y%m%d %H%M%S" and not apart else form  # which ISO 8601 calls its basic form
    assert (found.layout.time_format, found.layout.timezone, found.interval) == (expected, "America/New_York", "1m")
    assert found.regular_share == 1.0
    (raw,) = read_file(path, found.layout, interval_ns=MINUTE_NS)
    assert raw.start_ns.tolist() == _starts(moments)
    assert completed(path, Layout("America/New_York")) == found.layout


def test_days_that_may_be_months_are_refused_and_a_named_form_is_taken(tmp_path: Path) -> None:
    """March 11 and November 3 are one text: neither is guessed."""
    path = _write(tmp_path / "SPY.csv", [moment.strftime("%m/%d/%Y %H:%M") for moment in _moments((11,))])
    for look in (lambda: sniff(path, CALENDAR), lambda: completed(path, Layout("America/New_York"))):
        with pytest.raises(DataError, match=r"SPY.csv: times like '03/11/2024 .*may be any of .*--time-format"):
            look()
    for form, month in (("%m/%d/%Y %H:%M", 3), ("%d/%m/%Y %H:%M", 11)):
        layout = completed(path, Layout("UTC", time_format=form))
        (raw,) = read_file(path, layout, interval_ns=MINUTE_NS)
        assert raw.start_ns[0] == np.datetime64(f"2024-{month:02d}-{14 - month:02d}T09:30", "ns").astype(np.int64)


def test_digits_are_of_the_form_that_is_named(tmp_path: Path) -> None:
    """202403110930 would be milliseconds since 1970, in 1976: a form that is given comes first."""
    moments = _moments()
    path = _write(tmp_path / "SPY.csv", [moment.strftime("%Y%m%d%H%M") for moment in moments])
    layout = completed(path, Layout("America/New_York", time_format="%Y%m%d%H%M"))
    (raw,) = read_file(path, layout, interval_ns=MINUTE_NS)
    assert raw.start_ns.tolist() == _starts(moments)


def test_a_row_of_another_form_is_named(tmp_path: Path) -> None:
    """Behind a thousand good ones, in each kind of file and column: never read as something near."""
    times = [moment.strftime("%m/%d/%Y %H:%M") for moment in _moments()]
    usual = {name.lower(): name for name in ("Open", "High", "Low", "Close", "Volume")}
    layout = Layout("America/New_York", columns={"timestamp": "Date", **usual}, time_format="%m/%d/%Y %H:%M")
    for bad in ("02/30/2024 09:30", "2024-03-13 09:30", "03/13/24 09:30", "03/13/2024", "03/13/2024 09:30 x", ""):
        path = _write(tmp_path / "SPY.csv", [*times[:1100], bad, *times[1101:]])
        with pytest.raises(DataError, match=r"SPY.csv:1102: Date: expected a time like %m/%d/%Y %H:%M, found "):
            read_file(path, layout, interval_ns=MINUTE_NS)
        columns = {"Date": [*times[:1100], bad, *times[1101:]], **{n: [10.0] * len(times) for n in usual.values()}}
        pq.write_table(pa.table(columns), tmp_path / "SPY.parquet")
        with pytest.raises(DataError, match=r"SPY.parquet:1101: Date: expected a time like"):
            read_file(tmp_path / "SPY.parquet", layout, interval_ns=MINUTE_NS)


def test_numbers_without_leading_zeros_are_read_as_python_reads_them(tmp_path: Path) -> None:
    """The fast reader gives these up, and the moments are the same."""
    moments = _moments()
    times = [f"{m.month}/{m.day}/{m.year} {m.hour}:{m.minute:02d}" for m in moments]
    table = pa.table({"Date": times})
    assert as_stamps(table, "Date", None, "%m/%d/%Y %H:%M") is None
    path = _write(tmp_path / "SPY.csv", times)
    (raw,) = read_file(path, sniff(path, CALENDAR).layout, interval_ns=MINUTE_NS)
    assert raw.start_ns.tolist() == _starts(moments)


def test_an_unknown_form_is_shown() -> None:
    """What was found, and what to do."""
    with pytest.raises(UnknownForm, match=r"SPY.csv: times like 'Mon 11 March' .*--time-format"):
        time_format_of(["Mon 11 March"], "SPY.csv")


def test_layouts_that_contradict_themselves_are_refused() -> None:
    """A column of times needs a form, and numbers since 1970 have none."""
    with pytest.raises(DataError, match="column 'Time' of times: expected a time format too"):
        Layout("UTC", columns={"time": "Time"})
    with pytest.raises(DataError, match="labels in ms since 1970 have none"):
        Layout("UTC", time_unit="ms", time_format="%Y%m%d")
