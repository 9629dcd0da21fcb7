"""Oracles of how evenly returns are spread over words and bins (G)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

import numpy as np
from oracle_frames import LD, Array, Frame, deviation
from oracles_trend import Oracle
from scipy import stats

EDGES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)


def entropy(symbols: Sequence[int]) -> Array:
    """In natural units."""
    shares = np.array([LD(count) / len(symbols) for count in Counter(symbols).values()])
    return -(shares * np.log(shares)).sum()


def sign_entropy(f: Frame) -> Array:
    """Of the words that three signs make, the last 120; 8 of them are at most 3 bits."""
    ups = [0, *(int(x > 0) for x in f.r[1:])]
    words = [0, 0, 0, *(4 * ups[t] + 2 * ups[t - 1] + ups[t - 2] for t in range(3, len(f)))]
    out = np.full(len(f), np.nan, dtype=LD)
    for t in range(122, len(f)):
        out[t] = entropy(words[t - 119 : t + 1]) / (3 * np.log(LD(2)))
    return out


def bin_entropy(f: Frame) -> Array:
    """Of returns in units of the deviation up to the bar before; a score at an edge belongs to the bin above it."""
    spread, r = deviation(f.r, 240), f.r
    bins = [-1] * len(f)
    for t in range(241, len(f)):
        if spread[t - 1] > 0:
            bins[t] = bisect_right(EDGES, r[t] / spread[t - 1])
    out = np.full(len(f), np.nan, dtype=LD)
    for t in range(480, len(f)):
        window = bins[t - 239 : t + 1]
        if -1 not in window:
            out[t] = entropy(window) / np.log(LD(8))
    return out


ORACLES: dict[str, Oracle] = {"sign_entropy_120": sign_entropy, "hist_entropy_240": bin_entropy}


def _sign_entropy(f: Frame) -> Array:
    up = np.diff(f.close) > 0
    words = np.lib.stride_tricks.sliding_window_view(up, 3) @ np.array([1, 2, 4])
    windows = np.lib.stride_tricks.sliding_window_view(words, 120)
    counts = (windows[:, :, None] == np.arange(8)).sum(axis=1)
    return np.r_[np.full(122, np.nan), stats.entropy(counts, base=2, axis=-1) / 3]


def _bin_entropy(f: Frame) -> Array:
    """NumPy's histogram, whose last bin alone is closed."""
    r = np.diff(np.log(f.close))
    windows = np.lib.stride_tricks.sliding_window_view(r, 240)
    spread = np.where(np.ptp(windows, axis=-1) == 0, np.nan, windows.std(axis=-1, ddof=1))
    score = r[240:] / spread[:-1]
    out = np.full(len(f), np.nan)
    for t in range(480, len(f)):
        window = score[t - 480 : t - 240]
        if not np.isnan(window).any():
            counts, _ = np.histogram(window, [-np.inf, *EDGES, np.inf])
            out[t] = stats.entropy(counts) / np.log(8)
    return out


SECOND: dict[str, Oracle] = {"sign_entropy_120": _sign_entropy, "hist_entropy_240": _bin_entropy}
