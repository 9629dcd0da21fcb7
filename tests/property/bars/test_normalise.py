"""What normalisation promises of any bars at all: it drops, it never makes up."""

import datetime as dt
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from foxml.bars.calendar import TradingCalendar
from foxml.bars.normalise import deduplicated, normalise, time_ordered
from foxml.bars.raw import RawBars
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import VOLUME

MINUTE = parse_interval("1m")
INTERVALS = [parse_interval(name) for name in ("1m", "5m", "30m", "1h")]
# The week of a half-day (2023-11-24) and the weekend on which the clocks change (2025-03-09).
ANCHORS = [int(np.datetime64(day, "ns").astype(np.int64)) for day in ("2023-11-22", "2025-03-06")]


@cache
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


@st.composite
def raw_bars(draw: st.DrawFn) -> tuple[RawBars, int]:
    interval_ns = draw(st.sampled_from(INTERVALS))
    steps = draw(st.lists(st.integers(0, 6 * 24 * 3600 * 10**9 // interval_ns), min_size=1, max_size=60, unique=True))
    start_ns = draw(st.sampled_from(ANCHORS)) + np.array(sorted(steps), dtype=np.int64) * interval_ns
    cents = st.integers(1, 50_000)
    rows = []
    for _ in steps:
        four = [draw(cents) / 100 for _ in range(4)]
        rows.append([four[0], max(four), min(four), four[3], draw(st.integers(0, 10**6))])
    line = np.arange(2, len(steps) + 2, dtype=np.int64)
    return RawBars("FOX", "FOX.csv", start_ns, np.array(rows, dtype=np.float64), line), interval_ns


@given(raw_bars())
@settings(max_examples=60, deadline=None)
def test_nothing_is_made_up(case: tuple[RawBars, int]) -> None:
    # Every bar kept is a row of the file, to the bit; every row not kept is counted.
    raw, interval_ns = case
    bars, report = normalise(raw, calendar(), interval_ns)
    given_rows = {row.tobytes() for row in raw.ohlcv}
    assert all(row.tobytes() in given_rows for row in bars.ohlcv)
    assert bars.ohlcv[:, VOLUME].sum() <= raw.ohlcv[:, VOLUME].sum()
    assert report.rows_read == len(raw.start_ns) == len(bars) + sum(report.dropped.values())
    assert len(bars) <= report.bars_expected
    assert (np.diff(bars.close_ns) > 0).all()
    assert (bars.session_open_ns < bars.close_ns).all()
    assert (bars.close_ns <= bars.session_close_ns).all()


@given(raw_bars())
@settings(max_examples=40, deadline=None)
def test_normalising_twice_changes_nothing(case: tuple[RawBars, int]) -> None:
    raw, interval_ns = case
    once, _ = normalise(raw, calendar(), interval_ns)
    start_ns = -(-once.close_ns // interval_ns) * interval_ns - interval_ns
    again = RawBars("FOX", "FOX.csv", start_ns, once.ohlcv, np.arange(2, len(once) + 2))
    twice, report = normalise(again, calendar(), interval_ns)
    assert report.dropped == {}
    np.testing.assert_array_equal(twice.close_ns, once.close_ns)
    np.testing.assert_array_equal(twice.ohlcv, once.ohlcv)


@given(raw_bars(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_does_not_matter_once_sorting_is_asked_for(case: tuple[RawBars, int], shuffler: object) -> None:
    raw, interval_ns = case
    order = list(range(len(raw.start_ns)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    shuffled = time_ordered(raw.take(np.array(order)))
    np.testing.assert_array_equal(
        normalise(shuffled, calendar(), interval_ns)[0].ohlcv, normalise(raw, calendar(), interval_ns)[0].ohlcv
    )


@given(raw_bars())
@settings(max_examples=40, deadline=None)
def test_repeated_rows_go_when_asked_to(case: tuple[RawBars, int]) -> None:
    # A row delivered twice is one bar, and its volume is counted once.
    raw, interval_ns = case
    doubled, dropped = deduplicated(raw.take(np.repeat(np.arange(len(raw)), 2)))
    assert dropped == len(raw)
    np.testing.assert_array_equal(
        normalise(doubled, calendar(), interval_ns)[0].ohlcv, normalise(raw, calendar(), interval_ns)[0].ohlcv
    )


@given(raw_bars(), st.integers(1, 59))
@settings(max_examples=40, deadline=None)
def test_the_past_does_not_depend_on_the_future(case: tuple[RawBars, int], cut: int) -> None:
    # The live feed calls the same function with what has happened so far.
    raw, interval_ns = case
    whole, _ = normalise(raw, calendar(), interval_ns)
    part, _ = normalise(raw.take(np.arange(min(cut, len(raw)))), calendar(), interval_ns)
    np.testing.assert_array_equal(part.close_ns, whole.close_ns[: len(part)])
    np.testing.assert_array_equal(part.ohlcv, whole.ohlcv[: len(part)])
