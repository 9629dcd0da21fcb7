"""Oracles of the shape of returns (G): higher moments, memory, and how spread grows with the horizon."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from oracle_frames import LD, Array, Frame, Reducer, correlation, deviation, lag, over, over_zero
from oracles_trend import Oracle
from scipy import stats

PairReducer = Callable[[Array, Array], float]
LN2 = np.log(LD(2))


def _central(window: Array, k: int) -> Array:
    return ((window - window.mean(axis=-1, keepdims=True)) ** k).mean(axis=-1)


def _spread(window: Array) -> Array:
    return np.where(np.ptp(window, axis=-1) == 0, np.nan, _central(window, 2))


def skewness(w: int) -> Oracle:
    n = LD(w)

    def reduce(window: Array) -> Array:
        return np.sqrt(n * (n - 1)) / (n - 2) * _central(window, 3) / _spread(window) ** LD(1.5)

    return lambda f: over(f.r, w, reduce)


def kurtosis(w: int) -> Oracle:
    n = LD(w)

    def reduce(window: Array) -> Array:
        excess = (n + 1) * _central(window, 4) / _spread(window) ** 2 - 3 * (n - 1)
        return (n - 1) / ((n - 2) * (n - 3)) * excess

    return lambda f: over(f.r, w, reduce)


def absolute_memory(f: Frame) -> Array:
    size = np.abs(f.r)
    return correlation(size, lag(size, 1), 60)


def horizon_return(f: Frame, q: int) -> Array:
    return np.log(f.c / lag(f.c, q))


def variance_ratio(q: int) -> Oracle:
    return lambda f: over_zero(deviation(horizon_return(f, q), 240) ** 2, q * deviation(f.r, 240) ** 2)


def hurst(f: Frame) -> Array:
    """A line through five spreads: their logarithms to base 2 stand at 0 to 4."""
    y = []
    for q in (1, 2, 4, 8, 16):
        spread = deviation(horizon_return(f, q), 240)
        y.append(np.log(np.where(spread == 0, np.nan, spread)))
    return (2 * (y[4] - y[0]) + (y[3] - y[1])) / (10 * LN2)


ORACLES: dict[str, Oracle] = {
    **{f"skew_{w}": skewness(w) for w in (60, 240)},
    **{f"kurt_{w}": kurtosis(w) for w in (60, 240)},
    "acf1_240": lambda f: correlation(f.r, lag(f.r, 1), 240),
    "acf5_240": lambda f: correlation(f.r, lag(f.r, 5), 240),
    "acf1_abs_60": absolute_memory,
    **{f"vr_{q}_240": variance_ratio(q) for q in (2, 5)},
    "hurst_240": hurst,
}


def _returns(f: Frame, q: int = 1) -> pd.Series:
    close = pd.Series(f.close)
    return pd.Series(np.log1p(close.diff(q) / close.shift(q)))


def _by_window(x: Array, w: int, reduce: Reducer) -> Array:
    out = np.full(len(x), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(x, w)
    moving = np.ptp(windows, axis=-1) > 0
    out[w - 1 :][moving] = reduce(windows[moving])
    return out


def _skewness(w: int) -> Oracle:
    return lambda f: _by_window(_returns(f).to_numpy(), w, lambda x: stats.skew(x, axis=-1, bias=False))


def _kurtosis(w: int) -> Oracle:
    return lambda f: _by_window(_returns(f).to_numpy(), w, lambda x: stats.kurtosis(x, axis=-1, bias=False))


def _memory(k: int, w: int, *, size: bool = False) -> Oracle:
    """SciPy's coefficient of each window and the one k bars before."""

    def oracle(f: Frame) -> Array:
        r = _returns(f).abs() if size else _returns(f)
        return pair_by_pair(r.to_numpy(), r.shift(k).to_numpy(), w, lambda x, y: stats.pearsonr(x, y).statistic)

    return oracle


def pair_by_pair(x: Array, y: Array, w: int, reduce: PairReducer) -> Array:
    """Reduce a pair of windows at a time; NaN where either has a gap or stands still."""
    out = np.full(len(x), np.nan)
    for t in range(w - 1, len(x)):
        a, b = x[t - w + 1 : t + 1], y[t - w + 1 : t + 1]
        if np.ptp(a) > 0 and np.ptp(b) > 0:
            out[t] = reduce(a, b)
    return out


def _variance_ratio(q: int) -> Oracle:
    """Sums of q returns in pandas."""

    def oracle(f: Frame) -> Array:
        sums = sum((_returns(f).shift(k) for k in range(1, q)), _returns(f))
        of_sums = _by_window(sums.to_numpy(), 240, lambda x: x.var(axis=-1, ddof=1))
        return of_sums / (q * _by_window(_returns(f).to_numpy(), 240, lambda x: x.var(axis=-1, ddof=1)))

    return oracle


def _hurst(f: Frame) -> Array:
    horizons = (1, 2, 4, 8, 16)
    spreads = [_by_window(_returns(f, q).to_numpy(), 240, lambda x: x.std(axis=-1, ddof=1)) for q in horizons]
    y = np.log(np.array(spreads))
    good = np.isfinite(y).all(axis=0)
    out = np.full(len(f), np.nan)
    out[good] = np.polyfit(np.log(horizons), y[:, good], 1)[0]
    return out


SECOND: dict[str, Oracle] = {
    **{f"skew_{w}": _skewness(w) for w in (60, 240)},
    **{f"kurt_{w}": _kurtosis(w) for w in (60, 240)},
    "acf1_240": _memory(1, 240),
    "acf5_240": _memory(5, 240),
    "acf1_abs_60": _memory(1, 60, size=True),
    **{f"vr_{q}_240": _variance_ratio(q) for q in (2, 5)},
    "hurst_240": _hurst,
}
