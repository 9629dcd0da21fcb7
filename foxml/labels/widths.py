"""Widths of barriers over a whole history: what `EwmaVolatility` says bar by bar, to the bit, and its alternatives."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.labels.barrier import BarrierSpec
from foxml.labels.batch import PriceFactors
from foxml.labels.volatility import MIN_RETURNS
from foxml.numerics import log

__all__ = ["barrier_widths", "ewma_volatility"]

Floats = NDArray[np.float64]


def barrier_widths(bars: SymbolBars, spec: BarrierSpec, instrument: Instrument, factors: PriceFactors) -> Floats:
    """Return sigma_h at every bar, as `spec.width` measures it.

    ``ewma`` is ``max(sqrt(v * horizon_bars), 2 ticks / price, min_width_bps / 1e4)``, v the exponentially weighted
    square of bar log returns (RiskMetrics, 1996). ``atr`` puts ``atr_multiple`` times the average true range in place
    of the root: Wilder's average (New Concepts in Technical Trading Systems, 1978), each range over its bar's close.
    ``fixed`` is ``fixed_bps / 1e4`` and has no floor.

    Returns
    -------
    ndarray of float64, shape (n,)
        As a fraction of price; NaN while too few bars were seen.
    """
    if spec.width == "fixed":
        return np.full(len(bars), spec.fixed_bps / 1e4)
    if spec.width == "atr":
        sigma = spec.atr_multiple * _average_true_range(bars, spec, factors)
    else:
        sigma = ewma_volatility(bars, factors, spec.lam, spec.cross_session) * sqrt(spec.horizon_bars)
    two_ticks = 2 * instrument.tick / NANO
    return np.maximum(np.maximum(sigma, two_ticks / bars.ohlcv[:, CLOSE]), spec.min_width_bps / 1e4)


def ewma_volatility(bars: SymbolBars, factors: PriceFactors, lam: float, cross_session: bool) -> Floats:
    """Return the exponentially weighted volatility of one bar's log return; NaN until `MIN_RETURNS` were seen.

    Parameters
    ----------
    bars : SymbolBars
    factors : PriceFactors
        So that an action itself is no return.
    lam : float
    cross_session : bool
        Whether a session's first return counts.
    """
    close = bars.ohlcv[:, CLOSE]
    usable = _follows(bars, cross_session)
    squared = log(close[usable] / factors.previous(close)[usable])
    squared *= squared
    variance = np.fromiter(_decaying(squared, lam), np.float64, count=len(squared))
    count = np.cumsum(usable)
    sigma = np.full(len(bars), np.nan)
    warm = count >= MIN_RETURNS
    sigma[warm] = np.sqrt(variance)[count[warm] - 1]
    return sigma


def _decaying(squared: Floats, lam: float) -> Iterator[float]:
    """Yield the weighted mean after each square. It rounds at every step, so no closed form has its bits."""
    if not len(squared):
        return
    mean = float(squared[0])
    yield mean
    for value in ((1.0 - lam) * squared)[1:].tolist():
        mean = lam * mean + value
        yield mean


def _average_true_range(bars: SymbolBars, spec: BarrierSpec, factors: PriceFactors) -> Floats:
    high, low, close = bars.ohlcv[:, HIGH], bars.ohlcv[:, LOW], bars.ohlcv[:, CLOSE]
    # Where sessions stand apart, a session's first bar has no range but its own.
    last = np.where(_follows(bars, spec.cross_session), factors.previous(close), close)
    ranges = ((np.maximum(high, last) - np.minimum(low, last)) / close).tolist()
    n, wilder = len(ranges), spec.atr_bars
    if n < wilder:
        return np.full(n, np.nan)
    first = sum(ranges[:wilder]) / wilder
    later: Sequence[float] = list(
        accumulate(ranges[wilder:], lambda mean, x: mean + (x - mean) / wilder, initial=first)
    )
    return np.concatenate([np.full(wilder - 1, np.nan), later])


def _follows(bars: SymbolBars, cross_session: bool) -> NDArray[np.bool_]:
    """Where the bar before is one that a return may be counted from."""
    follows = np.arange(len(bars)) > 0
    if not cross_session:
        follows[1:] = bars.session_open_ns[1:] == bars.session_open_ns[:-1]
    return follows
