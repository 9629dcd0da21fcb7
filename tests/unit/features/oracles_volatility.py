"""Oracles of volatility (E) and volume (F)."""

import numpy as np
import pandas as pd
import talib
from oracle_frames import LD, TICKS, Array, Frame, deviation, lag, mean, over_zero, total
from oracles_trend import Oracle

LN2 = np.log(LD(2))


def parkinson(f: Frame) -> Array:
    return np.sqrt(mean(np.log(f.h / f.l) ** 2, 20) / (4 * LN2))


def garman_klass(f: Frame) -> Array:
    return np.sqrt(mean(np.log(f.h / f.l) ** 2 / 2 - (2 * LN2 - 1) * np.log(f.c / f.o) ** 2, 20))


def _rogers_satchell(f: Frame) -> Array:
    up = np.log(f.h / f.c) * np.log(f.h / f.o)
    down = np.log(f.l / f.c) * np.log(f.l / f.o)
    return mean(up + down, 20)


def yang_zhang(f: Frame) -> Array:
    """Overnight and open-to-close variances, both with ddof 1, and Rogers-Satchell."""
    k = LD(34) / 100 / (LD(134) / 100 + LD(21) / 19)
    overnight = deviation(np.log(f.o / lag(f.c, 1)), 20) ** 2
    daytime = deviation(np.log(f.c / f.o), 20) ** 2
    return np.sqrt(overnight + k * daytime + (1 - k) * _rogers_satchell(f))


def ewma_volatility(f: Frame) -> Array:
    squares = pd.Series(np.asarray(f.r, dtype=np.float64) ** 2)
    return np.sqrt(squares.ewm(alpha=0.06, adjust=False).mean().to_numpy())


def semivolatility(f: Frame) -> Array:
    return np.sqrt(mean(np.minimum(f.r, 0) ** 2, 60))


def semivolatility_ratio(f: Frame) -> Array:
    return np.sqrt(over_zero(total(np.minimum(f.r, 0) ** 2, 60), total(np.maximum(f.r, 0) ** 2, 60)))


def volume_ratio(w: int) -> Oracle:
    return lambda f: np.log((f.v + 1) / (mean(f.v, w) + 1))


def volume_score(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        x = np.log1p(f.v)
        return over_zero(x - mean(x, w), deviation(x, w))

    return oracle


def signed_volume(f: Frame) -> Array:
    return over_zero(total(np.sign(f.c - lag(f.c, 1)) * f.v, 20), total(f.v, 20))


def average_price_distance(w: int) -> Oracle:
    return lambda f: f.c / over_zero(total(f.typical / 3 * f.v, w), total(f.v, w)) - 1


def dollar_volume_ratio(f: Frame) -> Array:
    return np.log((1 + mean(f.c * f.v, 5) / TICKS) / (1 + mean(f.c * f.v, 60) / TICKS))


def rising_volume(f: Frame) -> Array:
    change = f.v - lag(f.v, 1)
    return over_zero(total(np.maximum(change, 0), 20), total(np.abs(change), 20))


ORACLES: dict[str, Oracle] = {
    **{f"vol_cc_{w}": lambda f, w=w: deviation(f.r, w) for w in (10, 20, 60)},
    "parkinson_20": parkinson,
    "gk_20": garman_klass,
    "rs_20": lambda f: np.sqrt(_rogers_satchell(f)),
    "yz_20": yang_zhang,
    "natr_14": lambda f: talib.NATR(f.high, f.low, f.close, 14) / 100,
    "tr_n": lambda f: f.true_range / lag(f.c, 1),
    "ewma_vol_94": ewma_volatility,
    "vol_ratio_10_60": lambda f: over_zero(deviation(f.r, 10), deviation(f.r, 60)),
    "semivol_dn_60": semivolatility,
    "semivol_ratio_60": semivolatility_ratio,
    **{f"volume_ratio_{w}": volume_ratio(w) for w in (5, 20, 60)},
    **{f"volume_z_{w}": volume_score(w) for w in (20, 60)},
    "obv_slope_20": signed_volume,
    **{f"vwap_dev_{w}": average_price_distance(w) for w in (20, 60)},
    "dollar_vol": lambda f: np.log1p(mean(f.c * f.v, 20) / TICKS),
    "dollar_vol_ratio_5_60": dollar_volume_ratio,
    "vsump_20": rising_volume,
}


def _deviation(w: int) -> Oracle:
    """TA-Lib's is of the population and starts at a first value: the return of the first bar is not one."""

    def oracle(f: Frame) -> Array:
        r = np.asarray(f.r[1:], dtype=np.float64)
        return np.append(np.nan, talib.STDDEV(r, w) * np.sqrt(w / (w - 1)))

    return oracle


def _signed_volume(f: Frame) -> Array:
    balance = talib.OBV(f.close, f.volume)
    return over_zero(balance - lag(balance, 20), talib.SUM(f.volume, 20))


SECOND: dict[str, Oracle] = {
    **{f"vol_cc_{w}": _deviation(w) for w in (10, 20, 60)},
    "tr_n": lambda f: talib.TRANGE(f.high, f.low, f.close) / lag(f.close, 1),
    **{f"volume_ratio_{w}": lambda f, w=w: np.log((f.volume + 1) / (talib.SMA(f.volume, w) + 1)) for w in (5, 20, 60)},
    "obv_slope_20": _signed_volume,
}
