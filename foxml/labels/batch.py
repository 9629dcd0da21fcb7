"""Triple barriers of a whole history at once: what `LabelTracker` finds bar by bar, to the bit.

A running extreme has the same return as the extreme of the returns (division and subtraction round monotonically), so
the first touch is found by halving: a table holds the highest high and the lowest low of every 1, 2, 4, ... bars, and a
label skips the longest stretch that reaches neither barrier. That takes log2(horizon) passes over the bars.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, SymbolBars
from foxml.errors import DataError
from foxml.labels.barrier import BarrierSpec

__all__ = ["BarrierOutcomes", "PriceFactors", "barrier_outcomes", "check_bars"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK: Final = 1 << 14
"""Labels of a pass: its arrays stay in the cache."""


class PriceFactors:
    """Corporate actions of one symbol, as factors on the prices before them.

    Parameters
    ----------
    rows : ndarray of int64, shape (m,)
        Each action comes ahead of this bar; ascending, repeated where a bar has several.
    factors : ndarray of float64, shape (m,)
        In the order in which they apply.

    Attributes
    ----------
    bars : ndarray of int64, shape (k,)
        Bars with actions, each once.
    """

    def __init__(self, rows: Ints, factors: Floats) -> None:
        self.rows, self.factors = rows, factors
        self.bars, at, counts = np.unique(rows, return_inverse=True, return_counts=True)
        self._table = np.ones((len(self.bars), int(counts.max(initial=0))))
        if len(rows):
            turn = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
            self._table[at, turn] = factors

    def apply(self, prices: Floats, bars: Ints) -> Floats:
        """Put prices of before the actions of some bars on the terms after them, one action after another."""
        at = np.searchsorted(self.bars, bars)
        for column in self._table.T:
            prices = prices * column[at]
        return prices

    def after(self, bars: Ints) -> Ints:
        """Return the next bar with an action, strictly after each of some bars; a huge number where none is left."""
        later = np.append(self.bars, np.iinfo(np.int64).max)
        found: Ints = later[np.searchsorted(self.bars, bars, side="right")]
        return found

    def previous(self, close: Floats) -> Floats:
        """Return the close before each bar, on that bar's terms; NaN for the first."""
        last = np.concatenate([[np.nan], close[:-1]])
        last[self.bars] = self.apply(last[self.bars], self.bars)
        return last


@dataclass(frozen=True, slots=True, eq=False)
class BarrierOutcomes:
    """How the label of every bar of one symbol came out; all arrays have shape (n,).

    Attributes
    ----------
    end : ndarray of int64
        Index of the bar that ended the label; -1 where there is no outcome, and the rest means nothing.
    touched : ndarray of int8
        +1, -1 or 0, as in `Touched`.
    ret, mfe, mdd : ndarray of float64
    bars : ndarray of int64
    ambiguous : ndarray of bool
    session_end : ndarray of bool
        Bars without a label since their session has no later bar.
    cut_short : ndarray of bool
        Bars whose label had no outcome, since the symbol had no bar at its session's end.
    """

    end: Ints
    touched: NDArray[np.int8]
    ret: Floats
    mfe: Floats
    mdd: Floats
    bars: Ints
    ambiguous: NDArray[np.bool_]
    session_end: NDArray[np.bool_]
    cut_short: NDArray[np.bool_]


def check_bars(bars: SymbolBars) -> None:
    """Refuse prices from which no return can be computed.

    Raises
    ------
    DataError
        Names the symbol and the row, what was found and what was expected.
    """
    price = bars.ohlcv[:, : CLOSE + 1]
    low, high = price[:, LOW], price[:, HIGH]
    ordered = (low > 0.0) & (high < np.inf) & (low <= price[:, OPEN]) & (price[:, OPEN] <= high)
    ordered &= (low <= price[:, CLOSE]) & (price[:, CLOSE] <= high)
    bad = np.flatnonzero(~ordered)
    if len(bad):
        raise DataError(
            f"{bars.symbol}: row {bad[0]}: found open, high, low, close {price[bad[0]].tolist()}, expected finite "
            "prices above zero, the high highest and the low lowest"
        )


def barrier_outcomes(
    bars: SymbolBars, spec: BarrierSpec, sigma: Floats, side: NDArray[np.int8], factors: PriceFactors
) -> BarrierOutcomes:
    """Label every bar of one symbol that has a width and a side.

    Parameters
    ----------
    bars : SymbolBars
        Raw; every bar's high must be its highest price and its low the lowest.
    spec : BarrierSpec
    sigma : ndarray of float64, shape (n,)
        Width at each bar; NaN: no label.
    side : ndarray of int8, shape (n,)
        +1 long, -1 short, 0: no label.
    factors : PriceFactors

    Notes
    -----
    Lopez de Prado, Advances in Financial Machine Learning, 3.2 to 3.6; `LabelTracker` says how a bar is judged.
    """
    n = len(bars)
    reach, vertical, session_end, session_stop = _reach(bars, spec)
    wanted = ~np.isnan(sigma) & (side != 0) & ~session_end
    made = BarrierOutcomes(
        np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int8), np.zeros(n), np.zeros(n), np.zeros(n),
        np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_), session_end, np.zeros(n, dtype=np.bool_),
    )  # fmt: skip
    for start in range(0, n, BLOCK):
        rows = start + np.flatnonzero(wanted[start : start + BLOCK])
        rows = rows[reach[rows] > 0]
        if len(rows):
            extremes = _Extremes(bars.ohlcv, start + 1, min(n, start + BLOCK + spec.horizon_bars), spec.horizon_bars)
            _Scan(bars.ohlcv, spec, rows, sigma[rows], side[rows].astype(np.float64)).run(
                extremes, reach[rows], vertical[rows], factors, made
            )
    made.cut_short[:] = wanted & (made.end < 0) & (session_stop < n)
    return made


def _reach(bars: SymbolBars, spec: BarrierSpec) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_], Ints]:
    """Say how many later bars a label may see, whether the last one ends it, and what sessions do to it."""
    n = len(bars)
    index = np.arange(n)
    if spec.cross_session:
        stop = np.full(n, n)
        closing = np.zeros(n, dtype=np.bool_)
    else:
        stop = np.searchsorted(bars.session_open_ns, bars.session_open_ns, side="right")
        closing = bars.close_ns >= bars.session_close_ns
    reach = np.minimum(spec.horizon_bars, stop - 1 - index)
    vertical = (reach == spec.horizon_bars) | closing[index + reach]
    return reach, vertical, closing, stop


class _Extremes:
    """Highest high and lowest low of every 1, 2, 4, ... bars of a part of a history."""

    def __init__(self, ohlcv: Floats, first: int, stop: int, horizon_bars: int) -> None:
        self._first = first
        high, low = ohlcv[first:stop, HIGH].copy(), ohlcv[first:stop, LOW].copy()
        self._levels = [(1, high, low)]
        step = 1
        while 2 * step <= min(horizon_bars, stop - first):
            high = np.maximum(high[:-step], high[step:])
            low = np.minimum(low[:-step], low[step:])
            step *= 2
            self._levels.append((step, high, low))

    def clear(
        self, begin: Ints, room: Ints, entry: Floats, upper: Floats, lower: Floats
    ) -> tuple[Ints, Floats, Floats]:
        """Return how many bars from `begin`, at most `room`, stay between two returns, and their extreme prices.

        A table of windows up to 2^k serves rooms below 2^(k+1).
        """
        done = np.zeros(len(begin), dtype=np.int64)
        top, bottom = np.full(len(begin), -np.inf), np.full(len(begin), np.inf)
        begin = begin - self._first
        for step, highs, lows in reversed(self._levels):
            fits = done + step <= room
            at = np.where(fits, begin + done, 0)
            high, low = highs[at], lows[at]
            fits &= (high / entry - 1.0 < upper) & (low / entry - 1.0 > lower)
            np.maximum(top, high, out=top, where=fits)
            np.minimum(bottom, low, out=bottom, where=fits)
            done += fits * step
        return done, top, bottom


class _Scan:
    """The labels of one block on their way; every array has one entry a label."""

    def __init__(self, ohlcv: Floats, spec: BarrierSpec, rows: Ints, sigma: Floats, side: Floats) -> None:
        self._ohlcv = ohlcv
        self._rows, self._side = rows, side
        self._up, self._down = spec.up_sigma * sigma, -spec.down_sigma * sigma
        self._entry = ohlcv[rows + 1, OPEN]
        self._best, self._worst = np.zeros(len(rows)), np.zeros(len(rows))
        self._done = np.zeros(len(rows), dtype=np.int64)

    def run(
        self, extremes: _Extremes, reach: Ints, vertical: NDArray[np.bool_], factors: PriceFactors, out: BarrierOutcomes
    ) -> None:
        """Follow every label to its end; write what ended."""
        long = self._side > 0.0
        upper, lower = np.where(long, self._up, -self._down), np.where(long, self._down, -self._up)
        now = np.arange(len(self._rows))
        while len(now):
            begin = self._rows[now] + 1 + self._done[now]
            room = np.minimum(reach[now] - self._done[now], factors.after(begin) - begin)
            clear, top, bottom = extremes.clear(begin, room, self._entry[now], upper[now], lower[now])
            self._stretch(now[clear > 0], top[clear > 0], bottom[clear > 0])
            self._done[now] += clear
            # Where an action stopped the stretch, the label goes on after it, its entry on the new terms.
            now = now[(clear == room) & (self._done[now] < reach[now])]
            self._entry[now] = factors.apply(self._entry[now], self._rows[now] + 1 + self._done[now])
        touched = self._done < reach
        self._touch(np.flatnonzero(touched), out)
        self._end_at_vertical(np.flatnonzero(~touched & vertical), out)

    def _returns(self, labels: Ints, prices: Floats) -> Floats:
        found: Floats = self._side[labels] * (prices / self._entry[labels] - 1.0)
        return found

    def _stretch(self, labels: Ints, top: Floats, bottom: Floats) -> None:
        long = self._side[labels] > 0.0
        best = self._returns(labels, np.where(long, top, bottom))
        worst = self._returns(labels, np.where(long, bottom, top))
        self._best[labels] = np.where(best > self._best[labels], best, self._best[labels])
        self._worst[labels] = np.where(worst < self._worst[labels], worst, self._worst[labels])

    def _touch(self, labels: Ints, out: BarrierOutcomes) -> None:
        rows = self._rows[labels]
        bar = self._ohlcv[rows + 1 + self._done[labels]]
        long = self._side[labels] > 0.0
        up, down = self._up[labels], self._down[labels]
        opened = self._returns(labels, bar[:, OPEN])
        favourable = self._returns(labels, np.where(long, bar[:, HIGH], bar[:, LOW]))
        adverse = self._returns(labels, np.where(long, bar[:, LOW], bar[:, HIGH]))
        best = np.minimum(favourable, np.maximum(up, opened))
        worst = np.maximum(adverse, np.minimum(down, opened))
        gapped, fell = opened >= up, adverse <= down
        out.end[rows] = rows + 1 + self._done[labels]
        out.bars[rows] = self._done[labels] + 1
        out.touched[rows] = np.where(gapped | ~fell, 1, -1)
        out.ret[rows] = np.where(gapped, opened, np.where(fell, np.minimum(opened, down), up))
        out.mfe[rows] = np.where(best > self._best[labels], best, self._best[labels])
        out.mdd[rows] = np.where(worst < self._worst[labels], worst, self._worst[labels])
        out.ambiguous[rows] = fell & (favourable >= up) & (down < opened) & ~gapped

    def _end_at_vertical(self, labels: Ints, out: BarrierOutcomes) -> None:
        rows = self._rows[labels]
        end = rows + self._done[labels]
        out.end[rows], out.bars[rows] = end, self._done[labels]
        out.ret[rows] = self._returns(labels, self._ohlcv[end, CLOSE])
        out.mfe[rows], out.mdd[rows] = self._best[labels], self._worst[labels]
