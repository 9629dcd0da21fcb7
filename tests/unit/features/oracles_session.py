"""Oracles of the session (I) and of completed bars of a higher timeframe (J)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import talib
from oracle_frames import LD, Array, Frame, lag, mean, over_zero, ticks
from oracles_smoothing import average_range, rma
from oracles_trend import Oracle
from oracles_volatility import volume_score

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


def relative_strength(f: Frame) -> Array:
    move = f.c - lag(f.c, 1)
    up, down = (rma(np.maximum(side, 0), 14) for side in (move, -move))
    return 100 * over_zero(up, up + down)


HIGHER = (5, 15, 60)
BASES: dict[str, Oracle] = {
    "ret1": lambda f: np.log(f.c / lag(f.c, 1)),
    "rsi14": relative_strength,
    "macd_hist_n": lambda f: talib.MACD(f.close, 12, 26, 9)[2] / f.close,
    "natr14": lambda f: average_range(f, 14) / f.c,
    "sma20_dist": lambda f: f.c / mean(f.c, 20) - 1,
    "volz20": volume_score(20),
}

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
    **{f"{name}_{m}m": completed(m, base) for m in HIGHER for name, base in BASES.items()},
}


def _resampled(minutes: int, feature: Callable[[Frame], Array]) -> Oracle:
    """Buckets by pandas: each session resampled from its own open, labelled by its end, joined backwards in time."""

    def oracle(f: Frame) -> Array:
        times = pd.to_datetime(f.close_ns)
        bars = pd.DataFrame({"o": f.open, "h": f.high, "l": f.low, "c": f.close, "v": f.volume}, index=times)
        kinds = {"o": "first", "h": "max", "l": "min", "c": "last", "v": "sum"}
        parts, ends = [], []
        for opened, rows in bars.groupby(f.session_open_ns):
            of = rows.resample(f"{minutes}min", closed="right", label="right", origin=pd.Timestamp(opened))
            part = of.agg(kinds).dropna()
            session_end = f.session_close_ns[np.searchsorted(f.session_open_ns, opened)]
            ends.append(np.minimum(part.index.to_numpy("datetime64[ns]").astype(np.int64), session_end))
            parts.append(part)
        whole, end_ns = pd.concat(parts), np.concatenate(ends)
        columns = [whole[name].to_numpy() for name in kinds]
        values = feature(Frame(*columns, end_ns, end_ns, end_ns, minutes * MINUTE_NS))
        held = pd.DataFrame({"end": end_ns, "value": np.asarray(values, dtype=np.float64)})
        return pd.merge_asof(pd.DataFrame({"end": f.close_ns}), held, on="end")["value"].to_numpy()

    return oracle


def _volume_score(f: Frame) -> Array:
    x = pd.Series(np.log1p(f.volume))
    return ((x - x.rolling(20).mean()) / x.rolling(20).apply(np.std, raw=True, kwargs={"ddof": 1})).to_numpy()


def _macd_histogram(f: Frame) -> Array:
    """TA-Lib's averages from its own seeds: the fast one starts with the slow one."""
    fast, slow = (_average(f.close, 26 - n, n) for n in (12, 26))
    line = fast - slow
    return (line - _average(line, 25, 9)) / f.close


def _average(x: Array, first: int, n: int) -> Array:
    """By pandas: the mean of the first n values, then the rest of the recursion."""
    seeded = pd.Series(np.r_[x[first : first + n].mean(), x[first + n :]])
    return np.r_[np.full(first + n - 1, np.nan), seeded.ewm(span=n, adjust=False).mean().to_numpy()]


RESAMPLED: dict[str, Oracle] = {
    "ret1": lambda f: np.append(np.nan, np.diff(np.log(f.close))),
    "rsi14": lambda f: talib.RSI(f.close, 14),
    "macd_hist_n": _macd_histogram,
    "natr14": lambda f: talib.NATR(f.high, f.low, f.close, 14) / 100,
    "sma20_dist": lambda f: f.close / talib.SMA(f.close, 20) - 1,
    "volz20": _volume_score,
}

SECOND: dict[str, Oracle] = {f"{name}_{m}m": _resampled(m, base) for m in HIGHER for name, base in RESAMPLED.items()}
