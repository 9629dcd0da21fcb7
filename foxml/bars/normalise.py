"""From a vendor's bars to ours: regular hours, the session grid, one bar an interval, every drop counted.

Causal: what becomes of a bar depends on that bar and on the calendar alone, so the live feed calls the same function.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.raw import RawBars
from foxml.bars.timeframes import DAY_NS
from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, SymbolBars
from foxml.errors import DataError

__all__ = ["QualityReport", "deduplicated", "normalise", "time_ordered"]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What became of the rows of one symbol.

    Attributes
    ----------
    rows_read, bars_kept : int
    dropped : dict of str to int
        Rows left out, by reason.
    bars_expected : int
        Bars that the calendar has between the first and the last one kept; those not kept are absent, never filled.
    """

    symbol: str
    rows_read: int
    bars_kept: int
    bars_expected: int
    dropped: dict[str, int]


def normalise(raw: RawBars, calendar: TradingCalendar, interval_ns: int) -> tuple[SymbolBars, QualityReport]:
    """Keep the bars of regular sessions and give each its close and session.

    A bar that starts before the open and ends after it is taken as the session's first, shortened one: a vendor that
    labels 9:30 to 10:00 as the 9:00 hour means exactly that.

    Parameters
    ----------
    raw : RawBars
    calendar : TradingCalendar
    interval_ns : int

    Raises
    ------
    DataError
        If the rows cannot be bars (NaN, not positive, high below low, negative volume), are unsorted or duplicate, or
        lie outside the calendar; names the file and row.
    """
    _check_values(raw)
    _check_times(raw, calendar)
    if interval_ns >= DAY_NS:
        session = calendar.locate_dates(_dates(raw.start_ns))
        close_ns = calendar.close_ns[np.maximum(session, 0)]
    else:
        session, close_ns = _intraday(raw.start_ns, calendar, interval_ns)
    inside = session >= 0
    on_grid = inside & (_fits(raw.start_ns, session, calendar, interval_ns) if interval_ns < DAY_NS else True)
    counts = {"outside regular hours": int((~inside).sum()), "off the grid": int((inside & ~on_grid).sum())}
    dropped = {reason: count for reason, count in counts.items() if count}
    kept = session[on_grid]
    bars = SymbolBars(
        raw.symbol,
        interval_ns,
        close_ns[on_grid],
        calendar.open_ns[kept],
        calendar.close_ns[kept],
        np.ascontiguousarray(raw.ohlcv[on_grid]),
        None if raw.vwap is None else raw.vwap[on_grid],
        None if raw.trade_count is None else raw.trade_count[on_grid],
    )
    if len(bars) > 1 and not (np.diff(bars.close_ns) > 0).all():
        at = int(np.flatnonzero(np.diff(bars.close_ns) <= 0)[0])
        row = int(raw.row[on_grid][at + 1])
        raise DataError(f"{raw.source}:{row}: {raw.symbol}: a second bar for the interval of the row before it")
    expected = _expected(bars, calendar, interval_ns)
    return bars, QualityReport(raw.symbol, len(raw), len(bars), expected, dropped)


def time_ordered(raw: RawBars) -> RawBars:
    """Sort rows by time, rows of one time staying in the order of the file.

    Never done unasked: a file out of order may be out of order for a reason.
    """
    order = np.argsort(raw.start_ns, kind="stable")
    return raw.take(order)


def deduplicated(raw: RawBars) -> tuple[RawBars, int]:
    """Leave out rows that repeat the row before them in every value; never done unasked.

    Rows of one time with different values stay, and are refused by `normalise`: nobody knows which one is right.

    Returns
    -------
    bars : RawBars
    dropped : int
    """
    again = np.zeros(len(raw), dtype=np.bool_)
    again[1:] = (np.diff(raw.start_ns) == 0) & (np.diff(raw.ohlcv, axis=0) == 0).all(axis=1)
    if raw.vwap is not None:
        # A bar without a trade has no vwap: two that are NaN say the same.
        again[1:] &= (raw.vwap[1:] == raw.vwap[:-1]) | (np.isnan(raw.vwap[1:]) & np.isnan(raw.vwap[:-1]))
    if raw.trade_count is not None:
        again[1:] &= np.diff(raw.trade_count) == 0
    kept = ~again
    return raw.take(kept), int(again.sum())


def _intraday(
    start_ns: NDArray[np.int64], calendar: TradingCalendar, interval_ns: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    session = calendar.locate(start_ns)
    straddles = calendar.locate(start_ns + interval_ns - 1)
    session = np.where(session >= 0, session, straddles)
    close_ns = np.minimum(start_ns + interval_ns, calendar.close_ns[np.maximum(session, 0)])
    return session, close_ns


def _fits(
    start_ns: NDArray[np.int64], session: NDArray[np.int64], calendar: TradingCalendar, interval_ns: int
) -> NDArray[np.bool_]:
    """Whether a bar starts a whole number of intervals after midnight UTC, or after its session's open."""
    since_open = start_ns - calendar.open_ns[np.maximum(session, 0)]
    return np.asarray((start_ns % interval_ns == 0) | (since_open % interval_ns == 0))


def _dates(start_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    # A daily label is the session's midnight in exchange time or in UTC: half a day later both are on its date.
    return np.asarray((start_ns + DAY_NS // 2) // DAY_NS)


def _check_values(raw: RawBars) -> None:
    values = raw.ohlcv
    prices = values[:, :VOLUME]
    finite = np.isfinite(values)
    rules = [
        (~finite.all(axis=1), "a value is missing or not finite"),
        ((finite[:, :VOLUME] & (prices <= 0)).any(axis=1), "a price is not positive"),
        (values[:, HIGH] < values[:, LOW], "high is below low"),
        (values[:, HIGH] < np.maximum(values[:, OPEN], values[:, CLOSE]), "high is below open or close"),
        (values[:, LOW] > np.minimum(values[:, OPEN], values[:, CLOSE]), "low is above open or close"),
        (values[:, VOLUME] < 0, "volume is negative"),
    ]
    for broken, what in rules:
        at = np.flatnonzero(broken)
        if len(at):
            found = " ".join(f"{value:g}" for value in values[at[0]])
            raise DataError(
                f"{raw.source}:{raw.row[at[0]]}: {raw.symbol}: {what}; open high low close volume are {found}"
                f" ({len(at)} such rows)"
            )


def _check_times(raw: RawBars, calendar: TradingCalendar) -> None:
    step = np.diff(raw.start_ns)
    at = np.flatnonzero(step <= 0)
    if len(at):
        what = "the same time as the row before it" if step[at[0]] == 0 else "an earlier time than the row before it"
        raise DataError(f"{raw.source}:{raw.row[at[0] + 1]}: {raw.symbol}: {what} ({len(at)} such rows)")
    first, last = calendar.covered_ns
    outside = np.flatnonzero((raw.start_ns < first - DAY_NS) | (raw.start_ns > last + DAY_NS))
    if len(outside):
        when = np.datetime64(int(raw.start_ns[outside[0]]), "ns")
        raise DataError(f"{raw.source}:{raw.row[outside[0]]}: {raw.symbol}: {when} lies outside the calendar")


def _expected(bars: SymbolBars, calendar: TradingCalendar, interval_ns: int) -> int:
    if len(bars) == 0:
        return 0
    first, last = np.searchsorted(calendar.open_ns, [bars.session_open_ns[0], bars.session_open_ns[-1]])
    opens, closes = calendar.open_ns[first : last + 1], calendar.close_ns[first : last + 1]
    if interval_ns >= DAY_NS:
        return len(opens)
    # The grid is anchored at whole intervals of UTC: a session may begin or end inside one.
    return int((-(-closes // interval_ns) - opens // interval_ns).sum())
