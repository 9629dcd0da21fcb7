"""The compiled kernels of the bars, with types; no other module of this room knows the compiled core.

Each does in one pass over the rows what NumPy does in many, and gives the same bits (tests/unit/bars/test_kernel.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml import _core

__all__ = [
    "CsvColumn",
    "Groups",
    "Placed",
    "RowArrays",
    "TimeForm",
    "day_starts",
    "group_bars",
    "group_trades",
    "place_rows",
    "read_lines",
]

Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Groups = tuple[Floats, Floats | None, Times | None]
_PRICES: Final = 5


class CsvColumn(IntEnum):
    """What a column of a CSV table is to a bar."""

    IGNORED = 0
    TIMESTAMP = 1
    OPEN = 2
    HIGH = 3
    LOW = 4
    CLOSE = 5
    VOLUME = 6
    VWAP = 7
    TRADE_COUNT = 8
    SYMBOL = 9


class TimeForm(IntEnum):
    """How the times of a table are written: in ISO form without or with an offset from UTC, or as whole numbers."""

    LOCAL = 0
    OFFSET = 1
    NUMBER = 2


@dataclass(slots=True, eq=False)
class RowArrays:
    """What lines are read into, with room for more.

    Attributes
    ----------
    time_ns : ndarray of int64, shape (capacity,)
        On the wall's clock; with an offset in UTC; of numbers, the number.
    ohlcv : ndarray of float64, shape (capacity, 5)
    vwap, trade_count : ndarray of float64, shape (capacity,), optional
    symbol : ndarray of int32, shape (capacity,), optional
        Places among `symbols`.
    rows : int
        How many are read.
    symbols : list of str
        In the order of their first rows.
    """

    time_ns: Times
    ohlcv: Floats
    vwap: Floats | None
    trade_count: Floats | None
    symbol: NDArray[np.int32] | None
    rows: int = 0
    symbols: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, columns: Sequence[CsvColumn], capacity: int) -> "RowArrays":
        """Make arrays for a table with such columns."""
        vwap = np.empty(capacity) if CsvColumn.VWAP in columns else None
        trade_count = np.empty(capacity) if CsvColumn.TRADE_COUNT in columns else None
        symbol = np.empty(capacity, np.int32) if CsvColumn.SYMBOL in columns else None
        return cls(np.empty(capacity, np.int64), np.empty((capacity, _PRICES)), vwap, trade_count, symbol)

    @property
    def capacity(self) -> int:
        """Rows that there is room for."""
        return len(self.time_ns)

    def grow(self, capacity: int) -> None:
        """Make room for more rows."""
        for name in ("time_ns", "ohlcv", "vwap", "trade_count", "symbol"):
            old = getattr(self, name)
            if old is not None:
                new = np.empty((capacity, *old.shape[1:]), old.dtype)
                new[: self.rows] = old[: self.rows]
                setattr(self, name, new)


def read_lines(
    text: NDArray[np.uint8], text_bytes: int, columns: Sequence[CsvColumn], form: TimeForm, out: RowArrays
) -> tuple[int, bool]:
    """Read the whole lines of a text behind the rows that were read before.

    Plain is what nobody needs to think about: no quotes, no blanks, no empty cell but a vwap's, as many cells as there
    are columns, ISO dates from 1900 to 2199, numbers in digits, symbols in visible ASCII.

    Returns
    -------
    text_bytes : int
        So many were read.
    plain : bool
        False where the line behind them is not plain; True where it is not whole, or there is no room for it.
    """
    rows, done, plain, out.symbols = _core.csv_rows(
        text, text_bytes, columns, form, out.rows, out.time_ns, out.ohlcv, out.vwap, out.trade_count, out.symbol,
        out.symbols,
    )  # fmt: skip
    out.rows += rows
    return done, plain


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Rows with their closes and sessions, in the order of the rows, and how many were left out.

    Attributes
    ----------
    close_ns, session_open_ns, session_close_ns : ndarray of int64, shape (n,)
    ohlcv : ndarray of float64, shape (n, 5)
    vwap : ndarray of float64, shape (n,), optional
    trade_count : ndarray of int64, shape (n,), optional
    empty : ndarray of uint8, shape (n,)
        1 where a bar has no volume.
    outside, off_grid : int
        Rows left out: in no session, and in one but on no whole interval.
    empty_rows : int
        Rows without volume, those left out included.
    """

    close_ns: Times
    session_open_ns: Times
    session_close_ns: Times
    ohlcv: Floats
    vwap: Floats | None
    trade_count: Times | None
    empty: NDArray[np.uint8]
    outside: int
    off_grid: int
    empty_rows: int


def place_rows(
    start_ns: Times,
    ohlcv: Floats,
    vwap: Floats | None,
    trade_count: Times | None,
    *,
    open_ns: Times,
    close_ns: Times,
    covered_ns: tuple[int, int],
    interval_ns: int,
) -> Placed | None:
    """Give each row its close and its session; None if anything is wrong with any row, whatever it is.

    Parameters
    ----------
    start_ns, ohlcv, vwap, trade_count
        As of `RawBars`.
    open_ns, close_ns : ndarray of int64, shape (sessions,)
    covered_ns : tuple of int
        What the calendar speaks of; a row may lie up to a day outside.
    interval_ns : int
        Less than a day.
    """
    found = _core.place_rows(start_ns, ohlcv, vwap, trade_count, open_ns, close_ns, *covered_ns, interval_ns)
    if found is None:
        return None
    close_ns, opens, ends, values, prices, trades, empty, bars, outside, off_grid, empty_rows = found
    return Placed(
        close_ns[:bars],
        opens[:bars],
        ends[:bars],
        values[:bars],
        None if prices is None else prices[:bars],
        None if trades is None else trades[:bars],
        empty[:bars],
        outside,
        off_grid,
        empty_rows,
    )


def day_starts(time_ns: Times) -> Times:
    """Return the places at which a run of times of one day, counted from 1970, begins."""
    return _core.day_starts(time_ns)


def group_bars(ohlcv: Floats, vwap: Floats | None, trade_count: Times | None, first: Times) -> Groups:
    """Make one bar of all bars from each place up to the next; sums run in the order of the bars.

    Returns
    -------
    ohlcv : ndarray of float64, shape (len(first), 5)
    vwap : ndarray of float64 or None
        By volume; NaN without volume, and where a bar with volume has none.
    trade_count : ndarray of int64 or None
    """
    return _core.group_bars(ohlcv, vwap, trade_count, first)


def group_trades(price: Floats, size: Floats, first: Times) -> Groups:
    """Make one bar of all trades from each place up to the next, as `group_bars`."""
    return _core.group_trades(price, size, np.ones(len(price), np.int64), first)
