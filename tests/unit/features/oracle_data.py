"""Bars on which kernel and oracles meet: seeded walks full of what breaks formulas, and stretches of real bars."""

import datetime as dt
from pathlib import Path
from typing import Literal

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import SymbolBars

MINUTE_NS = 60_000_000_000
_OPEN, _CLOSE, _EARLY_CLOSE = 870, 1260, 1080
_LENGTH = 5
BENCHMARK = "BENCH"
_BESIDE = {"SPY 1h": "BAC 1h", "BAC 1h": "SPY 1h", "AAPL 5m": "SPY 5m"}

Kind = Literal["calm", "thin", "outliers"]


def _sessions(days: int, minutes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Close, session open and session close in minutes; every seventeenth session is a half-day."""
    rows = []
    day, made = int(np.datetime64("2024-01-02", "D").astype(np.int64)), 0
    while made < days:
        if (day + 3) % 7 < 5:
            end = _EARLY_CLOSE if made % 17 == 16 else _CLOSE
            start = day * 1440
            rows += [(start + at, start + _OPEN, start + end) for at in range(_OPEN + minutes, end + 1, minutes)]
            made += 1
        day += 1
    close, session_open, session_close = np.array(rows, dtype=np.int64).T * MINUTE_NS
    return close, session_open, session_close


def _prices(rng: np.random.Generator, n: int, kind: Kind) -> np.ndarray:
    """Open, high, low, close; unless calm, a third of the bars have one price, and some stretches stand still."""
    decimals = 6 if kind == "outliers" else 2
    still = np.zeros(n, dtype=bool)
    single = np.zeros(n, dtype=bool)
    if kind != "calm":
        for length in (3, 8, 8, 15, 15, 21, 28, 30, 61, 75, 75):
            at = int(rng.integers(300, n - 400))
            still[at : at + length] = True
        single = still | (rng.random(n) < 0.33)
    step = np.where(still | (rng.random(n) < 0.3), 0, rng.normal(0, 0.1, n))
    close = np.round(100 + np.cumsum(step), decimals)
    open_ = np.r_[close[0], close[:-1]] + np.where(rng.random(n) < 0.3, rng.normal(0, 0.05, n), 0)
    open_ = np.where(single, close, np.round(open_, decimals))
    reach = np.where(single, 0, 0.01 + np.abs(rng.normal(0, 0.08, (2, n))))
    high = np.round(np.maximum(open_, close) + reach[0], decimals)
    low = np.round(np.minimum(open_, close) - reach[1], decimals)
    return np.column_stack([open_, high, low, close])


def _volumes(rng: np.random.Generator, n: int, kind: Kind) -> np.ndarray:
    """Whole shares; unless calm, with silent bars, a silent stretch of four sessions and one of constant volume."""
    volume = np.rint(np.exp(rng.normal(9, 1, n)))
    if kind != "calm":
        volume[rng.random(n) < 0.1] = 0
        volume[2600:2900] = 0
        volume[3300:3400] = 12345
    return volume


def walk(
    seed: int, kind: Kind, days: int = 70, *, minutes: int = _LENGTH, symbol: str = "WALK", missing: float = 0.03
) -> SymbolBars:
    """A seeded walk of bars of some minutes with half-days.

    "calm" opens each session with a gap and lacks three bars late; nothing in it is undefined. "thin" has silent,
    standing and missing bars. "outliers" has them too, six decimals, a bar at ten times the price, one at a tenth, and
    volumes of 1e12 that enter and leave the windows, once right after a silent stretch.
    """
    rng = np.random.default_rng(seed)
    close, session_open, session_close = _sessions(days, minutes)
    n = len(close)
    prices = _prices(rng, n, kind)
    volume = _volumes(rng, n, kind)
    keep = np.ones(n, dtype=bool)
    if kind == "calm":
        prices[close - session_open == minutes * MINUTE_NS, :2] += 0.05
        keep[[4000, 4001, 4500]] = False
    else:
        keep[1:] = rng.random(n - 1) > missing
    if kind == "outliers":
        volume[[700, 1500, 1501, 2901, 4000]] = 1e12
        prices[1200, 1] *= 3
        prices[2000] *= 10
        prices[2200] /= 10
    ohlcv = np.column_stack([np.round(prices, 6), volume])
    return SymbolBars(
        symbol,
        minutes * MINUTE_NS,
        close[keep],
        session_open[keep],
        session_close[keep],
        np.ascontiguousarray(ohlcv[keep]),
    )


def benchmark_of(data: str, own: SymbolBars, others: dict[str, SymbolBars]) -> SymbolBars:
    """What a stretch is measured against: another real one, or a walk that lacks a bar now and then.

    DBB trades in so few minutes that hardly another symbol trades in 60 of them: its benchmark is made up.
    """
    if data in _BESIDE:
        return others[_BESIDE[data]]
    if own.interval_ns == MINUTE_NS:
        return _companion(own)
    return walk(100 + len(data), "calm" if data == "calm" else "thin", symbol=BENCHMARK, missing=0.0005)


def _companion(own: SymbolBars) -> SymbolBars:
    """A walk at the closes of other bars, less a few."""
    rng = np.random.default_rng(104)
    n = len(own.close_ns)
    keep = rng.random(n) > 0.0005
    prices = _prices(rng, n, "calm")
    return SymbolBars(
        BENCHMARK,
        own.interval_ns,
        own.close_ns[keep],
        own.session_open_ns[keep],
        own.session_close_ns[keep],
        np.ascontiguousarray(np.column_stack([prices, _volumes(rng, n, "calm")])[keep]),
    )


def _part(bars: SymbolBars, start: str, end: str) -> SymbolBars:
    """Whole sessions of a period, with prices on the grid."""
    first, last = (int(np.datetime64(day, "ns").astype(np.int64)) for day in (start, end))
    rows = (bars.session_open_ns >= first) & (bars.session_open_ns < last)
    ohlcv = bars.ohlcv[rows]
    ohlcv[:, :4] = np.round(ohlcv[:, :4], 6)
    return SymbolBars(
        bars.symbol,
        bars.interval_ns,
        bars.close_ns[rows],
        bars.session_open_ns[rows],
        bars.session_close_ns[rows],
        np.ascontiguousarray(ohlcv),
    )


def real(shared_data: Path, scratch: Path) -> dict[str, SymbolBars]:
    """Stretches without a split: hours of the crash of 2008, 5-minute bars of early 2025, minutes that rarely trade."""
    calendar = TradingCalendar(dt.date(2026, 12, 31))
    store = BarStore(scratch)
    files = (
        ("us_equities_1h/SPY", "1h", "America/New_York"),
        ("us_equities_1h/BAC", "1h", "America/New_York"),
        ("us_equities_5m/AAPL_2025", "5m", "UTC"),
        ("us_equities_5m/SPY_2025", "5m", "UTC"),
        ("us_etfs_1m/DBB", "1m", "UTC"),
    )
    for name, interval, timezone in files:
        import_files(
            [shared_data / f"{name}.csv.gz"],
            store=store,
            calendar=calendar,
            interval=interval,
            layout=CsvFormat(timezone),
            marks=BarMarks("vendor", "sip", "test"),
        )
    return {
        "SPY 1h": _part(store.read("SPY", "1h"), "2006-01-01", "2010-01-01"),
        "BAC 1h": _part(store.read("BAC", "1h"), "2006-01-01", "2010-01-01"),
        "SPY 5m": _part(store.read("SPY", "5m"), "2025-01-01", "2025-05-01"),
        "AAPL 5m": _part(store.read("AAPL", "5m"), "2025-01-01", "2025-05-01"),
        "DBB 1m": _part(store.read("DBB", "1m"), "2023-09-01", "2024-05-01"),
    }
