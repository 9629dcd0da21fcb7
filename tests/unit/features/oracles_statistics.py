"""Oracles of statistics (G) and single bars (H)."""

import numpy as np
import talib
from oracle_frames import LD, Array, Frame, correlation, fit, highest, lag, mean, over_zero, total
from oracles_trend import Oracle


def slope(w: int) -> Oracle:
    return lambda f: fit(f.c, w)[0] / f.c


def residual(w: int) -> Oracle:
    return lambda f: (f.c - fit(f.c, w)[1]) / f.c


def efficiency(w: int) -> Oracle:
    return lambda f: over_zero(np.abs(f.c - lag(f.c, w)), total(np.abs(f.c - lag(f.c, 1)), w))


def body_ratio(f: Frame) -> Array:
    body = np.abs(f.c - f.o)
    return over_zero(body, mean(body, 10))


def inside(f: Frame) -> Array:
    high, low = lag(f.h, 1), lag(f.l, 1)
    return np.where(np.isnan(high), np.nan, ((f.h <= high) & (f.l >= low)).astype(LD))


def _upper(f: Frame) -> Array:
    return f.h - np.maximum(f.o, f.c)


def _lower(f: Frame) -> Array:
    return np.minimum(f.o, f.c) - f.l


def _shift(f: Frame) -> Array:
    return 2 * f.c - f.h - f.l


ORACLES: dict[str, Oracle] = {
    **{f"slope_{w}": slope(w) for w in (20, 60)},
    **{f"rsq_{w}": lambda f, w=w: fit(f.c, w)[2] for w in (20, 60)},
    **{f"resi_{w}": residual(w) for w in (20, 60)},
    "acf1_60": lambda f: correlation(f.r, lag(f.r, 1), 60),
    **{f"er_{w}": efficiency(w) for w in (10, 60)},
    "dd_240": lambda f: f.c / highest(f.c, 240) - 1,
    "kmid": lambda f: (f.c - f.o) / f.o,
    "klen": lambda f: (f.h - f.l) / f.o,
    "kmid2": lambda f: over_zero(f.c - f.o, f.h - f.l),
    "kup": lambda f: _upper(f) / f.o,
    "kup2": lambda f: over_zero(_upper(f), f.h - f.l),
    "klow": lambda f: _lower(f) / f.o,
    "klow2": lambda f: over_zero(_lower(f), f.h - f.l),
    "ksft": lambda f: _shift(f) / f.o,
    "ksft2": lambda f: over_zero(_shift(f), f.h - f.l),
    "gap": lambda f: np.log(f.o / lag(f.c, 1)),
    "inside_bar": inside,
    "body_ratio_10": body_ratio,
}

SECOND: dict[str, Oracle] = {
    **{f"slope_{w}": lambda f, w=w: talib.LINEARREG_SLOPE(f.close, w) / f.close for w in (20, 60)},
    **{f"resi_{w}": lambda f, w=w: (f.close - talib.LINEARREG(f.close, w)) / f.close for w in (20, 60)},
    **{f"er_{w}": lambda f, w=w: talib.ER(f.close, w) for w in (10, 60)},
    "dd_240": lambda f: f.close / talib.MAX(f.close, 240) - 1,
    "kmid2": lambda f: talib.BOP(f.open, f.high, f.low, f.close),
}
