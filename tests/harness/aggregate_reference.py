"""Aggregation as one would write it down: a loop over bars, for comparison only."""

import math

import numpy as np

from foxml.bars.aggregate import Bar
from foxml.domain.bars import SymbolBars

WEEK = 7 * 86_400 * 10**9


def streamed(bars: SymbolBars) -> list[Bar]:
    """The bars of a history one by one."""
    made = []
    for at in range(len(bars)):
        vwap = None if bars.vwap is None or math.isnan(bars.vwap[at]) else float(bars.vwap[at])
        count = None if bars.trade_count is None else int(bars.trade_count[at])
        times = (int(bars.close_ns[at]), int(bars.session_open_ns[at]), int(bars.session_close_ns[at]))
        made.append(Bar(*times, *bars.ohlcv[at].tolist(), vwap, count))
    return made


def collected(bars: list[Bar]) -> list[tuple[object, ...]]:
    """Every value of some bars, exactly."""
    return [
        (b.close_ns, b.session_open_ns, b.session_close_ns, b.open, b.high, b.low, b.close, b.volume, b.vwap,
         b.trade_count)
        for b in bars
    ]  # fmt: skip


def reference(bars: SymbolBars, interval_ns: int, anchor: str) -> list[tuple[object, ...]]:
    """Closes, open, high, low, close, volume, vwap and trades of each interval below a day, or of a day."""
    cells: dict[int, list[Bar]] = {}
    for bar in streamed(bars):
        if interval_ns >= 86_400 * 10**9:
            end = bar.session_close_ns
        else:
            end = bar.session_open_ns if anchor == "session" else bar.session_open_ns // interval_ns * interval_ns
            while end < bar.close_ns:
                end += interval_ns
            end = min(end, bar.session_close_ns)
        cells.setdefault(end, []).append(bar)
    made: list[tuple[object, ...]] = []
    for end, lower in cells.items():
        volume = sum(bar.volume for bar in lower)
        vwap: float | None = None
        if volume > 0 and all(bar.vwap is not None or bar.volume == 0 for bar in lower):
            vwap = sum(bar.vwap * bar.volume for bar in lower if bar.vwap is not None and bar.volume > 0) / volume
        counts = [bar.trade_count for bar in lower]
        count = None if None in counts else sum(c for c in counts if c is not None)
        prices = (lower[0].open, max(b.high for b in lower), min(b.low for b in lower), lower[-1].close)
        made.append((end, lower[0].session_open_ns, lower[0].session_close_ns, *prices, volume, vwap, count))
    return made


def equal(ours: list[tuple[object, ...]], theirs: list[tuple[object, ...]]) -> bool:
    """Whether all is equal, sums to rounding; a reference that adds in another order may differ by that."""
    if len(ours) != len(theirs):
        return False
    for a, b in zip(ours, theirs, strict=True):
        for x, y in zip(a, b, strict=True):
            if (x is None) != (y is None):
                return False
            if x is not None and not np.isclose(x, y, rtol=1e-12, atol=0.0):  # type: ignore[arg-type]
                return False
    return True
