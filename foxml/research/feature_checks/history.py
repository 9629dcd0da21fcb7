"""Histories that a check cuts, starts late, or gives another future."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, CorporateAction, SymbolBars
from foxml.features import Adjustment
from foxml.research.features.adjustments import timed_adjustments
from foxml.research.features.benchmark import Beside, benchmark_beside

__all__ = ["History"]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The bars of one symbol, with what a share went through meanwhile.

    Attributes
    ----------
    bars : SymbolBars
        Raw.
    actions : tuple of CorporateAction
        Those outside the bars, and those of other symbols than this one and the benchmark, have no effect.
    benchmark : SymbolBars or None
        Raw, of the symbol that a plan compares with.
    """

    bars: SymbolBars
    actions: tuple[CorporateAction, ...] = ()
    benchmark: SymbolBars | None = None

    def __len__(self) -> int:
        return len(self.bars)

    @property
    def symbol(self) -> str:
        """Whose bars they are."""
        return self.bars.symbol

    @property
    def adjustments(self) -> Sequence[Adjustment]:
        """The actions between the bars."""
        return timed_adjustments(self.bars, self.actions)

    @property
    def beside(self) -> Beside:
        """The benchmark beside the bars; nothing where there is none, or it is this symbol."""
        if self.benchmark is None or self.benchmark.symbol == self.symbol:
            return Beside()
        return benchmark_beside(self.bars, self.benchmark, self.actions)

    def part(self, start: int, end: int) -> "History":
        """Return the bars from `start` up to `end`, which is left out, as if there had never been others.

        Examples
        --------
        >>> nothing = np.zeros(3, dtype=np.int64)
        >>> history = History(SymbolBars("SPY", 1, np.arange(3), nothing, nothing, np.ones((3, 5))))
        >>> history.part(1, 3).bars.close_ns
        array([1, 2])
        """
        benchmark = self.benchmark
        if benchmark is not None:
            since_ns = self.bars.close_ns[start - 1] if start else 0
            ends = np.searchsorted(benchmark.close_ns, [since_ns, self.bars.close_ns[end - 1]], side="right")
            benchmark = _rows(benchmark, int(ends[0]) if start else 0, int(ends[1]))
        return replace(self, bars=_rows(self.bars, start, end), benchmark=benchmark)

    def with_future(self, known: int, future: NDArray[np.float64]) -> "History":
        """Return the first `known` bars, then others at the times of the rest, without later corporate actions.

        Parameters
        ----------
        known : int
            At least 1.
        future : ndarray of float64, shape (n - known, 5)
        """
        last_ns = int(self.bars.close_ns[known - 1])
        benchmark = self.benchmark
        if benchmark is not None:
            ohlcv = benchmark.ohlcv.copy()
            unknown = int(np.searchsorted(benchmark.close_ns, last_ns, side="right"))
            ohlcv[unknown:] *= np.resize(future[:, CLOSE] / future[0, CLOSE] * 1.25, (len(ohlcv) - unknown, 1))
            benchmark = replace(benchmark, ohlcv=ohlcv)
        return History(
            replace(self.bars, ohlcv=np.concatenate([self.bars.ohlcv[:known], future])),
            tuple(action for action in self.actions if action.occurred_ns < last_ns),
            benchmark,
        )

    def noise_after(self, known: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Bars that could be the next ones and are not: at half to double the last price, with any volume.

        Returns
        -------
        ndarray of float64, shape (n - known, 5)
        """
        n = len(self) - known
        last = self.bars.ohlcv[known - 1]
        paths = np.round(last[CLOSE] * np.exp2(rng.uniform(-1.0, 1.0, (n, 4))), 6)
        noise = np.empty((n, 5))
        noise[:, OPEN], noise[:, CLOSE] = paths[:, 0], paths[:, 1]
        noise[:, HIGH], noise[:, LOW] = paths.max(axis=1), paths.min(axis=1)
        typical = max(float(np.median(self.bars.ohlcv[:known, VOLUME])), 1.0)
        noise[:, VOLUME] = np.rint(typical * np.exp2(rng.uniform(-3.0, 3.0, n)))
        return noise


def _rows(bars: SymbolBars, start: int, end: int) -> SymbolBars:
    kept = slice(start, end)
    return replace(
        bars,
        close_ns=bars.close_ns[kept],
        session_open_ns=bars.session_open_ns[kept],
        session_close_ns=bars.session_close_ns[kept],
        ohlcv=bars.ohlcv[kept],
    )
