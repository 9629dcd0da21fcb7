"""Oracles of order and extremes (G): ranks, quantiles, drawdowns and how far the last extreme is."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import talib
from oracle_frames import LD, Array, Frame, deviation, highest, lowest, mean, over, over_zero
from oracles_trend import Oracle

STEPS = LD(2) ** 50


def average_rank(x: Array, w: int) -> Array:
    """The rank of the last value of each window, in shares of it; equal values share theirs."""

    def reduce(window: Array) -> Array:
        last = window[:, -1:]
        below, equal = (window < last).sum(axis=-1), (window == last).sum(axis=-1)
        return np.where(np.isnan(window).any(axis=-1), np.nan, (below + (equal + LD(1)) / 2) / w)

    return over(x, w, reduce)


def exact_variance(f: Frame) -> Array:
    """Of 20 returns in steps of 2**-50, each a whole number: windows of the same returns are equal to the bit."""
    steps = [0, *(int(x) for x in np.rint(f.r[1:] * STEPS))]
    out = np.full(len(f), np.nan)
    for t in range(20, len(f)):
        window = steps[t - 19 : t + 1]
        out[t] = float(20 * sum(x * x for x in window) - sum(window) ** 2)
    return out


def quantile(x: Array, w: int, p: str) -> Array:
    """Between the two values around p (w - 1), linearly."""
    at = LD(p) * (w - 1)
    low = int(np.floor(at))

    def reduce(window: Array) -> Array:
        ordered = np.sort(window, axis=-1)
        return ordered[:, low] + (at - low) * (ordered[:, min(low + 1, w - 1)] - ordered[:, low])

    return over(x, w, reduce)


def quartile_range(f: Frame) -> Array:
    """1.349 deviations of a normal lie between its quartiles."""
    return over_zero((quantile(f.r, 60, "0.75") - quantile(f.r, 60, "0.25")) / LD("1.349"), deviation(f.r, 60))


def drawdown(w: int) -> Oracle:
    """From each close of the window to each that follows it."""

    def reduce(window: Array) -> Array:
        worst = np.zeros(len(window), dtype=LD)
        for i in range(w):
            worst = np.maximum(worst, 1 - window[:, i:].min(axis=-1) / window[:, i])
        return worst

    return lambda f: over(f.c, w, reduce)


def since_high(f: Frame) -> Array:
    """Bars since the latest highest high of 240."""
    return over(f.h, 240, lambda window: window[:, ::-1].argmax(axis=-1).astype(LD) / 240)


def ulcer(f: Frame) -> Array:
    return np.sqrt(mean((f.c / highest(f.c, 60) - 1) ** 2, 60))


def _scaled(distance: Array, f: Frame) -> Array:
    return over_zero(distance, deviation(f.r, 240) * np.sqrt(LD(60)))


ORACLES: dict[str, Oracle] = {
    **{f"rank_{w}": lambda f, w=w: average_rank(f.c, w) for w in (20, 60, 240)},
    "rank_vol_240": lambda f: average_rank(exact_variance(f), 240),
    "qtlu_20": lambda f: quantile(f.c, 20, "0.8") / f.c,
    "qtld_20": lambda f: quantile(f.c, 20, "0.2") / f.c,
    "median_dist_60": lambda f: f.c / quantile(f.c, 60, "0.5") - 1,
    "iqr_r_60": quartile_range,
    **{f"mdd_{w}": drawdown(w) for w in (60, 240)},
    "since_high_240": since_high,
    "ulcer_60": ulcer,
    "from_low_z_60": lambda f: _scaled(np.log(f.c / lowest(f.c, 60)), f),
    "from_high_z_60": lambda f: _scaled(np.log(f.c / highest(f.c, 60)), f),
}


def _close(f: Frame) -> pd.Series:
    """Whole ticks: pandas compares and averages them without rounding."""
    return pd.Series(f.c.astype(np.float64))


def _rank(x: pd.Series, w: int) -> Array:
    return x.rolling(w).rank(method="average", pct=True).to_numpy()


def _returns(f: Frame) -> pd.Series:
    close = pd.Series(f.close)
    return pd.Series(np.log1p(close.diff() / close.shift()))


def _spread(r: pd.Series, w: int) -> pd.Series:
    return r.rolling(w).apply(lambda x: np.std(x, ddof=1) if np.ptp(x) > 0 else np.nan, raw=True)


def _quartile_range(f: Frame) -> Array:
    r = _returns(f)
    quartiles = r.rolling(60)
    return ((quartiles.quantile(0.75) - quartiles.quantile(0.25)) / 1.349 / _spread(r, 60)).to_numpy()


def _drawdown(w: int) -> Oracle:
    def worst(window: Array) -> float:
        return float((1 - window / np.maximum.accumulate(window)).max())

    return lambda f: _close(f).rolling(w).apply(worst, raw=True).to_numpy()


def _since_high(f: Frame) -> Array:
    """Aroon of 239 bars looks at 240."""
    return (100 - talib.AROON(f.high, f.low, 239)[1]) / 100 * 239 / 240


def _ulcer(f: Frame) -> Array:
    depth = f.close / pd.Series(f.close).rolling(60).max() - 1
    return np.sqrt((depth**2).rolling(60).apply(np.mean, raw=True)).to_numpy()


def _from_extreme(extreme: Callable[[Array, int], Array]) -> Oracle:
    def oracle(f: Frame) -> Array:
        distance = np.log(f.close / extreme(f.close, 60))
        return distance / (_spread(_returns(f), 240).to_numpy() * 60**0.5)

    return oracle


SECOND: dict[str, Oracle] = {
    **{f"rank_{w}": lambda f, w=w: _rank(_close(f), w) for w in (20, 60, 240)},
    "rank_vol_240": lambda f: _rank(pd.Series(exact_variance(f)), 240),
    "qtlu_20": lambda f: (_close(f).rolling(20).quantile(0.8) / _close(f)).to_numpy(),
    "qtld_20": lambda f: (_close(f).rolling(20).quantile(0.2) / _close(f)).to_numpy(),
    "median_dist_60": lambda f: (_close(f) / _close(f).rolling(60).median() - 1).to_numpy(),
    "iqr_r_60": _quartile_range,
    **{f"mdd_{w}": _drawdown(w) for w in (60, 240)},
    "since_high_240": _since_high,
    "ulcer_60": _ulcer,
    "from_low_z_60": _from_extreme(talib.MIN),
    "from_high_z_60": _from_extreme(talib.MAX),
}
