"""Oracles of volatility (E) and volume (F)."""

import numpy as np
import pandas as pd
import talib
from oracle_frames import LD, TICKS, Array, Frame, deviation, lag, mean, over_zero, total
from oracles_smoothing import average_range
from oracles_trend import Oracle

LN2 = np.log(LD(2))
PI = 4 * np.arctan(LD(1))


def parkinson(w: int) -> Oracle:
    return lambda f: np.sqrt(mean(np.log(f.h / f.l) ** 2, w) / (4 * LN2))


def garman_klass(w: int) -> Oracle:
    return lambda f: np.sqrt(mean(np.log(f.h / f.l) ** 2 / 2 - (2 * LN2 - 1) * np.log(f.c / f.o) ** 2, w))


def _rogers_satchell(f: Frame, w: int) -> Array:
    up = np.log(f.h / f.c) * np.log(f.h / f.o)
    down = np.log(f.l / f.c) * np.log(f.l / f.o)
    return mean(up + down, w)


def yang_zhang(w: int) -> Oracle:
    """Overnight and open-to-close variances, both with ddof 1, and Rogers-Satchell."""

    def oracle(f: Frame) -> Array:
        k = LD(34) / 100 / (LD(134) / 100 + LD(w + 1) / (w - 1))
        overnight = deviation(np.log(f.o / lag(f.c, 1)), w) ** 2
        daytime = deviation(np.log(f.c / f.o), w) ** 2
        return np.sqrt(overnight + k * daytime + (1 - k) * _rogers_satchell(f, w))

    return oracle


def ewma_volatility(alpha: float) -> Oracle:
    def oracle(f: Frame) -> Array:
        squares = pd.Series(np.asarray(f.r, dtype=np.float64) ** 2)
        return np.sqrt(squares.ewm(alpha=alpha, adjust=False).mean().to_numpy())

    return oracle


def volatility_ratio(short: int, long: int) -> Oracle:
    return lambda f: over_zero(deviation(f.r, short), deviation(f.r, long))


def volatility_of_volatility(f: Frame) -> Array:
    volatility = deviation(f.r, 20)
    return over_zero(deviation(volatility, 60), mean(volatility, 60))


def jump_share(f: Frame) -> Array:
    """What bipower variation leaves of the variance; its 59 products lie within the window of the 60 returns."""
    size = np.abs(f.r)
    smooth = PI / 2 * LD(60) / 59 * total(size * lag(size, 1), 59)
    return np.maximum(1 - over_zero(smooth, total(size**2, 60)), 0)


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


def signed_volume(w: int) -> Oracle:
    return lambda f: over_zero(total(np.sign(f.c - lag(f.c, 1)) * f.v, w), total(f.v, w))


def average_price_distance(w: int) -> Oracle:
    return lambda f: f.c / over_zero(total(f.typical / 3 * f.v, w), total(f.v, w)) - 1


def dollar_volume_ratio(f: Frame) -> Array:
    return np.log((1 + mean(f.c * f.v, 5) / TICKS) / (1 + mean(f.c * f.v, 60) / TICKS))


def rising_volume(f: Frame) -> Array:
    change = f.v - lag(f.v, 1)
    return over_zero(total(np.maximum(change, 0), 20), total(np.abs(change), 20))


ORACLES: dict[str, Oracle] = {
    **{f"vol_cc_{w}": lambda f, w=w: deviation(f.r, w) for w in (10, 20, 60, 240)},
    **{f"parkinson_{w}": parkinson(w) for w in (20, 60)},
    **{f"gk_{w}": garman_klass(w) for w in (20, 60)},
    **{f"rs_{w}": lambda f, w=w: np.sqrt(_rogers_satchell(f, w)) for w in (20, 60)},
    **{f"yz_{w}": yang_zhang(w) for w in (20, 60)},
    **{f"natr_{n}": lambda f, n=n: average_range(f, n) / f.c for n in (14, 50)},
    "tr_n": lambda f: f.true_range / lag(f.c, 1),
    "ewma_vol_94": ewma_volatility(0.06),
    "ewma_vol_97": ewma_volatility(0.03),
    "vol_ratio_10_60": volatility_ratio(10, 60),
    "vol_ratio_20_240": volatility_ratio(20, 240),
    "pk_cc_ratio_20": lambda f: over_zero(parkinson(20)(f), deviation(f.r, 20)),
    "vol_of_vol": volatility_of_volatility,
    "jump_60": jump_share,
    "semivol_dn_60": semivolatility,
    "semivol_ratio_60": semivolatility_ratio,
    **{f"volume_ratio_{w}": volume_ratio(w) for w in (5, 20, 60)},
    **{f"volume_z_{w}": volume_score(w) for w in (20, 60)},
    "obv_slope_20": signed_volume(20),
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
    **{f"vol_cc_{w}": _deviation(w) for w in (10, 20, 60, 240)},
    **{f"natr_{n}": lambda f, n=n: talib.NATR(f.high, f.low, f.close, n) / 100 for n in (14, 50)},
    "tr_n": lambda f: talib.TRANGE(f.high, f.low, f.close) / lag(f.close, 1),
    **{f"volume_ratio_{w}": lambda f, w=w: np.log((f.volume + 1) / (talib.SMA(f.volume, w) + 1)) for w in (5, 20, 60)},
    "obv_slope_20": _signed_volume,
}
