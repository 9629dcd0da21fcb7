"""Bars for the tests of the store: any number of minutes from a moment on, no two alike."""

import datetime as dt

import numpy as np

from foxml.bars.store import BarMarks
from foxml.domain.bars import SymbolBars

MARKS = BarMarks("made", "up", "session")
MINUTE = 60 * 10**9
START = int(dt.datetime(2024, 1, 15, tzinfo=dt.UTC).timestamp()) * 10**9


def minutes(
    first: int, count: int, *, scale: float = 1.0, symbol: str = "FOX", extras: bool = False, step: int = 10
) -> SymbolBars:
    """Bars number `first` to `first + count` of a history with one each `step` minutes, prices scaled."""
    number = np.arange(first, first + count, dtype=np.int64)
    close = START + (number + 1) * step * MINUTE
    price = (100.0 + number % 97) * scale
    ohlcv = np.column_stack([price, price + 1, price - 1, price + 0.5, number % 1000])
    return SymbolBars(
        symbol,
        MINUTE,
        close,
        close - MINUTE,
        close + MINUTE,
        np.ascontiguousarray(ohlcv),
        np.where(number % 7 == 0, np.nan, price + 0.1) if extras else None,
        number % 13 if extras else None,
    )


def assert_same(one: SymbolBars, other: SymbolBars) -> None:
    assert (one.symbol, one.interval_ns) == (other.symbol, other.interval_ns)
    for name in ("close_ns", "session_open_ns", "session_close_ns", "ohlcv", "vwap", "trade_count"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            np.testing.assert_array_equal(a, b, err_msg=name)
