"""Features of histories that fit in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.errors import FeatureError
from foxml.features import FeatureEngine, FeaturePlan
from foxml.research.features.adjustments import timed_adjustments
from foxml.research.features.benchmark import Beside, benchmark_beside

__all__ = ["SimpleFeatureComputer", "SymbolFeatures"]

TOGETHER: Final = 8
"""Histories that the kernel computes side by side: as many as it has lanes, whose rows are in memory at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class SymbolFeatures:
    """Features of one symbol's bars.

    Attributes
    ----------
    symbol : str
    close_ns : ndarray of int64, shape (T,)
        When each bar ended: the moment at which its row is known.
    values : ndarray of float32, shape (T, F)
        NaN where a feature is undefined, and in whole rows that are not ready.
    ready : ndarray of bool, shape (T,)
        False while warming up: there is no row.
    names : tuple of str, length F
    """

    symbol: str
    close_ns: NDArray[np.int64]
    values: NDArray[np.float32]
    ready: NDArray[np.bool_]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.close_ns)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Cells that have a value, shape (T, F)."""
        return ~np.isnan(self.values)


class SimpleFeatureComputer:
    """Bars in memory to features in memory.

    Parameters
    ----------
    plan : FeaturePlan

    Examples
    --------
    >>> from foxml.domain.instruments import Instrument
    >>> from foxml.features import load_plan
    >>> plan = load_plan("simple", interval_ns="1h", instruments=[Instrument("SPY")])
    >>> len(SimpleFeatureComputer(plan).names) >= 40
    True
    """

    def __init__(self, plan: FeaturePlan) -> None:
        self._plan = plan
        self._engine = FeatureEngine(plan, () if plan.benchmark is None else (plan.benchmark,))

    @property
    def plan(self) -> FeaturePlan:
        """What the rows are."""
        return self._plan

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the rows."""
        return self._plan.names

    def compute(
        self, bars: SymbolBars, actions: Sequence[CorporateAction] = (), benchmark: SymbolBars | None = None
    ) -> SymbolFeatures:
        """Compute the features of one symbol's history.

        Parameters
        ----------
        bars : SymbolBars
            Raw, of a symbol of the plan and of its interval.
        actions : sequence of CorporateAction, optional
            Those of symbols other than this one and the benchmark are ignored.
        benchmark : SymbolBars, optional
            Raw, of the plan's benchmark, where it has one.

        Raises
        ------
        FeatureError
            If the benchmark is missing or another. Names the symbol, and the row and time of a bar that is refused.
        """
        beside = self._beside(bars, actions, benchmark)
        adjustments = beside.merged(timed_adjustments(bars, actions))
        matrix = self._engine.batch(bars, adjustments, benchmark_close=beside.closes)
        return SymbolFeatures(bars.symbol, bars.close_ns, matrix.values, matrix.ready, matrix.names)

    def compute_each(
        self, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction] = ()
    ) -> Iterator[SymbolFeatures]:
        """Compute the features of one symbol after the other, the benchmark among them; what was yielded is not kept.

        Eight symbols are computed at a time, side by side.

        Raises
        ------
        FeatureError
            As `compute`.
        """
        benchmark = next((bars for bars in histories if bars.symbol == self._plan.benchmark), None)
        for first in range(0, len(histories), TOGETHER):
            yield from self._together(histories[first : first + TOGETHER], actions, benchmark)

    def _together(
        self, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction], benchmark: SymbolBars | None
    ) -> Iterator[SymbolFeatures]:
        try:
            beside = [self._beside(bars, actions, benchmark) for bars in histories]
            adjustments = [
                each.merged(timed_adjustments(bars, actions)) for bars, each in zip(histories, beside, strict=True)
            ]
            found = self._engine.batch_many(histories, adjustments, [each.closes for each in beside])
        except FeatureError:
            # One by one, those before the one that is refused are given all the same.
            for bars in histories:
                yield self.compute(bars, actions, benchmark)
            return
        for bars, matrix in zip(histories, found, strict=True):
            yield SymbolFeatures(bars.symbol, bars.close_ns, matrix.values, matrix.ready, matrix.names)

    def _beside(self, bars: SymbolBars, actions: Sequence[CorporateAction], benchmark: SymbolBars | None) -> Beside:
        if self._plan.benchmark in (None, bars.symbol):
            return Beside()
        if benchmark is None or (benchmark.symbol, benchmark.interval_ns) != (self._plan.benchmark, bars.interval_ns):
            found = "none" if benchmark is None else f"those of {benchmark.symbol} of {benchmark.interval_ns} ns"
            raise FeatureError(
                f"{bars.symbol}: benchmark: found {found}, expected the bars of {self._plan.benchmark} of "
                f"{bars.interval_ns} ns, with which the plan compares"
            )
        return benchmark_beside(bars, benchmark, actions)
