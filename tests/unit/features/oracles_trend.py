"""Oracles of returns (A) and averages (B)."""

from collections.abc import Callable

import numpy as np
import talib
from oracle_frames import LD, Array, Frame, deviation, fit, lag, mean, over, over_zero

Oracle = Callable[[Frame], Array]
LAGS = (1, 3, 5, 10, 20, 30, 60, 120, 240, 390)


def log_return(k: int) -> Oracle:
    return lambda f: np.log(f.c / lag(f.c, k))


def scaled_return(k: int) -> Oracle:
    """ln(C/C_k) over what sd60(r) as of k bars ago makes of k bars."""
    return lambda f: over_zero(np.log(f.c / lag(f.c, k)), lag(deviation(f.r, 60), k) * np.sqrt(LD(k)))


def up_share(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        before = lag(f.c, 1)
        return mean(np.where(np.isnan(before), np.nan, (f.c > before).astype(LD)), w)

    return oracle


def streak(f: Frame) -> Array:
    """Counted by hand, bar by bar; from a late start the count is certain once 20 moves were seen."""
    out = np.full(len(f), np.nan)
    run = 0
    for t in range(1, len(f)):
        sign = int(np.sign(f.close[t] - f.close[t - 1]))
        run = run + sign if sign and run * sign >= 0 else sign
        if t >= 20:
            out[t] = max(-20, min(20, run))
    return out


def acceleration(f: Frame) -> Array:
    five = np.log(f.c / lag(f.c, 5))
    return five - lag(five, 5)


def sharpe(w: int) -> Oracle:
    return lambda f: over_zero(mean(f.r, w), deviation(f.r, w))


def distance(average: Callable[[Frame], Array]) -> Oracle:
    return lambda f: f.c / average(f) - 1


def weighted_mean(w: int) -> Callable[[Frame], Array]:
    weight = np.arange(1, w + 1, dtype=LD)
    return lambda f: over(f.c, w, lambda window: (window * weight).sum(axis=-1) / weight.sum())


def series_gap(f: Frame) -> Array:
    """The line through 20 closes, one bar on, against the close."""
    slope, last, _ = fit(f.c, 20)
    return (last + slope - f.c) / f.c


def macd(column: int) -> Oracle:
    return lambda f: talib.MACD(f.close, 12, 26, 9)[column] / f.close


ORACLES: dict[str, Oracle] = {
    **{f"ret_log_{k}": log_return(k) for k in LAGS},
    **{f"ret_volscaled_{k}": scaled_return(k) for k in (5, 20, 60)},
    "mom_skip_60_5": lambda f: np.log(lag(f.c, 5) / lag(f.c, 60)),
    "mom_skip_240_20": lambda f: np.log(lag(f.c, 20) / lag(f.c, 240)),
    **{f"up_share_{w}": up_share(w) for w in (10, 20, 60)},
    "streak": streak,
    "accel_5": acceleration,
    **{f"sharpe_{w}": sharpe(w) for w in (20, 60)},
    **{f"sma_dist_{w}": distance(lambda f, w=w: mean(f.c, w)) for w in (10, 20, 50, 100, 200)},
    "wma_dist_20": distance(weighted_mean(20)),
    "macd_n": macd(0),
    "macd_signal_n": macd(1),
    "macd_hist_n": macd(2),
    "tsf_gap_20": series_gap,
}

# The same by TA-Lib, whose averages are running sums.
SECOND: dict[str, Oracle] = {
    **{f"ret_log_{k}": lambda f, k=k: np.log1p(talib.ROCP(f.close, k)) for k in LAGS},
    **{f"sma_dist_{w}": lambda f, w=w: f.close / talib.SMA(f.close, w) - 1 for w in (10, 20, 50, 100, 200)},
    "wma_dist_20": lambda f: f.close / talib.WMA(f.close, 20) - 1,
    "tsf_gap_20": lambda f: (talib.TSF(f.close, 20) - f.close) / f.close,
}
