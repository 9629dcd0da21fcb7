"""Bad prints: bars whose high or low lies far from where the bars before them traded.

A bar's deviation is how far its high or low lies, in logs, from the median of the closes of the W bars before it; it is
an outlier where that exceeds `threshold` times the usual deviation: 1.4826 times the median deviation of the W bars
before it (Hampel's rule with the past alone), or the floor where that is more. The step from one session to the next
is taken out first, by the close of the session's first bar: whether a price may jump overnight is not for this rule.

Outliers never enter a later window, so leaving them out changes no later verdict. A bar's verdict depends on the bars
up to it and on nothing after it.
"""

from collections import deque

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW

__all__ = ["bad_prints"]

_NORMAL = 1.4826
"""The standard deviation of a normal variable in median absolute deviations."""
_CHUNK_BARS = 1 << 17

Floats = NDArray[np.float64]


def bad_prints(
    ohlcv: Floats, session: NDArray[np.int64], *, window_bars: int, threshold: float, floor_bps: float
) -> NDArray[np.bool_]:
    """Return which bars are outliers; the first two windows of a history are not judged.

    Parameters
    ----------
    ohlcv : ndarray of float64, shape (n, 5)
    session : ndarray of int64, shape (n,)
        Which session each bar belongs to.
    window_bars : int
    threshold : float
    floor_bps : float

    Examples
    --------
    >>> quiet = np.tile([100.0, 100.1, 99.9, 100.0, 500.0], (30, 1))
    >>> quiet[20] = [100.0, 140.0, 99.9, 100.0, 500.0]
    >>> found = bad_prints(quiet, np.zeros(30, np.int64), window_bars=5, threshold=20.0, floor_bps=10.0)
    >>> np.flatnonzero(found).tolist()
    [20]
    """
    found = np.zeros(len(ohlcv), dtype=np.bool_)
    if len(ohlcv) <= 2 * window_bars:
        return found
    high, low, close = (np.log(ohlcv[:, column]) for column in (HIGH, LOW, CLOSE))
    first = np.concatenate(([False], session[1:] != session[:-1]))
    gap = np.zeros(len(close))
    gap[1:] = np.where(first[1:], np.diff(close), 0.0)
    shift = np.cumsum(gap)
    closes = close - shift
    deviation = _deviations(high - shift, low - shift, closes, window_bars)
    limit = np.full(len(close), np.inf)
    limit[2 * window_bars :] = _medians(deviation[window_bars:], window_bars)[:-1]
    floor = floor_bps * 1e-4
    suspects = np.flatnonzero(deviation > threshold * np.maximum(_NORMAL * limit, floor))
    at = 0
    while at < len(suspects):
        i = int(suspects[at])
        scan = _Scan(window_bars, threshold, floor, closes[i - window_bars : i], deviation[i - window_bars : i])
        end = scan.run(found, i, high, low, close, session, float(shift[i - 1]))
        at = int(np.searchsorted(suspects, end))
    return found


class _Scan:
    """One bar after another from an outlier on, until windows without it are full again."""

    def __init__(self, window_bars: int, threshold: float, floor: float, closes: Floats, deviations: Floats) -> None:
        self._window_bars, self._threshold, self._floor = window_bars, threshold, floor
        self._closes = deque(closes.tolist(), maxlen=window_bars)
        self._deviations = deque(deviations.tolist(), maxlen=window_bars)

    def run(
        self,
        found: NDArray[np.bool_],
        start: int,
        high: Floats,
        low: Floats,
        close: Floats,
        session: NDArray[np.int64],
        shift: float,
    ) -> int:
        """Mark outliers from `start` on; return where judging all bars at once holds again."""
        last = int(session[start - 1])
        clean = 0
        for i in range(start, len(close)):
            moved = float(close[i]) - self._closes[-1] if session[i] != last else shift
            middle = float(np.median(self._closes))
            deviation = max(abs(float(high[i]) - moved - middle), abs(float(low[i]) - moved - middle))
            usual = max(_NORMAL * float(np.median(self._deviations)), self._floor)
            if deviation > self._threshold * usual:
                found[i] = True
                clean = 0
                continue
            shift, last = moved, int(session[i])
            self._closes.append(float(close[i]) - shift)
            self._deviations.append(deviation)
            clean += 1
            if clean > 2 * self._window_bars:
                return i + 1
        return len(close)


def _deviations(high: Floats, low: Floats, close: Floats, window_bars: int) -> Floats:
    middle = np.full(len(close), np.nan)
    middle[window_bars:] = _medians(close, window_bars)[:-1]
    return np.asarray(np.maximum(np.abs(high - middle), np.abs(low - middle)))


def _medians(values: Floats, window_bars: int) -> Floats:
    """Median of each window of consecutive values, in parts: all windows at once would take `window_bars` copies."""
    windows = sliding_window_view(values, window_bars)
    parts = [np.median(windows[at : at + _CHUNK_BARS], axis=1) for at in range(0, len(windows), _CHUNK_BARS)]
    return np.asarray(np.concatenate(parts), dtype=np.float64)
