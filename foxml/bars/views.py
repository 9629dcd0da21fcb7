"""One share's history as it was seen at a moment: all its names, on the terms of the shares that traded then."""

from dataclasses import replace

from foxml.bars.actions import adjusted
from foxml.bars.listings import joined_as, names_of
from foxml.bars.store import BarStore
from foxml.domain.bars import SymbolBars

__all__ = ["share_history"]


def share_history(
    store: BarStore,
    symbol: str,
    interval: str,
    as_of_ns: int,
    *,
    start_ns: int | None = None,
    adjust: bool = True,
    dividends: bool = True,
    stored_ns: int | None = None,
) -> SymbolBars:
    """Read the bars of the share that bears a symbol at a moment, under whatever names it traded.

    Point in time: bars that had not closed, and symbol changes, splits and dividends that were not known or in force,
    are left out. An earlier share that bore the symbol is another one.

    Parameters
    ----------
    store : BarStore
    symbol, interval : str
    as_of_ns : int
    start_ns : int, optional
        Bars that closed after it alone; names given up before need not be stored.
    adjust : bool, default True
        Put prices and volumes on the terms of the shares that traded at `as_of_ns`; False leaves them raw.
    dividends : bool, default True
        False adjusts for splits alone.
    stored_ns : int, optional
        The bars as they were stored at that time: without later revisions.

    Raises
    ------
    DataError
        If the store lacks bars of one of the names, or a file was changed.
    """
    spans = names_of(symbol, store.listings(), as_of_ns)
    if start_ns is not None:
        later = [(name, max(first, start_ns), last) for name, first, last in spans if last > start_ns]
        spans = later or [(symbol, as_of_ns, as_of_ns)]
    parts = [store.read(name, interval, first, last, as_of_ns=stored_ns) for name, first, last in spans]
    bars = joined_as(symbol, parts)
    if not adjust:
        return bars
    actions = [
        replace(action, symbol=symbol)
        for name, first, last in spans
        for action in store.actions([name])
        if first <= action.occurred_ns <= last
    ]
    return adjusted(bars, actions, as_of_ns, dividends=dividends)
