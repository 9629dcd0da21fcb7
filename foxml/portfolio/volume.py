"""How much of each symbol trades in a day: what one order may be a share of."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["AverageDailyVolume"]

SESSIONS: Final = 20


class AverageDailyVolume:
    """Mean volume of the last finished sessions, all symbols at once.

    Parameters
    ----------
    n_symbols : int
    sessions : int
        How many finished sessions are averaged at most; fewer are until there are so many.
    """

    def __init__(self, n_symbols: int, sessions: int = SESSIONS) -> None:
        self._ring = np.zeros((sessions, n_symbols))
        self._today = np.zeros(n_symbols)
        self._finished = 0
        self._session_ns: int | None = None
        self.shares: NDArray[np.float64] = np.full(n_symbols, np.nan)

    def update(self, session_open_ns: int, volume: NDArray[np.float64], present: NDArray[np.bool_]) -> None:
        """Take in one slice's volumes, in shares; a session is averaged once the next one begins.

        Parameters
        ----------
        session_open_ns : int
        volume : ndarray of float64, shape (n,)
        present : ndarray of bool, shape (n,)
        """
        if self._session_ns is not None and session_open_ns != self._session_ns:
            self._ring[self._finished % len(self._ring)] = self._today
            self._finished += 1
            kept = min(self._finished, len(self._ring))
            self.shares = self._ring[:kept].sum(axis=0) / kept
            self._today = np.zeros(len(volume))
        self._session_ns = session_open_ns
        self._today += np.where(present, volume, 0.0)

    def adjust(self, symbol_index: int, volume_factor: float) -> None:
        """Put the past on the terms of the shares after a split."""
        self._ring[:, symbol_index] *= volume_factor
        self._today[symbol_index] *= volume_factor
        self.shares[symbol_index] *= volume_factor
