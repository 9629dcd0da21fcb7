"""What can be checked: anything that gives the rows of a history at once, and bar by bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import BarSlice
from foxml.features import FeatureEngine, FeatureMatrix, FeaturePlan, SliceFeatures
from foxml.research.feature_checks.history import History

__all__ = ["CheckedColumn", "FeatureSource", "FeatureStream", "KernelSource"]


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """What a feature promises.

    Attributes
    ----------
    name : str
    guarantee : str
        ``exact`` and ``session``: from any start with the warm-up, the same bits. ``measured``: close to it.
    warmup_bars : int
        Bars of a history before the first row.
    """

    name: str
    guarantee: str
    warmup_bars: int


class FeatureStream(Protocol):
    """The state of some symbols, bar by bar; `foxml.features.FeatureEngine` is one."""

    def update(self, bar_slice: BarSlice, /) -> SliceFeatures:
        """Take in a slice; a bar that cannot be is refused with FeatureError, and nothing has changed then."""

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float, /) -> None:
        """Put a symbol's past on the terms after a corporate action."""

    def snapshot(self) -> bytes:
        """Return the whole state."""

    def restore(self, data: bytes, /) -> None:
        """Go on from a snapshot."""


class FeatureSource(Protocol):
    """Features that can be checked."""

    @property
    def columns(self) -> tuple[CheckedColumn, ...]:
        """Of a row, in order."""

    def select(self, names: Sequence[str], /) -> "FeatureSource":
        """Return the source of some of the columns: warm as soon as the slowest of them is."""

    def batch(self, history: History, /) -> FeatureMatrix[np.float64]:
        """Compute all rows of a history; rows that are not ready are NaN."""

    def rows(self, history: History, /) -> NDArray[np.float32]:
        """Return a history's rows as training takes them: those of `batch`, each rounded once."""

    def stream(self, symbols: Sequence[str], /) -> FeatureStream | None:
        """Return a fresh stream of some symbols; None if these features are never streamed."""

    @property
    def lanes(self) -> int:
        """Symbols that are computed at a time; 1 where each is computed by itself, whatever stands beside it."""

    def with_copies(self, symbol: str, names: Sequence[str], /) -> "FeatureSource":
        """Return the source with more symbols, which are computed as the one is."""

    def rows_together(self, histories: Sequence[History], /) -> Sequence[NDArray[np.float32]]:
        """Return the rows of histories that are computed side by side."""


class KernelSource:
    """The compiled kernel: what trains and trades.

    Parameters
    ----------
    plan : FeaturePlan
    """

    def __init__(self, plan: FeaturePlan) -> None:
        self._plan = plan
        self._engine = FeatureEngine(plan)
        self._columns: tuple[CheckedColumn, ...] | None = None

    @property
    def columns(self) -> tuple[CheckedColumn, ...]:
        """Of the plan, in its order."""
        if self._columns is None:
            self._columns = tuple(
                CheckedColumn(column.name, column.info.guarantee, replace(self._plan, names=(column.name,)).warmup_bars)
                for column in self._plan.columns
            )
        return self._columns

    def select(self, names: Sequence[str]) -> "KernelSource":
        """Return the source of a smaller plan."""
        return KernelSource(replace(self._plan, names=tuple(names)))

    def batch(self, history: History) -> FeatureMatrix[np.float64]:
        """Compute a history in the doubles that its rows are rounded from."""
        beside = history.beside
        adjustments = beside.merged(history.adjustments)
        return self._engine.batch(history.bars, adjustments, benchmark_close=beside.closes, double=True)

    def rows(self, history: History) -> NDArray[np.float32]:
        """Compute a history as training does when it has no other."""
        beside = history.beside
        adjustments = beside.merged(history.adjustments)
        return self._engine.batch(history.bars, adjustments, benchmark_close=beside.closes).values

    def stream(self, symbols: Sequence[str]) -> FeatureEngine:
        """Return the engine that trades."""
        return FeatureEngine(self._plan, symbols)

    @property
    def lanes(self) -> int:
        """Symbols of a block of the engine."""
        return 8

    def with_copies(self, symbol: str, names: Sequence[str]) -> "KernelSource":
        """Return the source of a plan with more instruments, of the symbol's constants."""
        (instrument,) = (each for each in self._plan.instruments if each.symbol == symbol)
        copies = [replace(instrument, symbol=name) for name in names]
        return KernelSource(replace(self._plan, instruments=(*self._plan.instruments, *copies)))

    def rows_together(self, histories: Sequence[History]) -> list[NDArray[np.float32]]:
        """Compute histories as training computes many."""
        beside = [history.beside for history in histories]
        adjustments = [each.merged(history.adjustments) for each, history in zip(beside, histories, strict=True)]
        bars = [history.bars for history in histories]
        return [found.values for found in self._engine.batch_many(bars, adjustments, [each.closes for each in beside])]
