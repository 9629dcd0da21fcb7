"""Sessions: half-days, daylight saving, and the cache that spares a restart the calendar library."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar

LAST = dt.date(2026, 6, 30)


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(LAST)


def _utc(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


@pytest.mark.parametrize(
    ("date", "opens", "closes"),
    [
        ("2023-11-24", "14:30", "18:00"),  # the day after Thanksgiving closes at 13:00 in New York
        ("2025-03-07", "14:30", "21:00"),
        ("2025-03-10", "13:30", "20:00"),
        ("2024-07-03", "13:30", "17:00"),
    ],
)
def test_known_sessions(calendar: TradingCalendar, date: str, opens: str, closes: str) -> None:
    # Facts of the exchange's own calendar.
    (session,) = calendar.sessions(dt.date.fromisoformat(date), dt.date.fromisoformat(date))
    assert (session.open_ns, session.close_ns) == (_utc(f"{date}T{opens}"), _utc(f"{date}T{closes}"))
    assert calendar.session_of(session.open_ns) == session
    assert calendar.session_of(session.close_ns) is None


@pytest.mark.parametrize("date", ["2025-01-09", "2001-09-11", "2012-10-29", "2025-12-25"])
def test_closed_days(calendar: TradingCalendar, date: str) -> None:
    # A day of mourning, two catastrophes and a holiday.
    day = dt.date.fromisoformat(date)
    assert calendar.sessions(day, day) == []


def test_cache_gives_the_same_sessions(calendar: TradingCalendar, tmp_path: Path) -> None:
    # Written, read, damaged and rebuilt: the sessions never depend on the cache.
    for _ in range(2):
        cached = TradingCalendar(LAST, cache=tmp_path)
        np.testing.assert_array_equal(cached.open_ns, calendar.open_ns)
        np.testing.assert_array_equal(cached.close_ns, calendar.close_ns)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    np.testing.assert_array_equal(TradingCalendar(LAST, cache=tmp_path).close_ns, calendar.close_ns)
    later = TradingCalendar(dt.date(2028, 1, 31), cache=tmp_path)
    assert later.close_ns[-1] > calendar.close_ns[-1]


def test_a_restart_does_not_import_pandas(tmp_path: Path) -> None:
    # The daemon restarts often; pandas alone would cost it half a second each time.
    TradingCalendar(LAST, cache=tmp_path)
    code = (
        "import datetime as dt, sys, pathlib, foxml.bars.store, foxml.bars.slices, foxml.bars.importing\n"
        "from foxml.bars.calendar import TradingCalendar\n"
        "TradingCalendar(dt.date(2026, 6, 29), cache=pathlib.Path(sys.argv[1]))\n"
        "sys.exit('pandas' in sys.modules or 'exchange_calendars' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0
