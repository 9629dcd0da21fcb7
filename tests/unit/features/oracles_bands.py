"""Oracles of oscillators (C) and bands (D)."""

import numpy as np
import talib
from oracle_frames import LD, Array, Frame, deviation, highest, lag, lowest, mean, over, over_zero, total
from oracles_trend import Oracle


def range_position(w: int) -> Oracle:
    """Where the close lies between the lowest low and the highest high; undefined without a range."""

    def oracle(f: Frame) -> Array:
        low = lowest(f.l, w)
        return over_zero(f.c - low, highest(f.h, w) - low)

    return oracle


def stochastic(smoothings: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        line = 100 * range_position(14)(f)
        for _ in range(smoothings):
            line = mean(line, 3)
        return line

    return oracle


def williams(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        high = highest(f.h, w)
        return -100 * over_zero(high - f.c, high - lowest(f.l, w))

    return oracle


def money_flow(f: Frame) -> Array:
    """Flow counts where the typical price moved; three typical prices are whole ticks and so compare exactly."""
    typical, before = f.typical, lag(f.typical, 1)
    flow = typical * f.v
    warm = np.where(np.isnan(before), np.nan, LD(0))
    up = total(np.where(typical > before, flow, 0) + warm, 14)
    down = total(np.where(typical < before, flow, 0) + warm, 14)
    return 100 * over_zero(up, up + down)


def aroon(column: str, w: int) -> Oracle:
    """100 where the extreme of w + 1 bars is this bar, 0 where it is w bars old; a tie is the latest."""

    def oracle(f: Frame) -> Array:
        x = f.h if column == "high" else -f.l
        return over(x, w + 1, lambda window: 100 * (w - window[:, ::-1].argmax(axis=-1).astype(LD)) / w)

    return oracle


def midprice_distance(w: int) -> Oracle:
    return lambda f: f.c / ((highest(f.h, w) + lowest(f.l, w)) / 2) - 1


def ultimate(f: Frame) -> Array:
    before = lag(f.c, 1)
    pressure = f.c - np.minimum(f.l, before)
    part = [over_zero(total(pressure, w), total(f.true_range, w)) for w in (7, 14, 28)]
    return 100 * (4 * part[0] + 2 * part[1] + part[2]) / 7


def plain_momentum(f: Frame) -> Array:
    move = f.c - lag(f.c, 1)
    return 100 * over_zero(total(move, 14), total(np.abs(move), 14))


def awesome(f: Frame) -> Array:
    middle = (f.h + f.l) / 2
    return (mean(middle, 5) - mean(middle, 34)) / f.c


def vortex(f: Frame) -> Array:
    up = total(np.abs(f.h - lag(f.l, 1)), 14)
    down = total(np.abs(f.l - lag(f.h, 1)), 14)
    return over_zero(up - down, total(f.true_range, 14))


def choppiness(f: Frame) -> Array:
    ratio = over_zero(total(f.true_range, 14), highest(f.h, 14) - lowest(f.l, 14))
    return 100 * np.log10(ratio) / np.log10(LD(14))


def band_position(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        spread = deviation(f.c, w, ddof=0)
        return over_zero(f.c - (mean(f.c, w) - 2 * spread), 4 * spread)

    return oracle


def keltner(f: Frame) -> tuple[Array, Array]:
    """Middle and half width; the middle is the average of the typical price."""
    upper, middle, _ = talib.KC(f.high, f.low, f.close, 20, 10, 2.0)
    return middle, upper - middle


def keltner_position(f: Frame) -> Array:
    middle, _ = keltner(f)
    return over_zero(f.close - middle, 2 * talib.ATR(f.high, f.low, f.close, 10))


def keltner_width(f: Frame) -> Array:
    middle, _ = keltner(f)
    return 4 * talib.ATR(f.high, f.low, f.close, 10) / middle


ORACLES: dict[str, Oracle] = {
    "stochf_k14": stochastic(0),
    "stoch_slowk": stochastic(1),
    "stoch_slowd": stochastic(2),
    "willr_28": williams(28),
    "mfi_14": money_flow,
    "aroon_up_25": aroon("high", 25),
    "aroon_down_25": aroon("low", 25),
    "ichi_tenkan": midprice_distance(9),
    "ichi_kijun": midprice_distance(26),
    "ultosc": ultimate,
    "cmo_plain_14": plain_momentum,
    "ao_n": awesome,
    "vortex_diff_14": vortex,
    "chop_14": choppiness,
    **{f"bb_pctb_{w}": band_position(w) for w in (20, 50)},
    **{f"bb_width_{w}": lambda f, w=w: 4 * deviation(f.c, w, ddof=0) / mean(f.c, w) for w in (20, 50)},
    "kc_pos": keltner_position,
    "kc_width": keltner_width,
    **{f"donch_pos_{w}": range_position(w) for w in (20, 55)},
    "donch_width_20": lambda f: (highest(f.h, 20) - lowest(f.l, 20)) / f.c,
    **{f"dist_high_{w}": lambda f, w=w: f.c / highest(f.h, w) - 1 for w in (20, 60, 240)},
    **{f"dist_low_{w}": lambda f, w=w: f.c / lowest(f.l, w) - 1 for w in (20, 60, 240)},
}


def _vortex(f: Frame) -> Array:
    up, down = talib.VORTEX(f.high, f.low, f.close, 14)
    return up - down


def _bands(f: Frame, w: int) -> tuple[Array, Array, Array]:
    return talib.BBANDS(f.close, w, 2.0, 2.0, 0)


def _band_position(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        upper, _, lower = _bands(f, w)
        return over_zero(f.close - lower, upper - lower)

    return oracle


def _band_width(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        upper, middle, lower = _bands(f, w)
        return (upper - lower) / middle

    return oracle


def _donchian(f: Frame, w: int) -> tuple[Array, Array]:
    upper, _, lower = talib.DONCHIAN(f.high, f.low, w)
    return upper, lower


def _donchian_position(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        upper, lower = _donchian(f, w)
        return over_zero(f.close - lower, upper - lower)

    return oracle


def _donchian_width(f: Frame) -> Array:
    upper, lower = _donchian(f, 20)
    return (upper - lower) / f.close


SECOND: dict[str, Oracle] = {
    "stochf_k14": lambda f: talib.STOCHF(f.high, f.low, f.close, 14, 3, 0)[0],
    "stoch_slowk": lambda f: talib.STOCH(f.high, f.low, f.close, 14, 3, 0, 3, 0)[0],
    "stoch_slowd": lambda f: talib.STOCH(f.high, f.low, f.close, 14, 3, 0, 3, 0)[1],
    "willr_28": lambda f: talib.WILLR(f.high, f.low, f.close, 28),
    "mfi_14": lambda f: talib.MFI(f.high, f.low, f.close, f.volume, 14),
    "aroon_up_25": lambda f: talib.AROON(f.high, f.low, 25)[1],
    "aroon_down_25": lambda f: talib.AROON(f.high, f.low, 25)[0],
    "ichi_tenkan": lambda f: f.close / talib.MIDPRICE(f.high, f.low, 9) - 1,
    "ichi_kijun": lambda f: f.close / talib.MIDPRICE(f.high, f.low, 26) - 1,
    "ultosc": lambda f: talib.ULTOSC(f.high, f.low, f.close, 7, 14, 28),
    "cmo_plain_14": lambda f: talib.CMOU(f.close, 14),
    "ao_n": lambda f: talib.AO(f.high, f.low, 5, 34) / f.close,
    "vortex_diff_14": _vortex,
    **{f"bb_pctb_{w}": _band_position(w) for w in (20, 50)},
    **{f"bb_width_{w}": _band_width(w) for w in (20, 50)},
    "donch_pos_20": _donchian_position(20),
    "donch_pos_55": _donchian_position(55),
    "donch_width_20": _donchian_width,
    **{f"dist_high_{w}": lambda f, w=w: f.close / talib.MAX(f.high, w) - 1 for w in (20, 60, 240)},
    **{f"dist_low_{w}": lambda f, w=w: f.close / talib.MIN(f.low, w) - 1 for w in (20, 60, 240)},
}
