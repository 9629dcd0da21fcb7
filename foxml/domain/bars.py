"""Bars: one symbol's history, one moment of many symbols, and what changes a share itself."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLOSE", "HIGH", "LOW", "OPEN", "VOLUME", "ActionKind", "BarSlice", "CorporateAction", "SymbolBars"]

OPEN: Final = 0
HIGH: Final = 1
LOW: Final = 2
CLOSE: Final = 3
VOLUME: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class SymbolBars:
    """The bars of one symbol, oldest first, raw (unadjusted), regular trading hours only.

    Attributes
    ----------
    symbol : str
    interval_ns : int
        Nominal length of a bar; the first or last of a session may be shorter.
    close_ns : ndarray of int64, shape (n,)
        Moment at which each bar ended and became known; strictly increasing.
    session_open_ns, session_close_ns : ndarray of int64, shape (n,)
        Bounds of the trading session that each bar belongs to.
    ohlcv : ndarray of float64, shape (n, 5)
        Open, high, low, close in dollars, volume in shares.
    vwap : ndarray of float64, shape (n,), optional
        Volume-weighted average price of each bar's trades in dollars, where the source has it; NaN without a trade.
    trade_count : ndarray of int64, shape (n,), optional
        Trades in each bar, where the source counts them.
    """

    symbol: str
    interval_ns: int
    close_ns: NDArray[np.int64]
    session_open_ns: NDArray[np.int64]
    session_close_ns: NDArray[np.int64]
    ohlcv: NDArray[np.float64]
    vwap: NDArray[np.float64] | None = None
    trade_count: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        n = len(self.close_ns)
        assert self.ohlcv.shape == (n, 5), self.ohlcv.shape
        assert len(self.session_open_ns) == n
        assert len(self.session_close_ns) == n
        assert self.vwap is None or self.vwap.shape == (n,)
        assert self.trade_count is None or self.trade_count.shape == (n,)

    def __len__(self) -> int:
        return len(self.close_ns)


@dataclass(frozen=True, slots=True, eq=False)
class BarSlice:
    """The bars of one interval for all symbols of an engine: what a decision is made on.

    Attributes
    ----------
    sequence : int
        Counts slices of a feed from 0.
    interval_ns, close_ns, received_ns : int
    session_open_ns, session_close_ns : int
        The trading session of this slice, by the engine's one calendar.
    symbols : tuple of str, length n
        The engine's whole universe, in its order.
    ohlcv : ndarray of float64, shape (n, 5)
        Raw prices in dollars and volume in shares; a row of an absent symbol is NaN.
    present : ndarray of bool, shape (n,)
        False where the symbol had no bar. An absent bar is never filled forward.
    """

    sequence: int
    interval_ns: int
    close_ns: int
    received_ns: int
    session_open_ns: int
    session_close_ns: int
    symbols: tuple[str, ...]
    ohlcv: NDArray[np.float64]
    present: NDArray[np.bool_]

    def __post_init__(self) -> None:
        n = len(self.symbols)
        assert self.ohlcv.shape == (n, 5), self.ohlcv.shape
        assert self.present.shape == (n,), self.present.shape

    @property
    def occurred_ns(self) -> int:
        """When it happened: the close of the interval."""
        return self.close_ns


class ActionKind(Enum):
    """What a corporate action does to a share."""

    SPLIT = "split"
    DIVIDEND = "dividend"


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """A split or a cash dividend, effective at the open of its ex-date's session.

    Attributes
    ----------
    symbol : str
    kind : ActionKind
    occurred_ns : int
        The open of the first session that trades without the entitlement.
    received_ns : int
    value : int
        In units of 1e-9: new shares per old share for a split, dollars per share as paid at that time for a dividend.
    """

    symbol: str
    kind: ActionKind
    occurred_ns: int
    received_ns: int
    value: int

    def __post_init__(self) -> None:
        if self.value <= 0:
            raise ValueError(f"value of the {self.kind.value} of {self.symbol} must be positive, found {self.value}")
