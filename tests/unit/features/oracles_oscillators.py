"""Oracles of oscillators (C) whose state is an average, of channels that lag, and of the bands (D) that need both."""

import numpy as np
import talib
from numpy.typing import NDArray
from oracle_frames import LD, Array, Frame, deviation, highest, lag, lowest, mean, over, over_zero, total
from oracles_smoothing import average_range, double, ema, rma
from oracles_trend import Oracle

DISPLACEMENT = 26
STRENGTHS = (7, 14, 28)


def _move(f: Frame) -> Array:
    return f.c - lag(f.c, 1)


def _strength(f: Frame, n: int) -> Array:
    move = _move(f)
    up, down = rma(np.maximum(move, 0), n), rma(np.maximum(-move, 0), n)
    return 100 * over_zero(up, up + down)


def _stochastic_strength(f: Frame) -> Array:
    """Undefined where 13 moves in a row are 0: the strength stands still, and its range would be rounding alone."""
    line = _strength(f, 14)
    low = lowest(line, 14)
    position = 100 * over_zero(line - low, highest(line, 14) - low)
    return np.where(total(np.abs(_move(f)), 13) == 0, np.nan, position)


def _channel_index(f: Frame) -> Array:
    """Of typical prices that are 60 times too large, so that their mean is a whole number; the unit cancels."""

    def reduce(window: Array) -> Array:
        off = 20 * window - window.sum(axis=-1, keepdims=True)
        return over_zero(off[:, -1], LD(15) / 1000 * np.abs(off).mean(axis=-1))

    return over(f.typical, 20, reduce)


def _wilder_sum(x: Array, n: int) -> Array:
    """Wilder's running sum: begins one value short of n, then gives up a part of itself for each value."""
    out = np.full(len(x), np.nan, dtype=LD)
    value = x[1:n].sum()
    for t in range(n, len(x)):
        value = out[t] = value - value / n + x[t]
    return out


def _directional(f: Frame) -> tuple[Array, Array]:
    """Plus and minus; a bar that reaches equally far both ways counts for neither, which whole ticks decide."""
    up, down = f.h - lag(f.h, 1), lag(f.l, 1) - f.l
    plus = np.where((up > 0) & (up > down), up, LD(0))
    minus = np.where((down > 0) & (down > up), down, LD(0))
    span = _wilder_sum(f.true_range, 14)
    return 100 * over_zero(_wilder_sum(plus, 14), span), 100 * over_zero(_wilder_sum(minus, 14), span)


def _directional_average(f: Frame) -> Array:
    plus, minus = _directional(f)
    return rma(100 * over_zero(np.abs(plus - minus), plus + minus), 14)


def _bars_since(x: Array, w: int) -> Array:
    """How long ago the highest of w + 1 values was; a tie is the latest."""
    return over(x, w + 1, lambda window: window[:, ::-1].argmax(axis=-1).astype(LD))


def _aroon_difference(f: Frame) -> Array:
    return (_bars_since(-f.l, 60) - _bars_since(f.h, 60)) / 60


def _middle(f: Frame, w: int) -> Array:
    return (highest(f.h, w) + lowest(f.l, w)) / 2


def _span_a(f: Frame) -> Array:
    return lag((_middle(f, 9) + _middle(f, 26)) / 2, DISPLACEMENT)


def _span_b(f: Frame) -> Array:
    return lag(_middle(f, 52), DISPLACEMENT)


def _true_strength(f: Frame) -> Array:
    move = _move(f)
    return 100 * over_zero(ema(ema(move, 25), 13), ema(ema(np.abs(move), 25), 13))


def _squeeze(f: Frame) -> Array:
    """1 where the Bollinger bands lie strictly within the Keltner channel."""
    middle, half = ema(f.typical / 3, 20), 2 * average_range(f, 10)
    centre, spread = mean(f.c, 20), 2 * deviation(f.c, 20, ddof=0)
    inside = (centre + spread < middle + half) & (centre - spread > middle - half)
    return np.where(np.isnan(centre + middle), np.nan, inside.astype(LD))


ORACLES: dict[str, Oracle] = {
    **{f"rsi_{n}": lambda f, n=n: _strength(f, n) for n in STRENGTHS},
    "stochrsi_14": _stochastic_strength,
    "cci_20": _channel_index,
    "plus_di_14": lambda f: _directional(f)[0],
    "minus_di_14": lambda f: _directional(f)[1],
    "adx_14": _directional_average,
    "aroon_osc_60": _aroon_difference,
    "ichi_spanA": lambda f: f.c / _span_a(f) - 1,
    "ichi_spanB": lambda f: f.c / _span_b(f) - 1,
    "ichi_cloud": lambda f: (_span_a(f) - _span_b(f)) / f.c,
    "tsi_25_13": _true_strength,
    "squeeze": _squeeze,
}


def _prices(f: Frame) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    return double(f.h), double(f.l), double(f.c)


def _published_index(f: Frame) -> Array:
    """Three prices are a whole number of ticks, a third of them is not."""
    return talib.CCI(*(3 * price for price in _prices(f)), 20)


def _published_middle(f: Frame, w: int) -> Array:
    return talib.MIDPRICE(double(f.h), double(f.l), w)


def _published_span_a(f: Frame) -> Array:
    return lag((_published_middle(f, 9) + _published_middle(f, 26)) / 2, DISPLACEMENT)


def _published_span_b(f: Frame) -> Array:
    return lag(_published_middle(f, 52), DISPLACEMENT)


def _published_squeeze(f: Frame) -> Array:
    upper, _, lower = talib.BBANDS(f.close, 20, 2.0, 2.0, 0)
    top, _, bottom = talib.KC(f.high, f.low, f.close, 20, 10, 2.0)
    return np.where(np.isnan(upper + top), np.nan, (upper < top) & (lower > bottom))


SECOND: dict[str, Oracle] = {
    **{f"rsi_{n}": lambda f, n=n: talib.RSI(double(f.c), n) for n in STRENGTHS},
    "stochrsi_14": lambda f: talib.STOCHRSI(double(f.c), 14, 14, 1, 0)[0],
    "cci_20": _published_index,
    "plus_di_14": lambda f: talib.PLUS_DI(*_prices(f), 14),
    "minus_di_14": lambda f: talib.MINUS_DI(*_prices(f), 14),
    "adx_14": lambda f: talib.ADX(*_prices(f), 14),
    "aroon_osc_60": lambda f: talib.AROONOSC(double(f.h), double(f.l), 60) / 100,
    "ichi_spanA": lambda f: double(f.c) / _published_span_a(f) - 1,
    "ichi_spanB": lambda f: double(f.c) / _published_span_b(f) - 1,
    "ichi_cloud": lambda f: (_published_span_a(f) - _published_span_b(f)) / double(f.c),
    "tsi_25_13": lambda f: talib.TSI(double(f.c), 25, 13),
    "squeeze": _published_squeeze,
}
