"""Bars for the benchmarks of the features: a long walk on a cent grid whose bars all differ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MINUTE_NS = 60 * 10**9
DAY_NS = 1440 * MINUTE_NS
SESSION_BARS = 390
PRICE_GRID = 0.01
VOLUME_UNIT = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One-minute bars of one symbol.

    Attributes
    ----------
    times : ndarray of int64, shape (T, 3)
        Close of the bar, open and close of its session.
    ohlcv : ndarray of float64, shape (T, 5)
    columns : ndarray of float64, shape (7, T)
        What the peers read: open, high, low and close in whole cents, volume, log return (0 in the first row),
        ln(1 + volume). In dollars, 0.03 less 0.02 is not 0.02 less 0.01, and which of two equal moves is the larger
        one would be chance; no feature that is compared depends on the unit.
    """

    times: NDArray[np.int64]
    ohlcv: Floats
    columns: Floats

    def __len__(self) -> int:
        return len(self.ohlcv)

    def first(self, count: int) -> "History":
        """Return the first bars alone."""
        return History(self.times[:count], self.ohlcv[:count], np.ascontiguousarray(self.columns[:, :count]))


def random_history(count: int, seed: int = 7) -> History:
    """Make a history: a walk that stays between about 20 and 500 dollars, moves in cents, and volumes over decades."""
    random = np.random.default_rng(seed)
    walk = np.empty(count)
    level = 0.0
    for i, step in enumerate(random.standard_normal(count) * 6e-4):
        level += step - 2e-5 * level
        walk[i] = level
    close = np.round(100.0 * np.exp(walk), 2)
    open_ = np.round(np.concatenate(([100.0], close[:-1])) + random.integers(-1, 2, count) / 100, 2)
    high = np.round(np.maximum(open_, close) + random.integers(0, 6, count) / 100, 2)
    low = np.round(np.minimum(open_, close) - random.integers(0, 6, count) / 100, 2)
    volume = np.round(np.exp(6.0 + 2.0 * random.random(count)))
    ohlcv = np.stack([open_, high, low, close, volume], axis=1)
    log_return = np.concatenate(([0.0], np.log(close[1:] / close[:-1])))
    cents = np.round(ohlcv[:, :4].T / PRICE_GRID)
    columns = np.ascontiguousarray(np.vstack([cents, volume, log_return, np.log1p(volume)]))
    return History(_times(count), np.ascontiguousarray(ohlcv), columns)


def _times(count: int) -> NDArray[np.int64]:
    """Sessions of 390 minutes on weekdays, from Monday, 4 January 2010 on."""
    session, minute = np.divmod(np.arange(count, dtype=np.int64), SESSION_BARS)
    day = 14_613 + session + 2 * (session // 5)
    opens = day * DAY_NS + 870 * MINUTE_NS
    return np.ascontiguousarray(
        np.stack([opens + (minute + 1) * MINUTE_NS, opens, opens + SESSION_BARS * MINUTE_NS], axis=1)
    )
