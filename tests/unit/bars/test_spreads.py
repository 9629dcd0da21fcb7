"""Half spreads: exact where the answer is known, and against the quotes of a real week."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.normalise import normalise
from foxml.bars.spreads import (
    QuoteBars,
    calibrated,
    corwin_schultz_bps,
    half_spread,
    quoted_bps,
    read_quotes,
    roll_bps,
)
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

MINUTE = 60_000_000_000
OPEN = int(np.datetime64("2013-10-07T13:30", "ns").astype(np.int64))


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2014, 12, 31))


def simulated(half_bps: float, *, bars: int = 4000, trades: int = 60, seed: int = 7) -> SymbolBars:
    """Minutes of trades at bid or ask around a random walk: the half spread is known."""
    rng = np.random.default_rng(seed)
    middle = np.cumsum(rng.normal(0, 2e-5, (bars, trades)).ravel()).reshape(bars, trades)
    price = 50 * np.exp(middle + rng.choice([-1, 1], size=(bars, trades)) * half_bps * 1e-4)
    close_ns = OPEN + MINUTE * np.arange(1, bars + 1)
    ohlcv = np.column_stack([price[:, 0], price.max(axis=1), price.min(axis=1), price[:, -1], np.full(bars, 100.0)])
    session = np.full(bars, OPEN)
    return SymbolBars("SIM", MINUTE, close_ns, session, np.full(bars, close_ns[-1]), ohlcv)


@pytest.mark.parametrize("half_bps", [5.0, 20.0])
def test_estimates_find_a_spread_that_is_known(half_bps: float) -> None:
    # Both are built for this market: Roll within a tenth, Corwin-Schultz within a fifth.
    bars = simulated(half_bps)
    assert roll_bps(bars).half_spread_bps == pytest.approx(half_bps, rel=0.1)
    assert corwin_schultz_bps(bars).half_spread_bps == pytest.approx(half_bps, rel=0.2)


def test_corwin_schultz_by_hand() -> None:
    # Two bars with one range over and over: beta = 2 r^2, gamma = r^2, and alpha = r by equation 18.
    bars = simulated(5.0, bars=30)
    ohlcv = np.tile([100.0, 100.1, 99.9, 100.0, 1.0], (30, 1))
    found = corwin_schultz_bps(replace(bars, ohlcv=ohlcv))
    r = np.log(100.1 / 99.9)
    k = 3 - 2 * np.sqrt(2)
    alpha = (2 * r - np.sqrt(2) * r) / k - r / np.sqrt(k)
    assert found.half_spread_bps == pytest.approx(1e4 * (np.exp(alpha) - 1) / (1 + np.exp(alpha)), rel=1e-9)
    assert found.samples == 29


def test_too_little_or_a_trend_is_no_estimate() -> None:
    # Fewer than 20 pairs say nothing; prices that trend have no negative autocovariance, and Roll's model fails.
    assert np.isnan(corwin_schultz_bps(simulated(5.0, bars=15)).half_spread_bps)
    bars = simulated(5.0, bars=50)
    steps = np.repeat([1e-4, 3e-4], 25)
    close = 50 * np.exp(np.cumsum(steps))
    trend = replace(bars, ohlcv=np.column_stack([close, close, close, close, np.ones(50)]))
    assert np.isnan(roll_bps(trend).half_spread_bps)


def test_quotes_that_are_no_spread_are_left_out(calendar: TradingCalendar) -> None:
    # Crossed, locked, one-sided, and outside of regular hours.
    bid = np.array([99.0, 101.0, 100.0, 0.0, 90.0])
    ask = np.array([101.0, 99.0, 100.0, 100.0, 110.0])
    start = OPEN + MINUTE * np.array([0, 1, 2, 3, -5])
    five = [np.repeat(side[:, None], 5, axis=1) for side in (bid, ask)]
    found = quoted_bps(QuoteBars("X", start, *five), calendar)
    assert (found.half_spread_bps, found.samples) == (100.0, 1)


@pytest.fixture(scope="module")
def week(shared_data: Path, calendar: TradingCalendar) -> tuple[list[SymbolBars], list[QuoteBars]]:
    folder = shared_data / "us_equities_1m_2013"
    bars, quotes = [], []
    for symbol in ("SPY", "IBM", "BAC"):
        (raw,) = read_csv(folder / f"{symbol}.csv.gz", CsvFormat("America/New_York"), interval_ns=MINUTE)
        bars.append(normalise(raw, calendar, MINUTE)[0])
        path = folder / f"{symbol}_quotes.csv.gz"
        quotes.append(read_quotes(path, timezone="America/New_York", symbol=symbol))
    return bars, quotes


def test_the_quotes_of_2013(week: tuple[list[SymbolBars], list[QuoteBars]], calendar: TradingCalendar) -> None:
    # A cent on SPY at 166, a cent on BAC at 13.9; IBM at 183 was quoted about five cents wide.
    found = [quoted_bps(quotes, calendar).half_spread_bps for quotes in week[1]]
    assert found == pytest.approx([0.2987, 1.3121, 3.5816], abs=1e-4)
    assert found[2] == pytest.approx(1e4 * 0.005 / 13.9, rel=0.02)


def test_estimates_against_the_quotes(
    week: tuple[list[SymbolBars], list[QuoteBars]], calendar: TradingCalendar
) -> None:
    # In the right order, and no farther off than twofold: the figures that the documentation gives.
    bars, quotes = week
    assert [corwin_schultz_bps(b).half_spread_bps for b in bars] == pytest.approx([0.5860, 0.6862, 2.9126], abs=1e-4)
    assert [roll_bps(b).half_spread_bps for b in bars] == pytest.approx([0.4783, 1.1452, 2.9437], abs=1e-4)
    factors = calibrated(bars, quotes, calendar)
    assert factors == pytest.approx((1.0622, 0.9548), abs=1e-4)
    with_quotes = half_spread(bars[1], calendar, quotes=quotes[1])
    assert (with_quotes.method, round(with_quotes.half_spread_bps, 4)) == ("quotes", 1.3121)
    without = half_spread(bars[1], calendar, factors=factors)
    assert without.method == "roll"
    assert without.half_spread_bps == pytest.approx(1.1452 * factors[1], abs=1e-4)


def test_calibration_needs_quotes_of_every_symbol(
    week: tuple[list[SymbolBars], list[QuoteBars]], calendar: TradingCalendar
) -> None:
    with pytest.raises(DataError, match="no quotes of IBM, SPY"):
        calibrated(week[0], week[1][2:], calendar)
