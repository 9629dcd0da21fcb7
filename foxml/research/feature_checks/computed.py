"""Features that are computed in Python, as a source that can be checked."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import VOLUME, BarSlice, SymbolBars
from foxml.features import FeatureMatrix, SliceFeatures
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.source import CheckedColumn, FeatureStream
from foxml.research.features.user import ResearchFeature, compute_history

__all__ = ["ComputedSource", "ComputedStream"]


class ComputedSource:
    """Features of the user's own.

    Parameters
    ----------
    features : sequence of ResearchFeature
    """

    lanes = 1
    """Each symbol is computed by itself."""

    def __init__(self, features: Sequence[ResearchFeature]) -> None:
        self.features = tuple(features)

    @property
    def columns(self) -> tuple[CheckedColumn, ...]:
        """The features."""
        return tuple(CheckedColumn(f.name, f.guarantee, f.warmup_bars) for f in self.features)

    @property
    def warmup_bars(self) -> int:
        """Of the slowest."""
        return max(feature.warmup_bars for feature in self.features)

    def select(self, names: Sequence[str]) -> "ComputedSource":
        """Return some of the features."""
        by_name = {feature.name: feature for feature in self.features}
        return type(self)([by_name[name] for name in names])

    def batch(self, history: History) -> FeatureMatrix[np.float64]:
        """Compute a history as training does."""
        columns = [compute_history(feature, history.bars, history.adjustments) for feature in self.features]
        ready = np.arange(len(history)) >= self.warmup_bars
        values = np.column_stack(columns)
        values[~ready] = np.nan
        return FeatureMatrix(values, ready, tuple(feature.name for feature in self.features))

    def rows(self, history: History) -> NDArray[np.float32]:
        """Return a history's rows as training takes them."""
        return self.batch(history).values.astype(np.float32)

    def stream(self, symbols: Sequence[str]) -> FeatureStream | None:
        """Compute each row from the bars of the features' warm-up; None where one looks back over everything."""
        exact = all(feature.guarantee == "exact" for feature in self.features)
        return ComputedStream(self, symbols) if exact else None

    def with_copies(self, symbol: str, names: Sequence[str]) -> "ComputedSource":
        """Return the source as it is: it computes any symbol."""
        return self

    def rows_together(self, histories: Sequence[History]) -> list[NDArray[np.float32]]:
        """Return the rows of each history."""
        return [self.rows(history) for history in histories]


class ComputedStream:
    """Keeps the bars that rows are computed from.

    Parameters
    ----------
    source : ComputedSource
    symbols : sequence of str
    """

    def __init__(self, source: ComputedSource, symbols: Sequence[str]) -> None:
        self.source = source
        self.symbols = tuple(symbols)
        self.bars: list[NDArray[np.float64]] = [np.empty((0, 5)) for _ in symbols]
        self.times: list[NDArray[np.int64]] = [np.empty((0, 3), dtype=np.int64) for _ in symbols]
        self.seen = [0] * len(symbols)

    def update(self, bar_slice: BarSlice) -> SliceFeatures:
        """Take in a slice; no bar is refused, since only the feature knows what it makes of it."""
        n, width = len(self.symbols), len(self.source.features)
        rows, ready = np.full((n, width), np.nan, dtype=np.float32), np.zeros(n, dtype=np.bool_)
        moment = (bar_slice.close_ns, bar_slice.session_open_ns, bar_slice.session_close_ns)
        for i in np.flatnonzero(bar_slice.present).tolist():
            bars = np.concatenate([self.bars[i], bar_slice.ohlcv[i : i + 1]])
            self.bars[i] = bars[-self.source.warmup_bars - 1 :]
            self.times[i] = np.concatenate([self.times[i], np.array([moment], dtype=np.int64)])[-len(self.bars[i]) :]
            self.seen[i] += 1
            if self.seen[i] > self.source.warmup_bars:
                rows[i], ready[i] = self.row(i, bar_slice.interval_ns), True
        return SliceFeatures(rows, ready, np.empty((n, 0)))

    def row(self, i: int, interval_ns: int) -> NDArray[np.float64]:
        """Compute the row of a symbol's last bar."""
        return np.array([self._last(i, interval_ns, feature) for feature in self.source.features])

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        """Put the kept bars on the terms after a corporate action."""
        self.bars[symbol_index][:, :VOLUME] *= price_factor
        self.bars[symbol_index][:, VOLUME] *= volume_factor

    def snapshot(self) -> bytes:
        """Return the kept bars."""
        found = io.BytesIO()
        bars = {f"bars{i}": kept for i, kept in enumerate(self.bars)}
        times = {f"times{i}": kept for i, kept in enumerate(self.times)}
        np.savez(found, allow_pickle=False, seen=np.array(self.seen), **bars, **times)
        return found.getvalue()

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            self.bars = [arrays[f"bars{i}"] for i in range(len(self.symbols))]
            self.times = [arrays[f"times{i}"] for i in range(len(self.symbols))]
            self.seen = arrays["seen"].tolist()

    def _last(self, i: int, interval_ns: int, feature: ResearchFeature) -> float:
        first = max(0, len(self.bars[i]) - feature.warmup_bars - 1)
        times = self.times[i][first:]
        bars = SymbolBars(
            self.symbols[i], interval_ns, times[:, 0], times[:, 1], times[:, 2], self.bars[i][first:].copy()
        )
        return float(feature.values(bars)[-1])
