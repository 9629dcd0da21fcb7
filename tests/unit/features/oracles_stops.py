"""Oracles of trailing stops (C): state machines, walked bar by bar from the first one."""

import numpy as np
import talib
from oracle_frames import LD, Array, Frame, over_zero
from oracles_smoothing import average_range, double, first_defined
from oracles_trend import Oracle

STEP = LD(2) / 100
FASTEST = LD(2) / 10


def _parabolic(f: Frame) -> Array:
    """The stop in force at each bar.

    Short is the mirror of long: everything is seen with the sign of the side, where the stop lies below the bars.
    """
    high, low = f.h, f.l
    out = np.full(len(f), np.nan, dtype=LD)
    side = -1 if low[0] - low[1] > max(0, high[1] - high[0]) else 1
    best, stop = (high[1], low[0]) if side > 0 else (low[1], high[0])
    pace = STEP
    for t in range(1, len(f)):
        before = max(t - 1, 1)
        far, near = (high, low) if side > 0 else (low, high)
        if side * near[t] <= side * stop:
            out[t] = side * max(side * best, side * far[before], side * far[t])
            side, best, pace = -side, near[t], STEP
            far, near = near, far
            start = out[t]
        else:
            out[t] = start = stop
            if side * far[t] > side * best:
                best, pace = far[t], min(pace + STEP, FASTEST)
        stop = side * min(side * (start + pace * (best - start)), side * near[before], side * near[t])
    return out


def _super_trend(f: Frame) -> Array:
    """Three ranges from the middle of the bar; a band loosens only after a close beyond it."""
    middle, close, reach = (f.h + f.l) / 2, f.c, 3 * average_range(f, 10)
    out = np.full(len(f), np.nan, dtype=LD)
    start = first_defined(reach)
    upper, lower, rising = middle[start] + reach[start], middle[start] - reach[start], True
    out[start] = lower
    for t in range(start + 1, len(f)):
        above, below = middle[t] + reach[t], middle[t] - reach[t]
        upper = above if above < upper or close[t - 1] > upper else upper
        lower = below if below > lower or close[t - 1] < lower else lower
        rising = close[t] >= lower if rising else close[t] > upper
        out[t] = lower if rising else upper
    return out


ORACLES: dict[str, Oracle] = {
    "psar_dist": lambda f: over_zero(f.c - _parabolic(f), average_range(f, 14)),
    "supertrend_dist": lambda f: over_zero(f.c - _super_trend(f), average_range(f, 10)),
}


def _published_range(f: Frame, n: int) -> Array:
    return talib.ATR(double(f.h), double(f.l), double(f.c), n)


def _published_parabolic(f: Frame) -> Array:
    stop = talib.SAR(double(f.h), double(f.l), 0.02, 0.2)
    return over_zero(double(f.c) - stop, _published_range(f, 14))


def _published_super_trend(f: Frame) -> Array:
    stop, _ = talib.SUPERTREND(double(f.h), double(f.l), double(f.c), 10, 3.0)
    return over_zero(double(f.c) - stop, _published_range(f, 10))


SECOND: dict[str, Oracle] = {
    "psar_dist": _published_parabolic,
    "supertrend_dist": _published_super_trend,
}
