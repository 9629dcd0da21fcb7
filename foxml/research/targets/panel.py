"""What target builders read a panel with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.bars.actions import adjustment_factors
from foxml.domain.bars import CLOSE, CorporateAction, SymbolBars
from foxml.errors import DataError
from foxml.labels import PriceFactors, check_bars

__all__ = ["check_panel", "price_factors"]


def check_panel(histories: Sequence[SymbolBars], symbols: Sequence[str]) -> None:
    """Refuse histories that are not those of the symbols in their order, or whose prices cannot be.

    Raises
    ------
    DataError
    """
    found = [bars.symbol for bars in histories]
    if found != list(symbols):
        raise DataError(f"histories of {found} are not those of the instruments, in their order: {list(symbols)}")
    for bars in histories:
        check_bars(bars)


def price_factors(histories: Sequence[SymbolBars], actions: Sequence[CorporateAction]) -> tuple[PriceFactors, ...]:
    """Return each symbol's actions as factors, ahead of the bars where the merged stream has them.

    Parameters
    ----------
    histories : sequence of SymbolBars
    actions : sequence of CorporateAction
        Those of other symbols, of before the panel's first bar, of before a symbol's first bar and of after its last
        one change nothing.
    """
    first_ns = min((int(bars.close_ns[0]) for bars in histories if len(bars)), default=0)
    due = sorted((a for a in actions if a.occurred_ns >= first_ns), key=lambda action: action.occurred_ns)
    found = []
    for bars in histories:
        own = [action for action in due if action.symbol == bars.symbol]
        at = np.searchsorted(bars.session_open_ns, np.array([a.occurred_ns for a in own], dtype=np.int64))
        pairs = [
            (row, adjustment_factors(action, float(bars.ohlcv[row - 1, CLOSE]))[0])
            for row, action in zip(at.tolist(), own, strict=True)
            if 0 < row < len(bars)
        ]
        rows: NDArray[np.int64] = np.array([row for row, _ in pairs], dtype=np.int64)
        found.append(PriceFactors(rows, np.array([factor for _, factor in pairs], dtype=np.float64)))
    return tuple(found)
