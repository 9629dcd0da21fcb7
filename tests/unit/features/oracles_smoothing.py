"""Oracles of recursive averages (B) and of what is made of them, started as TA-Lib starts them.

TA-Lib is given whole ticks, whose sums are exact in float64: its answers in ticks are those in dollars, but nothing in
them hangs on a residue of a running sum.
"""

from collections.abc import Callable

import numpy as np
import talib
from numpy.typing import NDArray
from oracle_frames import LD, Array, Frame, lag, over, over_zero
from oracles_trend import Oracle, distance

EMA_SPANS = (12, 26, 50, 100, 200)
CROSSES = ((5, 20), (20, 50), (50, 200))


def double(x: Array) -> NDArray[np.float64]:
    """A column in the precision that TA-Lib reads."""
    return np.ascontiguousarray(x, dtype=np.float64)


def first_defined(x: Array) -> int:
    return int((~np.isnan(x)).argmax())


def smoothed(x: Array, n: int, alpha: LD) -> Array:
    """Begins with the mean of the first n values, then moves by alpha of the way to each value; a NaN leaves it."""
    out = np.full(len(x), np.nan, dtype=LD)
    start = first_defined(x)
    if start + n > len(x):
        return out
    value = out[start + n - 1] = x[start : start + n].mean()
    for t in range(start + n, len(x)):
        if not np.isnan(x[t]):
            value = value + alpha * (x[t] - value)
        out[t] = value
    return out


def ema(x: Array, n: int) -> Array:
    return smoothed(x, n, LD(2) / (n + 1))


def rma(x: Array, n: int) -> Array:
    """Wilder's average."""
    return smoothed(x, n, LD(1) / n)


def average_range(f: Frame, n: int) -> Array:
    return rma(f.true_range, n)


def repeated(x: Array, n: int, times: int) -> list[Array]:
    """An average, the average of it, and so on."""
    out = []
    for _ in range(times):
        x = ema(x, n)
        out.append(x)
    return out


def _double_average(f: Frame) -> Array:
    one, two = repeated(f.c, 20, 2)
    return 2 * one - two


def _triple_average(f: Frame) -> Array:
    one, two, three = repeated(f.c, 20, 3)
    return 3 * (one - two) + three


def _weighted(x: Array, w: int) -> Array:
    weight = np.arange(1, w + 1, dtype=LD)
    return over(x, w, lambda window: (window * weight).sum(axis=-1) / weight.sum())


def _hull(f: Frame) -> Array:
    return _weighted(2 * _weighted(f.c, 10) - _weighted(f.c, 20), 4)


def _adaptive(f: Frame) -> Array:
    """Kaufman's; a stretch without a move counts as a straight one, because the recursion needs a speed."""
    close = f.c
    fast, slow = LD(2) / 3, LD(2) / 31
    out = np.full(len(f), np.nan, dtype=LD)
    value = close[9]
    for t in range(10, len(f)):
        path = np.abs(np.diff(close[t - 10 : t + 1])).sum()
        efficiency = np.abs(close[t] - close[t - 10]) / path if path else LD(1)
        value = out[t] = value + (efficiency * (fast - slow) + slow) ** 2 * (close[t] - value)
    return out


def _slope(f: Frame) -> Array:
    line = ema(f.c, 20)
    return over_zero(line - lag(line, 5), average_range(f, 14))


def _cross(a: int, b: int) -> Oracle:
    return lambda f: np.log(ema(f.c, a) / ema(f.c, b))


def _rate_of_triple(f: Frame) -> Array:
    triple = repeated(f.c, 15, 3)[-1]
    return 100 * (triple / lag(triple, 1) - 1)


ORACLES: dict[str, Oracle] = {
    **{f"ema_dist_{n}": distance(lambda f, n=n: ema(f.c, n)) for n in EMA_SPANS},
    "dema_dist_20": distance(_double_average),
    "tema_dist_20": distance(_triple_average),
    "hma_dist_20": distance(_hull),
    "kama_dist_10": distance(_adaptive),
    "ema20_slope_5": _slope,
    **{f"ema_cross_{a}_{b}": _cross(a, b) for a, b in CROSSES},
    "ema_ratio_9_21": _cross(9, 21),
    "trix_15": _rate_of_triple,
}


def _published(function: Callable[..., Array], n: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        close = double(f.c)
        return close / function(close, n) - 1

    return oracle


def _published_cross(a: int, b: int) -> Oracle:
    return lambda f: np.log(talib.EMA(double(f.c), a) / talib.EMA(double(f.c), b))


def _published_slope(f: Frame) -> Array:
    line = talib.EMA(double(f.c), 20)
    return over_zero(line - lag(line, 5), talib.ATR(double(f.h), double(f.l), double(f.c), 14))


SECOND: dict[str, Oracle] = {
    **{f"ema_dist_{n}": _published(talib.EMA, n) for n in EMA_SPANS},
    "dema_dist_20": _published(talib.DEMA, 20),
    "tema_dist_20": _published(talib.TEMA, 20),
    "hma_dist_20": _published(talib.HMA, 20),
    "kama_dist_10": _published(talib.KAMA, 10),
    "ema20_slope_5": _published_slope,
    **{f"ema_cross_{a}_{b}": _published_cross(a, b) for a, b in CROSSES},
    "ema_ratio_9_21": _published_cross(9, 21),
    "trix_15": lambda f: talib.TRIX(double(f.c), 15),
}
