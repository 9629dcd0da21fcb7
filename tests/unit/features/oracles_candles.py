"""Oracles of patterns of bars (H), with the thresholds that TA-Lib sets by default.

All is compared in whole ticks, where "a tenth of the mean range" is exact.
"""

from collections.abc import Callable

import numpy as np
import talib
from oracle_frames import LD, Array, Frame, lag, total
from oracles_trend import Oracle


def _before(x: Array, w: int) -> Array:
    """The sum over the w bars before this one."""
    return lag(total(x, w), 1)


def _body(f: Frame) -> Array:
    return np.abs(f.c - f.o)


def _answer(yes: Array, known: Array) -> Array:
    """1 or 0 where what the answer reads is known."""
    return np.where(np.isnan(known), np.nan, yes.astype(LD))


def doji(f: Frame) -> Array:
    """A body of at most a tenth of the mean range of ten bars."""
    ranges = _before(f.h - f.l, 10)
    return _answer(100 * _body(f) <= ranges, ranges)


def engulfing(f: Frame) -> Array:
    """A body that holds the one before, of the other colour, and reaches beyond it at one end at least."""
    out = np.full(len(f), np.nan, dtype=LD)
    o, c = f.o, f.c
    for t in range(1, len(f)):
        low, high = min(o[t - 1], c[t - 1]), max(o[t - 1], c[t - 1])
        bottom, top = min(o[t], c[t]), max(o[t], c[t])
        holds = bottom <= low and top >= high and (bottom < low or top > high)
        white, white_before = c[t] >= o[t], c[t - 1] >= o[t - 1]
        out[t] = (1 if white else -1) if holds and white != white_before else 0
    return out


def hammer(f: Frame) -> Array:
    """A short body at the top of its bar, over a long lower shadow, near or below the low before."""
    bodies, ranges, near = _before(_body(f), 10), _before(f.h - f.l, 10), lag(_before(f.h - f.l, 5), 1)
    low, high = np.minimum(f.o, f.c), np.maximum(f.o, f.c)
    short = 10 * _body(f) < bodies
    hangs = (low - f.l > _body(f)) & (100 * (f.h - high) < ranges)
    deep = 25 * (low - lag(f.l, 1)) <= near
    return _answer(short & hangs & deep, bodies + near)


ORACLES: dict[str, Oracle] = {"doji": doji, "engulfing": engulfing, "hammer": hammer}


def _signs(pattern: Callable[..., Array], f: Frame, lookback: int, needs: int) -> Array:
    """TA-Lib's answers from the first bar that has what they need: it waits longer, so it gets more bars in front."""
    more = lookback - needs
    columns = (np.r_[np.repeat(x[:1], more), x] for x in (f.open, f.high, f.low, f.close))
    return np.where(np.arange(len(f)) < needs, np.nan, np.sign(pattern(*columns)[more:]))


def _unless_tied(signs: Array, *excesses: Array) -> Array:
    """All but where a threshold met to the tick decides: TA-Lib's running sums then round either way.

    A pattern asks that no excess be above 0.
    """
    tied = np.any([np.abs(excess) < 0.5 for excess in excesses], axis=0)
    missed = np.any([excess >= 0.5 for excess in excesses], axis=0)
    return np.where(tied & ~missed, np.nan, signs)


def _engulfing(f: Frame) -> Array:
    return _signs(talib.CDLENGULFING, f, 2, 1)


def _doji(f: Frame) -> Array:
    signs = _signs(talib.CDLDOJI, f, 10, 10)
    return _unless_tied(signs, 100 * _body(f) - _before(f.h - f.l, 10))


def _hammer(f: Frame) -> Array:
    signs = _signs(talib.CDLHAMMER, f, 11, 10)
    ranges, near = _before(f.h - f.l, 10), lag(_before(f.h - f.l, 5), 1)
    low, high = np.minimum(f.o, f.c), np.maximum(f.o, f.c)
    excesses = (
        10 * _body(f) - _before(_body(f), 10),
        _body(f) - (low - f.l),
        100 * (f.h - high) - ranges,
        25 * (low - lag(f.l, 1)) - near,
    )
    return _unless_tied(signs, *excesses)


SECOND: dict[str, Oracle] = {
    "doji": _doji,
    "engulfing": _engulfing,
    "hammer": _hammer,
}
