"""Bars of a higher timeframe from bars of a lower one, or from trades: a whole history at once or one at a time.

Both doors add in the order of time, so they agree to the bit. An interval without a bar stays without one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.grid import Anchor, Cells, Grid
from foxml.bars.kernel import Groups, group_bars, group_trades
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["Aggregator", "Bar", "aggregate", "aggregate_trades"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, as it is streamed; prices in dollars, volume in shares, times in nanoseconds UTC.

    Attributes
    ----------
    vwap : float or None
        None where it is not known.
    trade_count : int or None
        None where the source does not count trades.
    """

    close_ns: int
    session_open_ns: int
    session_close_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float | None = None
    trade_count: int | None = None


def aggregate(
    bars: SymbolBars,
    interval_ns: int,
    *,
    anchor: Anchor = "session",
    calendar: TradingCalendar | None = None,
    from_ns: int | None = None,
    until_ns: int | None = None,
) -> SymbolBars:
    """Aggregate a history.

    Parameters
    ----------
    bars : SymbolBars
    interval_ns : int
        A multiple of the bars' own; a day is a session, a week the sessions of a Monday to Sunday.
    anchor : "session" or "utc", default "session"
        Where intervals below a day are counted from.
    calendar : TradingCalendar, optional
        Needed for weeks.
    from_ns : int, optional
        The lower bars are complete from here on: a bar that began earlier is left out. By default none is.
    until_ns : int, optional
        They are complete up to here: a bar that closes later is left out. By default the close of the last lower bar.

    Returns
    -------
    SymbolBars
        `vwap` weighs by volume and is NaN where a bar with volume has none; `trade_count` is the sum.

    Raises
    ------
    DataError
        If the intervals do not fit, or a bar reaches across the grid.
    """
    grid = Grid(interval_ns, bars.interval_ns, anchor=anchor, calendar=calendar)
    cells, first = grid.borders(bars.close_ns, bars.session_open_ns, bars.session_close_ns)
    if until_ns is None and len(bars):
        until_ns = int(bars.close_ns[-1])
    groups = group_bars(bars.ohlcv, bars.vwap, bars.trade_count, first)
    return _within(bars.symbol, interval_ns, cells, groups, from_ns, until_ns)


def aggregate_trades(
    symbol: str,
    time_ns: NDArray[np.int64],
    price: NDArray[np.float64],
    size: NDArray[np.float64],
    *,
    interval_ns: int,
    calendar: TradingCalendar,
    anchor: Anchor = "session",
    from_ns: int | None = None,
    until_ns: int | None = None,
) -> SymbolBars:
    """Bars of trades, with VWAP and number of trades; trades outside regular sessions are left out.

    Parameters
    ----------
    symbol : str
    time_ns : ndarray of int64, shape (n,)
        Ascending; several trades may share a moment. One at the end of an interval belongs to the next.
    price, size : ndarray of float64, shape (n,)
        Dollars and shares.
    interval_ns, calendar, anchor, from_ns, until_ns
        As in `aggregate`; `until_ns` is by default the time of the last trade.

    Raises
    ------
    DataError
        If a trade is out of order or cannot be one; names its place.
    """
    _check_trades(symbol, time_ns, price, size)
    session = calendar.locate(time_ns)
    inside = session >= 0
    if until_ns is None and len(time_ns):
        until_ns = int(time_ns[-1])
    at = session[inside]
    price, size = price[inside], size[inside]
    cells, first = Grid(interval_ns, 1, anchor=anchor, calendar=calendar).borders(
        time_ns[inside] + 1, calendar.open_ns[at], calendar.close_ns[at]
    )
    return _within(symbol, interval_ns, cells, group_trades(price, size, first), from_ns, until_ns)


class Aggregator:
    """The same, one bar or trade at a time: what `aggregate` gives of a history, bar for bar and bit for bit.

    Parameters
    ----------
    symbol : str
    interval_ns : int
    lower_ns : int
        Length of the bars that are added; 1 for trades.
    anchor, calendar, from_ns
        As in `aggregate`.
    """

    def __init__(
        self,
        symbol: str,
        interval_ns: int,
        lower_ns: int,
        *,
        anchor: Anchor = "session",
        calendar: TradingCalendar | None = None,
        from_ns: int | None = None,
    ) -> None:
        self.symbol = symbol
        self._grid = Grid(interval_ns, lower_ns, anchor=anchor, calendar=calendar)
        self._from_ns = from_ns
        self._last_ns: int | None = None
        self._over_ns: int | None = None
        self._open: _OpenBar | None = None

    def add(self, bar: Bar) -> tuple[Bar, ...]:
        """Add a closed lower bar, and return the bars that are complete with it, oldest first (at most two).

        Raises
        ------
        DataError
            If it does not close after the last one, lies across the grid, or comes after its interval was closed;
            nothing is changed then.
        """
        if self._last_ns is not None and bar.close_ns <= self._last_ns:
            raise DataError(f"{self.symbol}: a bar that closes at {bar.close_ns} came after {self._last_ns}")
        cell = self._grid.cell(bar.close_ns, bar.session_open_ns, bar.session_close_ns)
        value = None if bar.vwap is None and bar.volume > 0 else _value(bar)
        self._check_late(cell[0])
        done = self._take(cell, bar, value, bar.close_ns)
        return done + self.advance(bar.close_ns)

    def add_trade(
        self, time_ns: int, price: float, size: float, *, session_open_ns: int, session_close_ns: int
    ) -> tuple[Bar, ...]:
        """Add a trade of a session, and return the bar that it completes, if there is one.

        Raises
        ------
        DataError
            If it is earlier than the last one, lies outside its session, or cannot be a trade.
        """
        if self._last_ns is not None and time_ns < self._last_ns:
            raise DataError(f"{self.symbol}: a trade at {time_ns} came after {self._last_ns}")
        if not session_open_ns <= time_ns < session_close_ns:
            raise DataError(f"{self.symbol}: a trade at {time_ns}; its session is {session_open_ns} {session_close_ns}")
        if not (math.isfinite(price) and price > 0 and math.isfinite(size) and size > 0):
            raise DataError(f"{self.symbol}: expected a trade of positive price and size, found {price:g} x {size:g}")
        cell = self._grid.cell(time_ns + 1, session_open_ns, session_close_ns)
        self._check_late(cell[0])
        trade = Bar(time_ns + 1, session_open_ns, session_close_ns, price, price, price, price, size, price, 1)
        done = self._take(cell, trade, price * size, time_ns)
        return done + self.advance(time_ns)

    def advance(self, now_ns: int) -> tuple[Bar, ...]:
        """Return the bar whose interval ended by `now_ns`, if there is one: no more lower bars of it are to come.

        One that comes all the same is refused by `add`, so `now_ns` is the time less what a vendor's bars may be late.
        """
        self._over_ns = now_ns if self._over_ns is None else max(now_ns, self._over_ns)
        if self._open is None or self._open.cell[0] > now_ns:
            return ()
        return self._closed()

    def _check_late(self, end_ns: int) -> None:
        if self._over_ns is not None and end_ns <= self._over_ns:
            raise DataError(f"{self.symbol}: the bar that closes at {end_ns} was closed before all of it came")

    def _take(self, cell: tuple[int, int, int, int], bar: Bar, value: float | None, now_ns: int) -> tuple[Bar, ...]:
        done = self._closed() if self._open is not None and self._open.cell[0] != cell[0] else ()
        if self._open is None:
            self._open = _OpenBar(cell, bar)
        self._open.add(bar, value)
        self._last_ns = now_ns
        return done

    def _closed(self) -> tuple[Bar, ...]:
        made, self._open = self._open, None
        assert made is not None
        if self._from_ns is not None and made.cell[1] < self._from_ns:
            return ()
        return (made.bar(),)


class _OpenBar:
    """A bar that is being made."""

    __slots__ = ("_close", "_count", "_high", "_low", "_open", "_value", "_volume", "cell")

    def __init__(self, cell: tuple[int, int, int, int], first: Bar) -> None:
        self.cell = cell
        self._open, self._high, self._low, self._close = first.open, first.high, first.low, first.close
        self._volume = 0.0
        self._value: float | None = 0.0
        self._count: int | None = 0

    def add(self, bar: Bar, value: float | None) -> None:
        self._high = max(self._high, bar.high)
        self._low = min(self._low, bar.low)
        self._close = bar.close
        self._volume += bar.volume
        self._value = None if value is None or self._value is None else self._value + value
        self._count = None if bar.trade_count is None or self._count is None else self._count + bar.trade_count

    def bar(self) -> Bar:
        end_ns, _, open_ns, close_ns = self.cell
        vwap = None if self._value is None or self._volume <= 0 else self._value / self._volume
        prices = (self._open, self._high, self._low, self._close)
        return Bar(end_ns, open_ns, close_ns, *prices, self._volume, vwap, self._count)


def _value(bar: Bar) -> float:
    # What zero shares were worth is nothing, whatever a vendor writes as their price.
    return 0.0 if bar.vwap is None or bar.volume == 0 else bar.vwap * bar.volume


def _within(
    symbol: str, interval_ns: int, cells: Cells, groups: Groups, from_ns: int | None, until_ns: int | None
) -> SymbolBars:
    """Return the bars that the lower ones are complete for."""
    kept: slice | NDArray[np.bool_] = slice(None)
    early = from_ns is not None and len(cells.start_ns) > 0 and bool((cells.start_ns < from_ns).any())
    late = until_ns is not None and len(cells.end_ns) > 0 and bool((cells.end_ns > until_ns).any())
    if early or late:
        kept = np.ones(len(cells.end_ns), dtype=np.bool_)
        if from_ns is not None:
            kept &= cells.start_ns >= from_ns
        if until_ns is not None:
            kept &= cells.end_ns <= until_ns
    ohlcv, vwap, trades = groups
    return SymbolBars(
        symbol,
        interval_ns,
        cells.end_ns[kept],
        cells.open_ns[kept],
        cells.close_ns[kept],
        ohlcv[kept],
        None if vwap is None else vwap[kept],
        None if trades is None else trades[kept],
    )


def _check_trades(
    symbol: str, time_ns: NDArray[np.int64], price: NDArray[np.float64], size: NDArray[np.float64]
) -> None:
    bad = ~(np.isfinite(price) & (price > 0) & np.isfinite(size) & (size > 0))
    if bad.any():
        at = int(bad.argmax())
        raise DataError(f"{symbol}: trade {at}: expected a positive price and size, found {price[at]:g} x {size[at]:g}")
    back = np.diff(time_ns) < 0
    if back.any():
        raise DataError(f"{symbol}: trade {int(back.argmax()) + 1}: an earlier time than the trade before it")
