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
    """

    symbol: str
    source: str
    start_ns: NDArray[np.int64]
    ohlcv: NDArray[np.float64]
    row: NDArray[np.int64]
