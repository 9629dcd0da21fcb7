"""Rows as a vendor gave them: what is wrong with them, and what a policy makes of it before they become bars."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import Cleaning
from foxml.bars.raw import RawBars
from foxml.bars.timeframes import DAY_NS
from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME
from foxml.errors import DataError

__all__ = ["clean_rows", "deduplicated", "refuse", "time_ordered"]

Mask = NDArray[np.bool_]


def clean_rows(
    raw: RawBars, calendar: TradingCalendar, cleaning: Cleaning, dropped: dict[str, int]
) -> tuple[RawBars, Mask]:
    """Apply the policies that look at rows alone, counting what is left out.

    Parameters
    ----------
    raw : RawBars
    calendar : TradingCalendar
    cleaning : Cleaning
    dropped : dict of str to int
        Added to.

    Returns
    -------
    raw : RawBars
        In strict order of time, but for rows of one time that differ and are dealt with later.
    widened : ndarray of bool
        Whose high or low was moved out to their other prices.

    Raises
    ------
    DataError
        By the policies; names file and row.
    """
    raw = _invalid_gone(raw, cleaning, dropped)
    raw, widened = _high_low(raw, cleaning, dropped)
    if cleaning.order == "sort":
        # By time and, within one time, by line: the order in which rows were given has no say.
        order = np.lexsort((raw.row, raw.start_ns))
        raw, widened = raw.take(order), widened[order]
    if cleaning.repeats == "drop":
        again = _repeats(raw)
        raw, widened = _without(raw, widened, again, "repeated rows", dropped)
    _check_times(raw, calendar, one_time_may_be_twice=cleaning.conflicts != "error")
    if cleaning.zero_volume != "keep":
        empty = raw.ohlcv[:, VOLUME] == 0
        if cleaning.zero_volume == "error":
            refuse(raw, empty, "volume is zero")
        raw, widened = _without(raw, widened, empty, "zero volume", dropped)
    return raw, widened


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
    return raw.take(~again), int(again.sum())


def refuse(raw: RawBars, broken: Mask, what: str) -> None:
    """Raise a DataError that names the first of some broken rows and shows its values; nothing if there is none."""
    at = np.flatnonzero(broken)
    if len(at):
        found = " ".join(f"{value:g}" for value in raw.ohlcv[at[0]])
        raise DataError(
            f"{raw.source}:{raw.row[at[0]]}: {raw.symbol}: {what}; open high low close volume are {found}"
            f" ({len(at)} such rows)"
        )


def _repeats(raw: RawBars) -> Mask:
    """Rows equal to an earlier one of the same time, wherever among the rows of that time it stands."""
    again = np.zeros(len(raw), dtype=np.bool_)
    same_time = np.zeros(len(raw), dtype=np.bool_)
    same_time[1:] = np.diff(raw.start_ns) == 0
    group = np.flatnonzero(same_time | np.append(same_time[1:], False))
    trades = raw.trade_count
    # A bar without a trade has no vwap: NaN, of which there is one here, says the same each time.
    vwap = None if raw.vwap is None else np.where(np.isnan(raw.vwap), np.nan, raw.vwap)
    seen: set[tuple[int, bytes, bytes, int]] = set()
    for i in group:
        said = b"" if vwap is None else vwap[i].tobytes()
        key = (int(raw.start_ns[i]), raw.ohlcv[i].tobytes(), said, -1 if trades is None else int(trades[i]))
        again[i] = key in seen
        seen.add(key)
    return again


def _without(raw: RawBars, widened: Mask, out: Mask, reason: str, dropped: dict[str, int]) -> tuple[RawBars, Mask]:
    if not out.any():
        return raw, widened
    dropped[reason] = dropped.get(reason, 0) + int(out.sum())
    return raw.take(~out), widened[~out]


def _invalid_gone(raw: RawBars, cleaning: Cleaning, dropped: dict[str, int]) -> RawBars:
    values = raw.ohlcv
    finite = np.isfinite(values)
    if cleaning.invalid == "error":
        _refuse_invalid(raw, finite, cleaning)
        return raw
    rules: list[tuple[Mask, str]] = [
        (np.asarray(~finite.all(axis=1)), "a value is missing or not finite"),
        (np.asarray((values[:, :VOLUME] <= 0).any(axis=1)), "a price is not positive"),
        (np.asarray(values[:, VOLUME] < 0), "volume is negative"),
    ]
    out = np.zeros(len(raw), dtype=np.bool_)
    for broken, what in rules:
        new = broken & ~out
        if new.any():
            dropped[what] = int(new.sum())
        out |= new
    return raw.take(~out) if out.any() else raw


def _refuse_invalid(raw: RawBars, finite: Mask, cleaning: Cleaning) -> None:
    values = raw.ohlcv
    refuse(raw, np.asarray(~finite.all(axis=1)), "a value is missing or not finite")
    refuse(raw, np.asarray((values[:, :VOLUME] <= 0).any(axis=1)), "a price is not positive")
    if cleaning.high_low == "error":  # the order in which a row's faults are told: prices, then volume
        _refuse_high_low(raw)
    refuse(raw, values[:, VOLUME] < 0, "volume is negative")


def _refuse_high_low(raw: RawBars) -> None:
    values = raw.ohlcv
    refuse(raw, values[:, HIGH] < values[:, LOW], "high is below low")
    refuse(raw, values[:, HIGH] < np.maximum(values[:, OPEN], values[:, CLOSE]), "high is below open or close")
    refuse(raw, values[:, LOW] > np.minimum(values[:, OPEN], values[:, CLOSE]), "low is above open or close")


def _high_low(raw: RawBars, cleaning: Cleaning, dropped: dict[str, int]) -> tuple[RawBars, Mask]:
    nothing = np.zeros(len(raw), dtype=np.bool_)
    if cleaning.high_low == "error":
        _refuse_high_low(raw)
        return raw, nothing
    prices = raw.ohlcv[:, :VOLUME]
    broken = (prices[:, HIGH] < prices.max(axis=1)) | (prices[:, LOW] > prices.min(axis=1))
    if not broken.any():
        return raw, nothing
    if cleaning.high_low == "drop":
        return _without(raw, nothing, broken, "high or low inside the other prices", dropped)
    ohlcv = raw.ohlcv.copy()
    ohlcv[broken, HIGH], ohlcv[broken, LOW] = prices[broken].max(axis=1), prices[broken].min(axis=1)
    return replace(raw, ohlcv=ohlcv), broken


def _check_times(raw: RawBars, calendar: TradingCalendar, *, one_time_may_be_twice: bool) -> None:
    step = np.diff(raw.start_ns)
    at = np.flatnonzero(step < 0 if one_time_may_be_twice else step <= 0)
    if len(at):
        what = "the same time as the row before it" if step[at[0]] == 0 else "an earlier time than the row before it"
        raise DataError(f"{raw.source}:{raw.row[at[0] + 1]}: {raw.symbol}: {what} ({len(at)} such rows)")
    first, last = calendar.covered_ns
    outside = np.flatnonzero((raw.start_ns < first - DAY_NS) | (raw.start_ns > last + DAY_NS))
    if len(outside):
        when = np.datetime64(int(raw.start_ns[outside[0]]), "ns")
        raise DataError(f"{raw.source}:{raw.row[outside[0]]}: {raw.symbol}: {when} lies outside the calendar")
