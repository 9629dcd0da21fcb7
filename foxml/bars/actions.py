"""Splits and dividends: read, and turned into factors that make the past comparable with the present."""

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.domain.bars import CLOSE, VOLUME, ActionKind, CorporateAction, SymbolBars
from foxml.domain.money import NANO, parse_nano
from foxml.errors import DataError

__all__ = ["adjusted", "adjustment_factors", "back_adjusted", "holds_actions", "read_actions"]

_HEADER = ["symbol", "ex_date", "kind", "value"]


def read_actions(path: Path, calendar: TradingCalendar) -> list[CorporateAction]:
    """Read a table of ``symbol, ex_date, kind, value``, sorted by time.

    Parameters
    ----------
    path : Path
        CSV. `value` is new shares per old share for a split, dollars per share as paid at that time for a dividend.
    calendar : TradingCalendar
        An action takes effect at the open of the first session on or after its ex-date.

    Raises
    ------
    DataError
        Names the file and line, what was found and what was expected.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    rows = list(csv.reader(lines))
    if not rows or rows[0] != _HEADER:
        found = ",".join(rows[0]) if rows else "an empty file"
        raise DataError(f"{path}:1: expected the header {','.join(_HEADER)}, found {found}")
    actions = [_action(path, number, row, calendar) for number, row in enumerate(rows[1:], 2) if row]
    return sorted(actions, key=lambda action: (action.occurred_ns, action.symbol, action.kind.value))


def holds_actions(path: Path) -> bool:
    """Whether a file begins as a table of corporate actions does: it may lie among files of bars."""
    try:
        with path.open("rb") as file:
            return file.readline(200).rstrip().split(b",") == [word.encode() for word in _HEADER]
    except OSError:
        return False


def _action(path: Path, number: int, row: Sequence[str], calendar: TradingCalendar) -> CorporateAction:
    if len(row) != len(_HEADER):
        raise DataError(f"{path}:{number}: expected {len(_HEADER)} fields, found {len(row)}")
    symbol, ex_date, kind, value = row
    try:
        session = calendar.session_on_or_after(dt.date.fromisoformat(ex_date))
        return CorporateAction(symbol, ActionKind(kind), session.open_ns, session.open_ns, parse_nano(value))
    except ValueError as error:
        raise DataError(f"{path}:{number}: {error}") from None


def adjustment_factors(action: CorporateAction, last_close: float) -> tuple[float, float]:
    """Factors that put bars from before an action on the terms of the bars after it.

    A split of v new shares for one multiplies earlier prices by 1/v and volumes by v. A dividend D multiplies earlier
    prices by 1 - D/C, C being the last raw close before the ex-date (the CRSP convention).

    Parameters
    ----------
    action : CorporateAction
    last_close : float
        Last raw close that was known before the action took effect, in dollars.

    Returns
    -------
    price_factor, volume_factor : float

    Raises
    ------
    DataError
        If a dividend is not smaller than the price of the share that pays it.
    """
    value = action.value / NANO
    if action.kind is ActionKind.SPLIT:
        return 1.0 / value, value
    if not 0.0 < value < last_close:
        raise DataError(f"dividend of {value:g} on {action.symbol} is not below its last close {last_close:g}")
    return 1.0 - value / last_close, 1.0


def back_adjusted(bars: SymbolBars, actions: Iterable[CorporateAction]) -> SymbolBars:
    """Put a whole history on the terms of its last bar: for ratios within it, never for what was known at a time.

    Parameters
    ----------
    bars : SymbolBars
        Raw.
    actions : iterable of CorporateAction
        Those of other symbols, and those before the first bar or after the last one's close, are ignored.
    """
    if len(bars) == 0:
        return bars
    last_ns = int(bars.close_ns[-1])
    return _on_terms(bars, [action for action in actions if action.occurred_ns < last_ns])


def adjusted(
    bars: SymbolBars, actions: Iterable[CorporateAction], as_of_ns: int, *, dividends: bool = True
) -> SymbolBars:
    """Put the bars known at a moment on the terms of the shares that traded then, by what was known then.

    Point in time: later bars are left out, and so is an action that had not taken effect or had not been received.

    Parameters
    ----------
    bars : SymbolBars
        Raw.
    actions : iterable of CorporateAction
        Those of other symbols are ignored.
    as_of_ns : int
    dividends : bool, default True
        False adjusts for splits alone: prices as they were paid, per share of that day.

    Returns
    -------
    SymbolBars
        Bars that had closed by `as_of_ns`.
    """
    count = int(np.searchsorted(bars.close_ns, as_of_ns, side="right"))
    known = [
        action
        for action in actions
        if action.occurred_ns <= as_of_ns
        and action.received_ns <= as_of_ns
        and (dividends or action.kind is not ActionKind.DIVIDEND)
    ]
    return _on_terms(_first(bars, count), known)


def _first(bars: SymbolBars, count: int) -> SymbolBars:
    return SymbolBars(
        bars.symbol,
        bars.interval_ns,
        bars.close_ns[:count],
        bars.session_open_ns[:count],
        bars.session_close_ns[:count],
        bars.ohlcv[:count],
        None if bars.vwap is None else bars.vwap[:count],
        None if bars.trade_count is None else bars.trade_count[:count],
    )


def _on_terms(bars: SymbolBars, actions: Sequence[CorporateAction]) -> SymbolBars:
    """Multiply the bars before each action by its factors."""
    ohlcv = bars.ohlcv.copy()
    vwap = None if bars.vwap is None else bars.vwap.copy()
    for action in sorted(actions, key=lambda a: a.occurred_ns):
        count = int(np.searchsorted(bars.close_ns, action.occurred_ns, side="right"))
        if action.symbol != bars.symbol or count == 0:
            continue
        price, volume = adjustment_factors(action, float(bars.ohlcv[count - 1, CLOSE]))
        ohlcv[:count, :VOLUME] *= price
        ohlcv[:count, VOLUME] *= volume
        if vwap is not None:
            vwap[:count] *= price
    return replace(bars, ohlcv=ohlcv, vwap=vwap)
