"""Sessions that the published calendar does not know: closed, shortened, and files that cannot mean it."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.errors import DataError

LAST = dt.date(2026, 12, 31)
CSV = "date,kind,time\n2026-03-02,closed,\n2026-03-03,early_close,13:00\n2026-03-10,late_open,11:00\n"
YAML = """
- {date: 2026-03-02, kind: closed}
- {date: 2026-03-03, kind: early_close, time: 13:00}
- {date: 2026-03-10, kind: late_open, time: "11:00"}
"""


def _utc(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


@pytest.mark.parametrize(("name", "text"), [("o.csv", CSV), ("o.yaml", YAML)])
def test_a_closure_an_early_close_and_a_late_open(tmp_path: Path, name: str, text: str) -> None:
    # Times are New York's: before the clocks change on 2026-03-08 13:00 is 18:00 UTC, after it 11:00 is 15:00 UTC.
    path = tmp_path / name
    path.write_text(text)
    plain, changed = TradingCalendar(LAST), TradingCalendar(LAST, overrides=path)
    assert len(changed.open_ns) == len(plain.open_ns) - 1
    assert changed.sessions(dt.date(2026, 3, 2), dt.date(2026, 3, 2)) == []
    (short,) = changed.sessions(dt.date(2026, 3, 3), dt.date(2026, 3, 3))
    assert (short.open_ns, short.close_ns) == (_utc("2026-03-03T14:30"), _utc("2026-03-03T18:00"))
    (late,) = changed.sessions(dt.date(2026, 3, 10), dt.date(2026, 3, 10))
    assert (late.open_ns, late.close_ns) == (_utc("2026-03-10T15:00"), _utc("2026-03-10T20:00"))
    others = np.setdiff1d(plain.close_ns, changed.close_ns)
    assert others.tolist() == [_utc("2026-03-02T21:00"), _utc("2026-03-03T21:00")]


def test_a_calendar_that_ends_before_an_override_does_without_it(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(CSV)
    early = dt.date(2025, 12, 31)
    np.testing.assert_array_equal(TradingCalendar(early, overrides=path).open_ns, TradingCalendar(early).open_ns)


def test_another_exchange_has_its_own_clock(tmp_path: Path) -> None:
    # London's 12:30 in winter is 12:30 UTC.
    path = tmp_path / "o.csv"
    path.write_text("date,kind,time\n2026-03-03,early_close,12:30\n")
    (session,) = TradingCalendar(LAST, "XLON", overrides=path).sessions(dt.date(2026, 3, 3), dt.date(2026, 3, 3))
    assert session.close_ns == _utc("2026-03-03T12:30")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("o.csv", "day,kind,time\n", "o.csv:1: expected the header"),
        ("o.csv", "date,kind,time\n2026-03-02,closed\n", "o.csv:2: expected 3 fields"),
        ("o.csv", "date,kind,time\n2026-03-01,closed,\n", "o.csv:2: XNYS has no session on 2026-03-01"),
        ("o.csv", "date,kind,time\n2026-03-02,shut,\n", "o.csv:2: kind: expected one of"),
        ("o.csv", "date,kind,time\n2026-03-02,closed,13:00\n", "o.csv:2: closed: expected no time"),
        ("o.csv", "date,kind,time\n2026-03-02,early_close,\n", "o.csv:2: early_close: expected a time"),
        ("o.csv", "date,kind,time\n2026-03-02,early_close,9:99\n", "o.csv:2:"),
        ("o.csv", "date,kind,time\n2026-03-02,early_close,09:00\n", "would close before it opens"),
        ("o.csv", "date,kind,time\n2026-03-02,closed,\n2026-03-02,closed,\n", "o.csv:3: a second closed"),
        ("o.yaml", "{", "o.yaml: not YAML"),
        ("o.yaml", "closed: 2026-03-02", "o.yaml: expected a list"),
        ("o.yaml", "- {date: 2026-03-02, kind: closed, why: snow}", "entry 1: unknown key 'why'"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_row(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        TradingCalendar(LAST, overrides=path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv: cannot be read"):
        TradingCalendar(LAST, overrides=tmp_path / "nowhere.csv")
