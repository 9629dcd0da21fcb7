"""Volatility that barriers are measured in: one estimate, the same in research and live."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, BarSlice
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.labels.barrier import BarrierSpec
from foxml.numerics import log

__all__ = ["MIN_RETURNS", "EwmaVolatility", "settled_bars"]

MIN_RETURNS: Final = 50
"""Returns that must have been seen before there is an estimate."""
_SETTLED_LOG: Final = -50.0
"""What is left of the start in a settled estimate: e^-50, beyond the last bit even of a start 1e4 times too large."""


def settled_bars(spec: BarrierSpec) -> int:
    """Bars of a symbol after which its volatility does not tell where its history began.

    Parameters
    ----------
    spec : BarrierSpec
        Where labels end with their session, a session's first return is not counted; a session of two bars is
        provided for.

    Examples
    --------
    >>> settled_bars(BarrierSpec(horizon_bars=7, lam=0.94))
    810
    """
    returns = ceil(_SETTLED_LOG / log(spec.lam))
    return returns + 1 if spec.cross_session else 2 * returns


class EwmaVolatility:
    """Exponentially weighted volatility of bar log returns, scaled to the label's horizon, for many symbols.

    v starts at the first squared return, then v = lam * v + (1 - lam) * r^2 (RiskMetrics, 1996), and
    sigma_h = max(sqrt(v * horizon_bars), 2 ticks / price, min_width_bps / 1e4).

    Parameters
    ----------
    instruments : sequence of Instrument, length n
    spec : BarrierSpec
    """

    def __init__(self, instruments: Sequence[Instrument], spec: BarrierSpec) -> None:
        if spec.width != "ewma":
            raise ValueError(f"the label's width must be ewma, found {spec.width}: bar by bar there is no other")
        n = len(instruments)
        self._spec = spec
        self._two_ticks = np.array([2 * instrument.tick / NANO for instrument in instruments])
        self._last_close = np.full(n, np.nan)
        self._last_session_ns = np.full(n, -1, dtype=np.int64)
        self._variance = np.zeros(n)
        self._count = np.zeros(n, dtype=np.int64)

    def update(self, bar_slice: BarSlice) -> NDArray[np.float64]:
        """Take in a slice and return sigma_h of every symbol.

        Returns
        -------
        ndarray of float64, shape (n,)
            As a fraction of price; NaN until `MIN_RETURNS` returns were seen, and where the symbol has no bar.
        """
        close = bar_slice.ohlcv[:, CLOSE]
        present = bar_slice.present
        usable = present & ~np.isnan(self._last_close)
        if not self._spec.cross_session:
            usable &= self._last_session_ns == bar_slice.session_open_ns
        squared = log(np.where(usable, close, 1.0) / np.where(usable, self._last_close, 1.0))
        squared *= squared
        lam = self._spec.lam
        decayed = lam * self._variance + (1.0 - lam) * squared
        self._variance = np.where(usable, np.where(self._count == 0, squared, decayed), self._variance)
        self._count += usable
        self._last_close = np.where(present, close, self._last_close)
        self._last_session_ns = np.where(present, bar_slice.session_open_ns, self._last_session_ns)
        price = np.where(present, close, 1.0)
        sigma = np.sqrt(self._variance) * sqrt(self._spec.horizon_bars)
        sigma = np.maximum(np.maximum(sigma, self._two_ticks / price), self._spec.min_width_bps / 1e4)
        return np.where(present & (self._count >= MIN_RETURNS), sigma, np.nan)

    def adjust(self, symbol_index: int, price_factor: float) -> None:
        """Put the last close on the terms after a corporate action, so that the action itself is no return."""
        self._last_close[symbol_index] *= price_factor
