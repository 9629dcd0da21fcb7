"""Bars as a vendor gave them, before anything was decided about them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RawBars"]


@dataclass(frozen=True, slots=True, eq=False)
class RawBars:
    """One symbol's bars as read, in the order of the file, labels converted to the START of each bar in UTC.

    Attributes
    ----------
    symbol, source : str
        `source` names the file, for errors.
    start_ns : ndarray of int64, shape (n,)
    ohlcv : ndarray of float64, shape (n, 5)
    row : ndarray of int64, shape (n,)
        Line of the file that each bar stood on, the header being line 1.
    vwap : ndarray of float64, shape (n,), optional
        Volume-weighted average price in dollars, where the source has it; NaN where a bar has none.
    trade_count : ndarray of int64, shape (n,), optional
        Trades in each bar, where the source counts them.
    """

    symbol: str
    source: str
    start_ns: NDArray[np.int64]
    ohlcv: NDArray[np.float64]
    row: NDArray[np.int64]
    vwap: NDArray[np.float64] | None = None
    trade_count: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.start_ns)

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "RawBars":
        """Return the rows of a mask or a slice, or those at some places, in that order."""
        vwap = None if self.vwap is None else self.vwap[which]
        trade_count = None if self.trade_count is None else self.trade_count[which]
        return RawBars(
            self.symbol, self.source, self.start_ns[which], self.ohlcv[which], self.row[which], vwap, trade_count
        )
