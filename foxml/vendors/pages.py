"""Bars as a vendor's answer holds them, before they are anybody's bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BarPage"]


@dataclass(frozen=True, slots=True, eq=False)
class BarPage:
    """Bars of one symbol, labelled by their START in UTC, in the order of the answer.

    Attributes
    ----------
    start_ns : ndarray of int64, shape (n,)
    ohlcv : ndarray of float64, shape (n, 5)
    vwap : ndarray of float64, shape (n,), optional
    trade_count : ndarray of int64, shape (n,), optional
    """

    start_ns: NDArray[np.int64]
    ohlcv: NDArray[np.float64]
    vwap: NDArray[np.float64] | None = None
    trade_count: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        n = len(self.start_ns)
        assert self.ohlcv.shape == (n, 5), self.ohlcv.shape
        assert self.vwap is None or self.vwap.shape == (n,)
        assert self.trade_count is None or self.trade_count.shape == (n,)

    def __len__(self) -> int:
        return len(self.start_ns)

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "BarPage":
        """Return the rows of a mask, or those at some places, in that order."""
        vwap = None if self.vwap is None else self.vwap[which]
        trade_count = None if self.trade_count is None else self.trade_count[which]
        return BarPage(self.start_ns[which], self.ohlcv[which], vwap, trade_count)

    def within(self, start_ns: int, end_ns: int) -> "BarPage":
        """Return the bars that start in ``[start_ns, end_ns)``: vendors answer with more than was asked for."""
        return self.take((self.start_ns >= start_ns) & (self.start_ns < end_ns))

    @staticmethod
    def empty() -> "BarPage":
        """Return no bars."""
        return BarPage(np.empty(0, np.int64), np.empty((0, 5)))

    @staticmethod
    def joined(pages: Sequence["BarPage"]) -> "BarPage":
        """Return the bars of several pages, one after another; an optional column stays if every page has it."""
        pages = [page for page in pages if len(page)]
        if not pages:
            return BarPage.empty()
        vwaps = [page.vwap for page in pages if page.vwap is not None]
        counts = [page.trade_count for page in pages if page.trade_count is not None]
        return BarPage(
            np.concatenate([page.start_ns for page in pages]),
            np.concatenate([page.ohlcv for page in pages]),
            np.concatenate(vwaps) if len(vwaps) == len(pages) else None,
            np.concatenate(counts) if len(counts) == len(pages) else None,
        )
