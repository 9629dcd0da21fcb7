"""Corporate actions between the bars of a history."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foxml.bars.actions import adjustment_factors
from foxml.domain.bars import CLOSE, CorporateAction, SymbolBars
from foxml.features import Adjustment

__all__ = ["LastBar", "timed_adjustments"]


@dataclass(frozen=True, slots=True)
class LastBar:
    """What a later part of a history must know of the part before: its last close, when and at what price.

    Attributes
    ----------
    close_ns : int
    close : float
        Raw, in dollars.
    """

    close_ns: int
    close: float

    @classmethod
    def of(cls, bars: SymbolBars) -> "LastBar":
        """Return the last of some bars."""
        return cls(int(bars.close_ns[-1]), float(bars.ohlcv[-1, CLOSE]))


def timed_adjustments(
    bars: SymbolBars, actions: Sequence[CorporateAction], last: LastBar | None = None
) -> list[Adjustment]:
    """Place a symbol's corporate actions between its bars; those outside its history are left out.

    Parameters
    ----------
    bars : SymbolBars
    actions : sequence of CorporateAction
    last : LastBar, optional
        The bar before the first of `bars`, where they go on from others.
    """
    found = []
    for action in sorted(actions, key=lambda a: a.occurred_ns):
        if action.symbol != bars.symbol:
            continue
        row = int(np.searchsorted(bars.close_ns, action.occurred_ns, side="right"))
        if 0 < row < len(bars):
            found.append(Adjustment(row, *adjustment_factors(action, float(bars.ohlcv[row - 1, CLOSE]))))
        elif row == 0 and len(bars) and last is not None and last.close_ns <= action.occurred_ns:
            found.append(Adjustment(0, *adjustment_factors(action, last.close)))
    return found
