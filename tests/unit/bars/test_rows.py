"""Each policy for rows that are not as they should be: refused by default, and by the row, else done and counted."""

import datetime as dt

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import BarMark, Cleaning
from foxml.bars.normalise import clean, normalise
from foxml.bars.raw import RawBars
from foxml.errors import DataError

MINUTE = 60_000_000_000
OPEN = int(np.datetime64("2023-11-24T14:30", "ns").astype(np.int64))  # a half-day: it closes at 18:00 UTC
GOOD = [10.0, 11.0, 9.0, 10.5, 100.0]


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2024, 12, 31))


def rows(*given: tuple[float, list[float]]) -> RawBars:
    """Rows by the minute after the open that each starts at."""
    start = np.array([OPEN + round(minute * MINUTE) for minute, _ in given], dtype=np.int64)
    values = np.array([row for _, row in given], dtype=np.float64)
    return RawBars("FOX", "FOX.csv", start, values, np.arange(2, len(given) + 2))


def with_(**changes: float) -> list[float]:
    names = ["open", "high", "low", "close", "volume"]
    return [changes.get(name, value) for name, value in zip(names, GOOD, strict=True)]


REFUSED = [
    # rows, what is said, the policy that goes on, reason, bars left
    ([(0, GOOD), (1, with_(close=np.nan))], "not finite", {"invalid": "drop"}, "a value is missing or not finite", 1),
    ([(0, GOOD), (1, with_(low=-1))], "not positive", {"invalid": "drop"}, "a price is not positive", 1),
    ([(0, GOOD), (1, with_(volume=-1))], "volume is negative", {"invalid": "drop"}, "volume is negative", 1),
    ([(0, GOOD), (1, with_(high=1))], "high is below low", {"high_low": "drop"}, "high or low inside", 1),
    ([(0, GOOD), (0, GOOD)], "the same time", {"repeats": "drop"}, "repeated rows", 1),
    ([(0, GOOD), (0, with_(volume=7))], "the same time", {"conflicts": "first"}, "a second bar", 1),
    ([(0, GOOD), (0, with_(volume=7))], "the same time", {"conflicts": "last"}, "a second bar", 1),
    ([(0, GOOD), (0, with_(volume=7)), (1, GOOD)], "the same time", {"conflicts": "drop"}, "a second bar", 1),
]


@pytest.mark.parametrize(("given", "said", "policy", "reason", "left"), REFUSED)
def test_refused_by_default_and_counted_when_told_to_go_on(
    calendar: TradingCalendar, given: list, said: str, policy: dict, reason: str, left: int
) -> None:
    # The error names file and line; going on leaves the other rows alone.
    with pytest.raises(DataError, match=rf"FOX.csv:[0-9]+: FOX: .*{said}"):
        normalise(rows(*given), calendar, MINUTE)
    bars, report = normalise(rows(*given), calendar, MINUTE, Cleaning(**policy))
    assert len(bars) == left
    assert sum(report.dropped.values()) == len(given) - left
    assert any(key.startswith(reason) for key in report.dropped)


def test_out_of_order_is_refused_or_sorted(calendar: TradingCalendar) -> None:
    given = rows((1, GOOD), (0, with_(volume=7)))
    with pytest.raises(DataError, match=r"FOX\.csv:3: FOX: an earlier time"):
        normalise(given, calendar, MINUTE)
    bars, report = normalise(given, calendar, MINUTE, Cleaning(order="sort"))
    assert bars.ohlcv[:, 4].tolist() == [7, 100]
    assert report.dropped == {}


def test_conflicts_are_told_apart_by_their_line(calendar: TradingCalendar) -> None:
    given = rows((0, GOOD), (0, with_(volume=7)))
    for policy, volume in (("first", 100), ("last", 7)):
        bars, _ = normalise(given, calendar, MINUTE, Cleaning(conflicts=policy))
        assert bars.ohlcv[:, 4].tolist() == [volume]


def test_widening_takes_the_bar_s_own_prices(calendar: TradingCalendar) -> None:
    # No price is made up: the high becomes the close that was above it.
    found = clean(rows((0, with_(close=12))), calendar, MINUTE, Cleaning(high_low="widen"))
    assert found.bars.ohlcv[0].tolist() == [10, 12, 9, 12, 100]
    assert found.report.changed == {"widened": 1}
    assert found.marked(BarMark.WIDENED).tolist() == [True]


def test_zero_volume_is_kept_and_marked_or_dropped_or_refused(calendar: TradingCalendar) -> None:
    given = rows((0, GOOD), (1, with_(volume=0)))
    found = clean(given, calendar, MINUTE)
    assert found.marked(BarMark.ZERO_VOLUME).tolist() == [False, True]
    assert found.report.marked == {"zero volume": 1}
    assert len(normalise(given, calendar, MINUTE, Cleaning(zero_volume="drop"))[0]) == 1
    with pytest.raises(DataError, match=r"FOX\.csv:3: FOX: volume is zero"):
        normalise(given, calendar, MINUTE, Cleaning(zero_volume="error"))


def test_off_the_grid(calendar: TradingCalendar) -> None:
    # A label seconds into a minute is dropped, refused, or taken as the time of the minute's first trade.
    given = rows((0, GOOD), (1.05, GOOD))
    assert normalise(given, calendar, MINUTE)[1].dropped == {"off the grid": 1}
    with pytest.raises(DataError, match=r"FOX\.csv:3: FOX: starts on no whole interval"):
        normalise(given, calendar, MINUTE, Cleaning(off_grid="error"))
    found = clean(given, calendar, MINUTE, Cleaning(off_grid="floor"))
    assert ((found.bars.close_ns - OPEN) // MINUTE).tolist() == [1, 2]
    assert found.report.changed == {"moved to the grid": 1}


def test_stale_repeats_are_marked_from_the_nth_on(calendar: TradingCalendar) -> None:
    # Two alike may be chance; and what is no neighbour is no repeat.
    given = rows(*[(minute, GOOD) for minute in (0, 1, 2, 3, 4, 9, 10)])
    found = clean(given, calendar, MINUTE, Cleaning(stale="mark", stale_repeats_min=3))
    assert np.flatnonzero(found.marked(BarMark.STALE)).tolist() == [3, 4]
    bars, report = normalise(given, calendar, MINUTE, Cleaning(stale="drop", stale_repeats_min=3))
    assert (len(bars), report.dropped) == (5, {"stale": 2})


def test_extended_hours_are_cut_or_kept(calendar: TradingCalendar) -> None:
    # From 04:00 in New York, 09:00 UTC, to four hours after the early close at 18:00 UTC.
    minutes = [-331, -330, -1, 0, 209, 210, 449, 450]
    given = rows(*[(minute, GOOD) for minute in minutes])
    bars, report = normalise(given, calendar, MINUTE)
    assert ((bars.close_ns - OPEN) // MINUTE).tolist() == [1, 210]
    assert report.dropped == {"outside regular hours": 6}
    bars, report = normalise(given, calendar, MINUTE, Cleaning(hours="extended"))
    assert ((bars.close_ns - OPEN) // MINUTE).tolist() == [-329, 0, 1, 210, 211, 450]
    assert report.dropped == {"outside extended hours": 2}
    assert set(((bars.session_open_ns - OPEN) // MINUTE).tolist()) == {-330}


def test_filling_ends_at_the_half_day_s_close_and_never_after_the_newest_bar(calendar: TradingCalendar) -> None:
    # 13:00 in New York is the 210th minute; the Monday after begins with its own first bar.
    monday = 3 * 24 * 60
    given = rows((0, GOOD), (208, with_(close=9.5)), (monday + 2, GOOD))
    found = clean(given, calendar, MINUTE, Cleaning(missing="fill"))
    minutes = ((found.bars.close_ns - OPEN) // MINUTE).tolist()
    assert minutes == [*range(1, 211), monday + 3]
    assert found.report.changed == {"filled": 208}
    assert found.bars.ohlcv[209].tolist() == [9.5, 9.5, 9.5, 9.5, 0]


@pytest.mark.parametrize("wrong", [{"order": "sorted"}, {"stale_repeats_min": 0}, {"outlier_threshold": float("nan")}])
def test_a_policy_that_does_not_exist_is_refused(wrong: dict) -> None:
    with pytest.raises(DataError, match=f"cleaning: {next(iter(wrong))}: expected"):
        Cleaning(**wrong)
