"""The benchmark beside the bars of a symbol: its closes at their moments, its corporate actions between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.store import BarStore
from foxml.domain.bars import CLOSE, CorporateAction, SymbolBars
from foxml.features import Adjustment
from foxml.research.features.adjustments import LastBar, timed_adjustments

__all__ = ["Beside", "StoredBenchmark", "benchmark_beside", "benchmark_closes"]


@dataclass(frozen=True, slots=True)
class _Action:
    """A corporate action of the benchmark, and the close of its first bar after it."""

    before_ns: int
    price_factor: float
    volume_factor: float


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What the engine is given of the benchmark with a symbol's bars.

    Attributes
    ----------
    closes : ndarray of float64, shape (T,), or None
        None where a plan has no benchmark.
    adjustments : tuple of Adjustment
        The benchmark's own.
    """

    closes: NDArray[np.float64] | None = None
    adjustments: tuple[Adjustment, ...] = ()

    def merged(self, own: Sequence[Adjustment]) -> list[Adjustment]:
        """Return the adjustments of the symbol and of the benchmark, in order."""
        return sorted([*own, *self.adjustments], key=lambda a: a.before_bar)


def benchmark_closes(bars: SymbolBars, benchmark: SymbolBars) -> NDArray[np.float64]:
    """Return the raw close of the benchmark at the moment of each bar, NaN where it has no bar."""
    closes = np.full(len(bars), np.nan)
    _fill(closes, bars, benchmark)
    return closes


def benchmark_beside(bars: SymbolBars, benchmark: SymbolBars, actions: Sequence[CorporateAction]) -> Beside:
    """Place the whole history of a benchmark beside a symbol's."""
    return Beside(benchmark_closes(bars, benchmark), _placed(bars, _timed(benchmark, actions, None), None))


class StoredBenchmark:
    """The benchmark in a store, beside one part after the other of a symbol's history.

    Parameters
    ----------
    store : BarStore
    symbol, interval : str
    part_bars : int
        Bars that are held at a time, at most.
    start_ns, end_ns : int or None
        Only bars that close in ``(start_ns, end_ns]``.
    """

    def __init__(
        self, store: BarStore, symbol: str, interval: str, part_bars: int, start_ns: int | None, end_ns: int | None
    ) -> None:
        self._store = store
        self._symbol = symbol
        self._interval = interval
        self._part_bars = part_bars
        self._end_ns = end_ns
        actions = store.actions([symbol])
        self._actions: list[_Action] = []
        last = None
        for part in self._parts(start_ns):
            self._actions += _timed(part, actions, last)
            last = LastBar.of(part)

    def beside(self, parts: Iterator[SymbolBars], last: LastBar | None) -> Iterator[tuple[SymbolBars, Beside]]:
        """Yield each part of a symbol's bars with the benchmark beside it.

        Parameters
        ----------
        parts : iterator of SymbolBars
        last : LastBar or None
            The symbol's bar before the first of them.
        """
        own = self._parts(None if last is None else last.close_ns)
        held = next(own, None)
        for bars in parts:
            closes = np.full(len(bars), np.nan)
            while held is not None:
                _fill(closes, bars, held)
                if held.close_ns[-1] > bars.close_ns[-1]:
                    break
                held = next(own, None)
            yield bars, Beside(closes, _placed(bars, self._actions, last))
            last = LastBar.of(bars)

    def _parts(self, start_ns: int | None) -> Iterator[SymbolBars]:
        return self._store.parts(self._symbol, self._interval, self._part_bars, start_ns, self._end_ns)


def _fill(closes: NDArray[np.float64], bars: SymbolBars, benchmark: SymbolBars) -> None:
    if not len(bars) or not len(benchmark):
        return
    rows = np.minimum(np.searchsorted(benchmark.close_ns, bars.close_ns), len(benchmark) - 1)
    same = benchmark.close_ns[rows] == bars.close_ns
    closes[same] = benchmark.ohlcv[rows[same], CLOSE]


def _timed(benchmark: SymbolBars, actions: Sequence[CorporateAction], last: LastBar | None) -> list[_Action]:
    return [
        _Action(int(benchmark.close_ns[a.before_bar]), a.price_factor, a.volume_factor)
        for a in timed_adjustments(benchmark, actions, last)
    ]


def _placed(bars: SymbolBars, actions: Sequence[_Action], last: LastBar | None) -> tuple[Adjustment, ...]:
    found = []
    for action in actions:
        row = int(np.searchsorted(bars.close_ns, action.before_ns))
        before_all = row == 0 and (last is None or action.before_ns <= last.close_ns)
        if row < len(bars) and not before_all:
            found.append(Adjustment(row, action.price_factor, action.volume_factor, of_benchmark=True))
    return tuple(found)
