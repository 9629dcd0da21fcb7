"""Aggregation on what is known: the vendor's own minutes, polars, half-days, grids and what does not fit."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.aggregate import Aggregator, Bar, aggregate, aggregate_trades
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.normalise import normalise
from foxml.bars.timeframes import INTERVALS, parse_interval
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

MINUTE, HOUR = parse_interval("1m"), parse_interval("1h")


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


def _real(path: Path, interval: str, calendar: TradingCalendar, zone: str = "America/New_York") -> SymbolBars:
    (raw,) = read_csv(path, CsvFormat(zone), interval_ns=parse_interval(interval))
    return normalise(raw, calendar, parse_interval(interval))[0]


def _when(ns: int) -> str:
    return str(np.datetime64(int(ns), "ns"))[:16]


def _minutes(calendar: TradingCalendar, date: dt.date, days: int = 1) -> SymbolBars:
    """Every minute of some sessions; the volume of a minute is its number."""
    closes, opens, ends = [], [], []
    for session in calendar.sessions(date, date + dt.timedelta(days=days - 1)):
        times = np.arange(session.open_ns + MINUTE, session.close_ns + 1, MINUTE)
        closes.append(times)
        opens.append(np.full(len(times), session.open_ns))
        ends.append(np.full(len(times), session.close_ns))
    close_ns = np.concatenate(closes)
    volume = np.arange(1.0, len(close_ns) + 1)
    ohlcv = np.column_stack([volume, volume + 2, volume - 0.5, volume + 1, volume])
    return SymbolBars("FOX", MINUTE, close_ns, np.concatenate(opens), np.concatenate(ends), ohlcv)


def _part(bars: SymbolBars, first: int, last: int) -> SymbolBars:
    times = (bars.close_ns, bars.session_open_ns, bars.session_close_ns)
    return SymbolBars(bars.symbol, bars.interval_ns, *(ns[first:last] for ns in times), bars.ohlcv[first:last])


def test_every_timeframe_has_a_name() -> None:
    assert list(INTERVALS) == ["1s", "1m", "5m", "15m", "30m", "1h", "1d", "1w"]


def test_a_half_day_ends_early_on_both_grids(calendar: TradingCalendar) -> None:
    """2023-11-24 closed at 13:00: hours from the open end at 10:30 ... 12:30 and 13:00, those of the clock at 10:00."""
    bars = _minutes(calendar, dt.date(2023, 11, 24))
    by_session, by_clock = (aggregate(bars, HOUR, anchor=anchor) for anchor in ("session", "utc"))
    ends = [[_when(ns)[-5:] for ns in made.close_ns] for made in (by_session, by_clock)]
    assert ends == [["15:30", "16:30", "17:30", "18:00"], ["15:00", "16:00", "17:00", "18:00"]]
    assert by_session.ohlcv[-1].tolist() == [181.0, 212.0, 180.5, 211.0, float(sum(range(181, 211)))]
    assert by_clock.ohlcv[0].tolist() == [1.0, 32.0, 0.5, 31.0, float(sum(range(1, 31)))]


def test_a_week_ends_with_its_last_session(calendar: TradingCalendar) -> None:
    """Good Friday 2024-03-29 had no session: that week's bar closes on Thursday, and is known then."""
    bars = _minutes(calendar, dt.date(2024, 3, 18), days=14)
    week = aggregate(bars, INTERVALS["1w"], calendar=calendar)
    assert [_when(ns) for ns in week.close_ns] == ["2024-03-22T20:00", "2024-03-28T20:00"]
    assert [_when(ns) for ns in week.session_open_ns] == ["2024-03-18T13:30", "2024-03-25T13:30"]
    daily = aggregate(bars, INTERVALS["1d"])
    assert len(daily) == 9
    np.testing.assert_array_equal(aggregate(daily, INTERVALS["1w"], calendar=calendar).ohlcv, week.ohlcv)
    # A week that is not over is not a bar.
    assert len(aggregate(_minutes(calendar, dt.date(2024, 3, 18), days=4), INTERVALS["1w"], calendar=calendar)) == 0


def test_partial_bars_are_left_out(calendar: TradingCalendar) -> None:
    """Bars known from 9:47 on make no 9:30 bar, where that is said; and none of a last interval still open."""
    bars = _minutes(calendar, dt.date(2024, 3, 18))
    late = _part(bars, 17, 53)
    five = INTERVALS["5m"]
    open_ns = int(bars.session_open_ns[0])
    kept = aggregate(late, five, from_ns=open_ns + 17 * MINUTE)
    assert ((kept.close_ns - open_ns) // MINUTE).tolist() == [25, 30, 35, 40, 45, 50]
    assert len(aggregate(late, five)) == 7
    assert len(aggregate(late, five, until_ns=open_ns + 55 * MINUTE)) == 8


def test_time_closes_a_bar_whose_last_minute_had_no_trade(calendar: TradingCalendar) -> None:
    """A thin symbol's bar is closed by the clock, and what comes for it later is refused."""
    bars = _minutes(calendar, dt.date(2024, 3, 18))
    open_ns, close_ns = int(bars.session_open_ns[0]), int(bars.session_close_ns[0])
    stream = Aggregator("FOX", INTERVALS["5m"], MINUTE)
    bar = Bar(open_ns + MINUTE, open_ns, close_ns, 1.0, 2.0, 1.0, 2.0, 10.0)
    assert stream.add(bar) == ()
    assert stream.advance(open_ns + 5 * MINUTE - 1) == ()
    (made,) = stream.advance(open_ns + 5 * MINUTE)
    assert (made.close_ns, made.volume, made.vwap, made.trade_count) == (open_ns + 5 * MINUTE, 10.0, None, None)
    with pytest.raises(DataError, match="was closed before"):
        stream.add(Bar(open_ns + 4 * MINUTE, open_ns, close_ns, 1.0, 2.0, 1.0, 2.0, 10.0))


def test_vwap_weighs_by_volume(calendar: TradingCalendar) -> None:
    """Three shares at 10 and one at 14 are 11; a bar with volume and no VWAP makes all unknown, an empty one not."""
    bars = _minutes(calendar, dt.date(2024, 3, 18))
    first = [bars.close_ns[:5], bars.session_open_ns[:5], bars.session_close_ns[:5], bars.ohlcv[:5].copy()]
    first[3][:, 4] = [3, 1, 0, 0, 0]
    nan = float("nan")
    made = [
        aggregate(SymbolBars("FOX", MINUTE, *first, np.array(vwap), np.array([2, 1, 0, 0, 0])), INTERVALS["5m"])
        for vwap in ([10.0, 14.0, nan, nan, nan], [10.0, nan, 1.0, 1.0, 1.0])
    ]
    assert made[0].vwap is not None
    assert made[1].vwap is not None
    assert (made[0].vwap.tolist(), np.isnan(made[1].vwap).tolist()) == ([11.0], [True])
    assert made[0].trade_count is not None
    assert made[0].trade_count.tolist() == [3]


def test_what_does_not_fit_is_refused(calendar: TradingCalendar) -> None:
    bars = _minutes(calendar, dt.date(2024, 3, 18))
    with pytest.raises(DataError, match="bars of 1m cannot be made of 1m"):
        aggregate(bars, MINUTE)
    with pytest.raises(DataError, match="unknown anchor 'moon'"):
        aggregate(bars, HOUR, anchor="moon")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="need a calendar"):
        aggregate(bars, INTERVALS["1w"])
    half = aggregate(bars, HOUR, anchor="utc")
    assert len(aggregate(half, INTERVALS["1d"])) == 1
    odd = dataclasses.replace(_part(bars, 6, 7), interval_ns=HOUR // 2)
    with pytest.raises(DataError, match="reaches across the session grid of 1h"):
        aggregate(odd, HOUR)
    with pytest.raises(DataError, match="trade 1: an earlier time"):
        aggregate_trades("FOX", np.array([5, 4]), np.ones(2), np.ones(2), interval_ns=MINUTE, calendar=calendar)
    with pytest.raises(DataError, match="trade 1: expected a positive price and size, found 0 x 1"):
        aggregate_trades("FOX", np.array([5, 6]), np.array([1.0, 0]), np.ones(2), interval_ns=MINUTE, calendar=calendar)
    stream = Aggregator("FOX", MINUTE, 1)
    with pytest.raises(DataError, match="its session is"):
        stream.add_trade(5, 1.0, 1.0, session_open_ns=6, session_close_ns=9)
    with pytest.raises(DataError, match="positive price"):
        stream.add_trade(6, -1.0, 1.0, session_open_ns=6, session_close_ns=9)
    with pytest.raises(DataError, match="no session that closes"):
        Aggregator("FOX", INTERVALS["1w"], MINUTE, calendar=calendar).add(Bar(60, 0, 77, 1.0, 1.0, 1.0, 1.0, 1.0))


@pytest.mark.parametrize(("interval", "every"), [("1m", "1m"), ("5m", "5m"), ("30m", "30m")])
def test_polars_makes_the_same_bars(interval: str, every: str, shared_data: Path, calendar: TradingCalendar) -> None:
    """An oracle that shares nothing with us: polars' own windows over a week of real seconds."""
    polars = pytest.importorskip("polars", reason="the extra `test` brings polars")
    bars = _real(shared_data / "us_equities_1s_2013" / "SPY.csv.gz", "1s", calendar)
    ours = aggregate(bars, parse_interval(interval))
    columns = dict(zip("ohlcv", bars.ohlcv.T, strict=True))
    start = (bars.close_ns - bars.interval_ns).astype("datetime64[ns]")
    theirs = (
        polars.DataFrame({"t": start, **columns})
        .group_by_dynamic("t", every=every)
        .agg(
            polars.first("o"), polars.max("h"), polars.min("l"), polars.last("c"), polars.sum("v"),
        )
    )  # fmt: skip
    assert (theirs["t"].to_numpy().astype(np.int64) + parse_interval(interval)).tolist() == ours.close_ns.tolist()
    np.testing.assert_array_equal(theirs.select("o", "h", "l", "c", "v").to_numpy(), ours.ohlcv)
