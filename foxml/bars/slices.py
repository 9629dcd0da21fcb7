"""Histories of many symbols, merged into one stream in event time."""

from collections.abc import Iterator, Sequence

import numpy as np

from foxml.domain.bars import BarSlice, CorporateAction, SymbolBars

__all__ = ["merge"]


def merge(
    histories: Sequence[SymbolBars],
    actions: Sequence[CorporateAction],
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Iterator[BarSlice | CorporateAction]:
    """Yield one slice for each close that any symbol has, each action ahead of the first slice of its session.

    Parameters
    ----------
    histories : sequence of SymbolBars
        In the order of the universe, of one interval and calendar.
    actions : sequence of CorporateAction
        Those of symbols outside the universe, and those before the first slice, are left out.
    start_ns, end_ns : int, optional
        Only slices that close in ``(start_ns, end_ns]``.

    Yields
    ------
    BarSlice or CorporateAction
        Slices are counted from 0. What was received is taken to be received as it happened.
    """
    symbols = tuple(bars.symbol for bars in histories)
    closes = np.unique(np.concatenate([bars.close_ns for bars in histories]))
    first = 0 if start_ns is None else int(np.searchsorted(closes, start_ns, side="right"))
    last = len(closes) if end_ns is None else int(np.searchsorted(closes, end_ns, side="right"))
    closes = closes[first : max(first, last)]
    rows = [np.searchsorted(bars.close_ns, closes) for bars in histories]
    known = set(symbols)
    due = sorted((a for a in actions if a.symbol in known), key=lambda a: a.occurred_ns)
    due = [a for a in due if len(closes) and a.occurred_ns >= closes[0]]
    next_action = 0
    for sequence, close_ns in enumerate(closes.tolist()):
        bar_slice = _slice(sequence, close_ns, symbols, histories, [int(row[sequence]) for row in rows])
        while next_action < len(due) and due[next_action].occurred_ns <= bar_slice.session_open_ns:
            yield due[next_action]
            next_action += 1
        yield bar_slice


def _slice(
    sequence: int, close_ns: int, symbols: tuple[str, ...], histories: Sequence[SymbolBars], rows: Sequence[int]
) -> BarSlice:
    ohlcv = np.full((len(symbols), 5), np.nan)
    present = np.zeros(len(symbols), dtype=np.bool_)
    session_open_ns = session_close_ns = 0
    for i, (bars, row) in enumerate(zip(histories, rows, strict=True)):
        if row < len(bars) and bars.close_ns[row] == close_ns:
            ohlcv[i] = bars.ohlcv[row]
            present[i] = True
            session_open_ns = int(bars.session_open_ns[row])
            session_close_ns = int(bars.session_close_ns[row])
    assert present.any()
    return BarSlice(
        sequence=sequence,
        interval_ns=histories[0].interval_ns,
        close_ns=close_ns,
        received_ns=close_ns,
        session_open_ns=session_open_ns,
        session_close_ns=session_close_ns,
        symbols=symbols,
        ohlcv=ohlcv,
        present=present,
    )
