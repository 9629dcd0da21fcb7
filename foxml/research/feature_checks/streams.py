"""The checks that compare streams, undisturbed and disturbed, with batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, VOLUME, BarSlice
from foxml.errors import FeatureError
from foxml.research.feature_checks.effort import Effort
from foxml.research.feature_checks.findings import Check, Tally
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.source import FeatureSource, FeatureStream
from foxml.research.feature_checks.walk import RefusedSnapshot, fresh, restored, walk

__all__ = ["STREAM_WEIGHT", "stream"]

STREAM_WEIGHT: Final = 60
"""A slice of three streams takes about as long as so many bars of a late start."""
_BLOCK_BARS: Final = 2048
_WHERE: Final = {
    Check.STREAMED: "streamed bar by bar",
    Check.RESTORED: "streamed, and restored from snapshots before this bar",
    Check.DAMAGED: "streamed, and offered bars that cannot be before this one",
}


def stream(
    source: FeatureSource,
    histories: Sequence[History],
    known: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float64]]],
    tally: Tally,
    effort: Effort,
    told: Callable[[int], None],
) -> None:
    """Stream some symbols together, three times in step: undisturbed, restored now and then, offered damaged bars.

    A row of a stream comes from the bars up to its own, since it has seen no other: that the batch has the same row at
    every bar is the truncated check in full. `known` are the rows and mean sizes of each symbol's whole history.

    Raises
    ------
    RefusedSnapshot
        If the stream does not go on from its own snapshot: nothing after that can be compared.
    """
    symbols = [history.symbol for history in histories]
    if source.stream(symbols) is None:
        return
    total = len(np.unique(np.concatenate([history.bars.close_ns for history in histories])))
    rng = np.random.default_rng([effort.seed, 3])
    moments = [_moments(total, effort, rng) for _ in range(2)]
    names = [column.name for column in source.columns]
    streams = {check: fresh(source, symbols) for check in _WHERE}
    rows = {check: _Rows(check, histories, known, tally, names) for check in _WHERE}
    before: BarSlice | None = None
    for counted, (factors, item) in enumerate(walk(histories), 1):
        for row, price_factor, volume_factor in factors:
            for each in streams.values():
                each.adjust(row, price_factor, volume_factor)
        try:
            if item.sequence in moments[0]:
                streams[Check.RESTORED] = restored(source, symbols, streams[Check.RESTORED].snapshot())
            if item.sequence in moments[1]:
                streams[Check.DAMAGED] = _offered(source, symbols, streams[Check.DAMAGED], item, before, rng)
        except FeatureError as error:
            raise RefusedSnapshot(item.close_ns, str(error)) from None
        for check, each in streams.items():
            rows[check].add(item, each.update(item).rows)
        before = item
        if counted % 100 == 0:
            told(100 * STREAM_WEIGHT)
    for each_rows in rows.values():
        each_rows.flush()


class _Rows:
    """Rows of a stream, compared with those of the batches a block at a time."""

    def __init__(
        self,
        check: Check,
        histories: Sequence[History],
        known: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float64]]],
        tally: Tally,
        names: Sequence[str],
    ) -> None:
        self._check, self._histories, self._tally = check, histories, tally
        self._names = names
        self._known = known
        self._block: list[list[NDArray[np.float32]]] = [[] for _ in histories]
        self._done = [0] * len(histories)

    def add(self, item: BarSlice, rows: NDArray[np.float32]) -> None:
        for i in np.flatnonzero(item.present).tolist():
            self._block[i].append(rows[i])
            if len(self._block[i]) == _BLOCK_BARS:
                self._compare(i)

    def flush(self) -> None:
        for i, block in enumerate(self._block):
            if block:
                self._compare(i)

    def _compare(self, i: int) -> None:
        history, begin = self._histories[i], self._done[i]
        expected, sizes = self._known[history.symbol]
        end = begin + len(self._block[i])
        self._tally.compare(
            self._check,
            np.array(self._block[i]),
            expected[begin:end],
            bars=history.part(begin, end).bars,
            sizes=sizes,
            names=self._names,
            where=_WHERE[self._check],
        )
        self._block[i].clear()
        self._done[i] = end


def _moments(total: int, effort: Effort, rng: np.random.Generator) -> frozenset[int]:
    """Slices at random, and some in a row."""
    begin = int(rng.integers(1, max(2, total - effort.stretch_bars)))
    return frozenset([*rng.integers(1, max(2, total), effort.snapshots).tolist(), *range(begin, begin + 16)])


def _offered(
    source: FeatureSource,
    symbols: Sequence[str],
    state: FeatureStream,
    item: BarSlice,
    before: BarSlice | None,
    rng: np.random.Generator,
) -> FeatureStream:
    """Offer slices that cannot be. The state goes on as it is if it refused them, else from before it took them."""
    for damaged in _damaged(item, before, rng):
        data = state.snapshot()
        try:
            state.update(damaged)
        except FeatureError:
            continue
        state = restored(source, symbols, data)
    return state


def _damaged(item: BarSlice, before: BarSlice | None, rng: np.random.Generator) -> list[BarSlice]:
    """One symbol's bar with a NaN, a negative volume, a low above its high; then the slice before it again."""
    row = int(rng.choice(np.flatnonzero(item.present)))
    found = []
    for column, value in ((CLOSE, np.nan), (VOLUME, -1.0), (LOW, float(item.ohlcv[row, HIGH]) * 2.0)):
        ohlcv = item.ohlcv.copy()
        ohlcv[row, column] = value
        found.append(replace(item, ohlcv=ohlcv))
    return found if before is None else [*found, before]
