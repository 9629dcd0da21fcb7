"""What is known of the market: latest closes, volumes, the place in the session, overnight jumps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, OPEN, VOLUME, BarSlice
from foxml.execution import SessionPlace
from foxml.portfolio import AverageDailyVolume

__all__ = ["Market"]


class Market:
    """The latest of every symbol.

    Parameters
    ----------
    symbols : sequence of str
        The universe.
    interval_ns : int
        Base interval.

    Attributes
    ----------
    close : ndarray of float64, shape (n,)
        Latest close in dollars, on the terms of today's shares; NaN before there was any.
    raw_close : ndarray of float64, shape (n,)
        Latest close as it was printed.
    present : ndarray of bool, shape (n,)
        Which symbols had a bar in the latest slice.
    jump : ndarray of float64, shape (n,)
        Return from the last close to this session's first open that no action explains; 0 before that.
    volume : AverageDailyVolume
    slice_close_ns, slice_received_ns, session_open_ns, session_close_ns : int
        Of the latest slice; 0 before there was any.
    """

    def __init__(self, symbols: Sequence[str], interval_ns: int) -> None:
        n = len(symbols)
        self._symbols = tuple(symbols)
        self._interval_ns = interval_ns
        self._session_of = np.zeros(n, dtype=np.int64)
        self.close: NDArray[np.float64] = np.full(n, np.nan)
        self.raw_close: NDArray[np.float64] = np.full(n, np.nan)
        self.present: NDArray[np.bool_] = np.zeros(n, dtype=np.bool_)
        self.jump: NDArray[np.float64] = np.zeros(n)
        self.volume = AverageDailyVolume(n)
        self.slice_close_ns = 0
        self.slice_received_ns = 0
        self.session_open_ns = 0
        self.session_close_ns = 0

    @property
    def place(self) -> SessionPlace:
        """Where in its session the latest slice lies."""
        return SessionPlace(self.slice_close_ns, self.session_close_ns, self._interval_ns)

    @property
    def bars_per_day(self) -> float:
        """Bars of the base interval in the latest slice's session."""
        return max((self.session_close_ns - self.session_open_ns) / self._interval_ns, 1.0)

    def update(self, bar_slice: BarSlice) -> None:
        """Take in a slice."""
        present = bar_slice.present
        if bar_slice.session_open_ns != self.session_open_ns:
            self.jump = np.zeros(len(present))
        first = present & (self._session_of != bar_slice.session_open_ns) & ~np.isnan(self.close)
        if first.any():
            self.jump[first] = bar_slice.ohlcv[first, OPEN] / self.close[first] - 1.0
        self._session_of[present] = bar_slice.session_open_ns
        self.close = np.where(present, bar_slice.ohlcv[:, CLOSE], self.close)
        self.raw_close = self.close.copy()
        self.present = present
        self.volume.update(bar_slice.session_open_ns, bar_slice.ohlcv[:, VOLUME], present)
        self.slice_close_ns = bar_slice.close_ns
        self.slice_received_ns = bar_slice.received_ns
        self.session_open_ns = bar_slice.session_open_ns
        self.session_close_ns = bar_slice.session_close_ns

    def marks(self) -> list[tuple[str, int]]:
        """Return the closes of the latest slice in 1e-9 dollars, of the symbols that had a bar."""
        closes = np.rint(np.where(self.present, self.close, 0.0) * 1e9).astype(np.int64).tolist()
        return [(s, c) for s, c, p in zip(self._symbols, closes, self.present.tolist(), strict=True) if p]

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        """Put a symbol's past on the terms after a corporate action."""
        self.close[symbol_index] *= price_factor
        self.volume.adjust(symbol_index, volume_factor)
