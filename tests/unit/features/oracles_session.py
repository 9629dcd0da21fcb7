"""Oracles of the session (I) and of completed bars of a higher timeframe (J)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import talib
from oracle_frames import LD, Array, Frame, deviation, lag, mean, over_zero, ticks
from oracles_trend import Oracle

MINUTE_NS = 60_000_000_000
DAY_NS = 1440 * MINUTE_NS
PI = LD("3.141592653589793238462643383279502884")


def _progress(f: Frame) -> tuple[Array, Array]:
    """Minutes from the open to the bar's close, and of the whole session."""
    elapsed = (f.close_ns - f.session_open_ns).astype(LD) / MINUTE_NS
    return elapsed, (f.session_close_ns - f.session_open_ns).astype(LD) / MINUTE_NS


def share_of_session(f: Frame) -> Array:
    elapsed, whole = _progress(f)
    return elapsed / whole


def minutes_left(f: Frame) -> Array:
    elapsed, whole = _progress(f)
    return np.log1p(whole - elapsed)


def weekday(f: Frame) -> Array:
    """0 for Monday, of the session's date: no session of XNYS crosses midnight UTC, and day 0 was a Thursday."""
    return ((f.session_open_ns // DAY_NS + 3) % 7).astype(np.float64)


def _running(f: Frame) -> dict[str, Array]:
    """Per bar: the session's open, high and low so far, and high, low and close of the session before."""
    bars = pd.DataFrame(
        {"session": f.session_open_ns, "o": f.open, "h": f.high, "l": f.low, "c": f.close}, index=range(len(f))
    )
    by = bars.groupby("session")
    out = {"first": by["o"].transform("first"), "high": by["h"].cummax(), "low": by["l"].cummin()}
    whole = by.agg(high=("h", "max"), low=("l", "min"), close=("c", "last")).shift(1)
    out |= {f"before_{name}": column.reindex(bars["session"]) for name, column in whole.items()}
    return {name: ticks(column.to_numpy()) for name, column in out.items()}


def overnight_gap(f: Frame) -> Array:
    s = _running(f)
    return np.log(s["first"] / s["before_close"])


def gap_fill(f: Frame) -> Array:
    """0 at the open of a session, 1 at the close of the one before; undefined without a gap."""
    s = _running(f)
    return np.clip(over_zero(f.c - s["first"], s["before_close"] - s["first"]), -1, 2)


def session_return(f: Frame) -> Array:
    return np.log(f.c / _running(f)["first"])


def session_position(f: Frame) -> Array:
    s = _running(f)
    return over_zero(f.c - s["low"], s["high"] - s["low"])


def previous_position(f: Frame) -> Array:
    s = _running(f)
    return over_zero(f.c - s["before_low"], s["before_high"] - s["before_low"])


def session_average_distance(f: Frame) -> Array:
    """Sums added bar by bar within the session."""
    out = np.full(len(f), np.nan, dtype=LD)
    typical, volume, close = f.typical / 3, f.v, f.c
    value = shares = LD(0)
    for t in range(len(f)):
        if t == 0 or f.session_open_ns[t] != f.session_open_ns[t - 1]:
            value = shares = LD(0)
        value += typical[t] * volume[t]
        shares += volume[t]
        if shares > 0:
            out[t] = close[t] / (value / shares) - 1
    return out


def _higher(f: Frame, minutes: int) -> Frame:
    """Bars of a higher timeframe from each session's open; the last may be shorter and ends with the session."""
    length = minutes * MINUTE_NS
    bucket = (f.close_ns - 1 - f.session_open_ns) // length
    ends = np.minimum(f.session_open_ns + (bucket + 1) * length, f.session_close_ns)
    bars = pd.DataFrame(
        {"end": ends, "so": f.session_open_ns, "sc": f.session_close_ns}
        | {"o": f.open, "h": f.high, "l": f.low, "c": f.close, "v": f.volume}
    )
    kinds = {"o": "first", "h": "max", "l": "min", "c": "last", "v": "sum", "so": "first", "sc": "first"}
    g = bars.groupby("end").agg(kinds)
    columns = [g[name].to_numpy() for name in ("o", "h", "l", "c", "v")]
    return Frame(*columns, g.index.to_numpy(), g["so"].to_numpy(), g["sc"].to_numpy(), length)


def completed(minutes: int, feature: Callable[[Frame], Array]) -> Oracle:
    """The feature on the last bar of a higher timeframe that had ended by the close of each bar."""

    def oracle(f: Frame) -> Array:
        higher = _higher(f, minutes)
        values = feature(higher)
        at = np.searchsorted(higher.close_ns, f.close_ns, side="right") - 1
        return np.where(at >= 0, values[np.maximum(at, 0)], np.nan)

    return oracle


def volume_score(f: Frame) -> Array:
    x = np.log1p(f.v)
    return over_zero(x - mean(x, 20), deviation(x, 20))


ORACLES: dict[str, Oracle] = {
    "min_since_open": share_of_session,
    "min_to_close": minutes_left,
    "tod_sin": lambda f: np.sin(PI * share_of_session(f)),
    "tod_cos": lambda f: np.cos(PI * share_of_session(f)),
    "dow_sin": lambda f: np.sin(2 * PI * weekday(f) / 5),
    "dow_cos": lambda f: np.cos(2 * PI * weekday(f) / 5),
    "overnight_gap": overnight_gap,
    "gap_fill": gap_fill,
    "sess_vwap_dev": session_average_distance,
    "sess_ret": session_return,
    "sess_range_pos": session_position,
    "prev_day_pos": previous_position,
    **{f"ret1_{m}m": completed(m, lambda f: np.log(f.c / lag(f.c, 1))) for m in (15, 60)},
    **{f"sma20_dist_{m}m": completed(m, lambda f: f.c / mean(f.c, 20) - 1) for m in (15, 60)},
    **{f"volz20_{m}m": completed(m, volume_score) for m in (15, 60)},
    "natr14_15m": completed(15, lambda f: talib.NATR(f.high, f.low, f.close, 14) / 100),
}

SECOND: dict[str, Oracle] = {
    f"sma20_dist_{m}m": completed(m, lambda f: f.close / talib.SMA(f.close, 20) - 1) for m in (15, 60)
}
