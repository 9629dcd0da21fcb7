"""Oracles of a session against its own opening, its average price and the sessions before (I)."""

from itertools import pairwise

import numpy as np
import pandas as pd
import talib
from oracle_frames import LD, Array, Frame, over_zero
from oracles_smoothing import average_range
from oracles_trend import Oracle

MINUTE_NS = 60_000_000_000
OPENING_NS = 30 * MINUTE_NS
SESSIONS = 20


def _sessions(f: Frame) -> list[slice]:
    """Rows of each session that was seen from its open; the first one may not have been."""
    starts = [0, *(np.flatnonzero(np.diff(f.session_open_ns)) + 1).tolist(), len(f)]
    rows = [slice(start, end) for start, end in pairwise(starts)]
    whole = f.close_ns[0] - f.interval_ns <= f.session_open_ns[0]
    return rows if whole else rows[1:]


def _opening_range(f: Frame) -> tuple[Array, Array]:
    """High and low of the first 30 minutes, from the end of these on."""
    high, low = np.full((2, len(f)), np.nan, dtype=LD)
    elapsed = f.close_ns - f.session_open_ns
    for rows in _sessions(f):
        opening = elapsed[rows] <= OPENING_NS
        if opening.any():
            known = elapsed[rows] >= OPENING_NS
            high[rows] = np.where(known, f.h[rows][opening].max(), np.nan)
            low[rows] = np.where(known, f.l[rows][opening].min(), np.nan)
    return high, low


def opening_position(f: Frame) -> Array:
    high, low = _opening_range(f)
    return over_zero(f.c - (high + low) / 2, high - low)


def opening_width(f: Frame) -> Array:
    high, low = _opening_range(f)
    return over_zero(high - low, average_range(f, 14))


def average_price_score(f: Frame) -> Array:
    """Sums in whole numbers of any size: typical prices in thirds of a tick, so that equal ones leave exactly 0."""
    out = np.full(len(f), np.nan, dtype=LD)
    prices, volumes, close = ([int(x) for x in column] for column in (f.typical, f.v, f.c))
    for rows in _sessions(f):
        shares = value = square = 0
        for t in range(len(f))[rows]:
            shares += volumes[t]
            value += volumes[t] * prices[t]
            square += volumes[t] * prices[t] ** 2
            spread = shares * square - value**2
            if spread > 0:
                out[t] = LD(3 * close[t] * shares - value) / np.sqrt(LD(spread))
    return out


def relative_volume(f: Frame) -> Array:
    """Volume so far against that of the 20 sessions before by the same minute, bar by bar."""
    out = np.full(len(f), np.nan, dtype=LD)
    before: list[list[tuple[int, float]]] = []
    for rows in _sessions(f):
        so_far, run = [], 0.0
        for t in range(len(f))[rows]:
            minute = int(f.close_ns[t] - f.session_open_ns[t])
            run += float(f.volume[t])
            so_far.append((minute, run))
            if len(before) >= SESSIONS and run > 0:
                reached = [max((v for at, v in past if at <= minute), default=0.0) for past in before[-SESSIONS:]]
                if any(reached):
                    out[t] = np.log(LD(run) * SESSIONS / sum(LD(v) for v in reached))
        before.append(so_far)
    return out


ORACLES: dict[str, Oracle] = {
    "or30_pos": opening_position,
    "or30_width": opening_width,
    "sess_vwap_z": average_price_score,
    "rvol_tod": relative_volume,
}


def _bars(f: Frame) -> pd.DataFrame:
    columns = {"session": f.session_open_ns, "minute": (f.close_ns - f.session_open_ns) / MINUTE_NS}
    return pd.DataFrame(columns | {"h": f.high, "l": f.low, "c": f.close, "v": f.volume})


def _opening(f: Frame) -> tuple[pd.Series, pd.Series]:
    """The same by pandas: highs and lows of the opening alone, carried through each session."""
    bars = _bars(f)
    opening = bars.where(bars["minute"] <= 30)
    by = opening.groupby(bars["session"])
    known = bars["minute"] >= 30
    return by["h"].transform("max").where(known), by["l"].transform("min").where(known)


def _opening_position(f: Frame) -> Array:
    high, low = _opening(f)
    return ((f.close - (high + low) / 2) / (high - low).where(high > low)).to_numpy()


def _opening_width(f: Frame) -> Array:
    high, low = _opening(f)
    return (high - low).to_numpy() / talib.ATR(f.high, f.low, f.close, 14)


def _average_price_score(f: Frame) -> Array:
    """NumPy's weighted average of three typical prices in ticks, from the session's open to each bar."""
    out = np.full(len(f), np.nan)
    prices, thrice = np.asarray(f.typical, dtype=np.float64), np.asarray(3 * f.c, dtype=np.float64)
    for rows in _bars(f).groupby("session").indices.values():
        for n in range(1, len(rows) + 1):
            x, v = prices[rows[:n]], f.volume[rows[:n]]
            if len(set(x[v > 0])) > 1:
                average = np.average(x, weights=v)
                out[rows[n - 1]] = (thrice[rows[n - 1]] - average) / np.average((x - average) ** 2, weights=v) ** 0.5
    return out


def _relative_volume(f: Frame) -> Array:
    """A table of sessions by minutes, filled forward, and the mean of 20 rows before."""
    bars = _bars(f)
    bars["sum"] = bars.groupby("session")["v"].cumsum()
    table = bars.pivot(index="session", columns="minute", values="sum").ffill(axis=1).fillna(0)
    usual = table.rolling(SESSIONS).mean().shift(1)
    quotient = np.log((table / usual.where(usual > 0)).where(table > 0))
    return quotient.stack().reindex(pd.MultiIndex.from_frame(bars[["session", "minute"]])).to_numpy()


SECOND: dict[str, Oracle] = {
    "or30_pos": _opening_position,
    "or30_width": _opening_width,
    "sess_vwap_z": _average_price_score,
    "rvol_tod": _relative_volume,
}
