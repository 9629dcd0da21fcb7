"""Features of a whole bar store, in memory that does not grow with it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foxml.bars.files import replace_file
from foxml.bars.store import BarStore
from foxml.bars.timeframes import interval_name
from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.errors import FeatureError
from foxml.features import FeatureEngine, FeaturePlan
from foxml.research.features.adjustments import LastBar, timed_adjustments
from foxml.research.features.benchmark import Beside, StoredBenchmark
from foxml.research.features.parts import PartFolder, Progress
from foxml.research.features.simple import SymbolFeatures
from foxml.research.memory import MemoryManager
from foxml.research.progress import Progress as Told

__all__ = ["BuiltFeatures", "ComprehensiveFeatureBuilder", "feature_parts"]

_CELL_BYTES: Final = 16
"""Of a part while it is computed and written: measured 15.3 on parts of 16,384 to 131,072 rows of 233 features."""
_BAR_BYTES: Final = 200


@dataclass(frozen=True, slots=True)
class BuiltFeatures:
    """What a build left behind for one symbol.

    Attributes
    ----------
    symbol : str
    rows : int
        In all its parts.
    computed : int
        Of them, computed by this build; the others were there.
    """

    symbol: str
    rows: int
    computed: int


class ComprehensiveFeatureBuilder:
    """The bars of a store to features in a folder, symbol by symbol and part by part.

    Interrupted or killed at any moment and run again, it goes on after the last whole part, to the same bits. A symbol
    whose bars, actions and plan are as they were is skipped.

    Parameters
    ----------
    plan : FeaturePlan
    store : BarStore
    folder : Path
        Made when it is not there; holds features of one plan.
    part_bars : int, default 16384
        Rows of a part at most: with 240 features some 16 MB.
    memory : MemoryManager, optional
        A budget that makes parts smaller where their rows would take more.
    told : Progress, optional
        Told which symbol is computed, and how many of how many bars are done.

    Raises
    ------
    FeatureError
        If `part_bars` is not positive.
    DataError
        If `memory` does not hold the rows of a part.
    """

    def __init__(
        self,
        plan: FeaturePlan,
        store: BarStore,
        folder: Path,
        *,
        part_bars: int = 16_384,
        memory: MemoryManager | None = None,
        told: Told | None = None,
    ) -> None:
        if part_bars < 1:
            raise FeatureError(f"part_bars: found {part_bars}, expected at least 1")
        self._plan = plan
        self._store = store
        self._folder = folder
        if memory is not None:
            part_bars = memory.rows(len(plan.names) * _CELL_BYTES + _BAR_BYTES, rows_max=part_bars)
        self._part_bars = part_bars
        self._told = told
        self._interval = interval_name(plan.interval_ns)

    def build(self, start_ns: int | None = None, end_ns: int | None = None) -> tuple[BuiltFeatures, ...]:
        """Compute the features of all bars whose close lies in ``(start_ns, end_ns]``.

        Raises
        ------
        FeatureError
            If the folder holds features of another plan, or a bar is refused (named by symbol and time).
        DataError
            If the store lacks a symbol, or a file of it was changed.
        """
        self._claim()
        held = {stored.symbol: stored.bars for stored in self._store.list() if stored.interval == self._interval}
        total = sum(held.get(symbol, 0) for symbol in self._plan.symbols)
        built, done = [], 0
        for symbol in self._plan.symbols:
            built.append(self._symbol(symbol, start_ns, end_ns, done, total))
            done += held[symbol]
            self._say(symbol, done, total)
        return tuple(built)

    def _claim(self) -> None:
        """Make the folder this plan's own, or refuse it."""
        path = self._folder / "plan.json"
        if not path.exists():
            replace_file(path, self._plan.to_json().encode())
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self._plan.sha256:
            raise FeatureError(
                f"{path}: the folder holds features of plan {found}, these are of {self._plan.sha256}; features of two "
                "plans are not mixed: take another folder"
            )

    def _symbol(self, symbol: str, start_ns: int | None, end_ns: int | None, done: int, total: int) -> BuiltFeatures:
        read = list(dict.fromkeys([symbol, self._plan.benchmark or symbol]))
        actions = [a for a in self._store.actions(read) if end_ns is None or a.occurred_ns <= end_ns]
        engine = FeatureEngine(self._plan, read)
        folder = PartFolder(self._folder / symbol, symbol)
        progress = self._resumed(folder, engine, self._fingerprint(read, actions, start_ns, end_ns))
        before = progress.rows
        if progress.finished:
            return BuiltFeatures(symbol, before, 0)
        # Bars are read anew from after the last row that is there.
        from_ns = start_ns if progress.last is None else progress.last.close_ns
        parts = self._store.parts(symbol, self._interval, self._part_bars, from_ns, end_ns)
        for bars, beside in self._beside(symbol, parts, progress.last, start_ns, end_ns):
            adjustments = beside.merged(timed_adjustments(bars, actions, progress.last))
            matrix = engine.extend(bars, adjustments, benchmark_close=beside.closes)
            features = SymbolFeatures(symbol, bars.close_ns, matrix.values, matrix.ready, matrix.names)
            progress = folder.append(progress, features, engine.snapshot(), LastBar.of(bars))
            self._say(symbol, done + progress.rows, total)
        return BuiltFeatures(symbol, folder.finish(progress).rows, progress.rows - before)

    def _beside(
        self,
        symbol: str,
        parts: Iterator[SymbolBars],
        last: LastBar | None,
        start_ns: int | None,
        end_ns: int | None,
    ) -> Iterator[tuple[SymbolBars, Beside]]:
        benchmark = self._plan.benchmark
        if benchmark is None or benchmark == symbol:
            return ((bars, Beside()) for bars in parts)
        stored = StoredBenchmark(self._store, benchmark, self._interval, self._part_bars, start_ns, end_ns)
        return stored.beside(parts, last)

    def _resumed(self, folder: PartFolder, engine: FeatureEngine, fingerprint: str) -> Progress:
        """Return how far the features go, with the engine in the state after them; those of other bars are void."""
        progress = folder.progress()
        fresh = Progress(self._plan.sha256, fingerprint)
        if (
            progress is not None
            and (progress.plan_sha256, progress.fingerprint) == (fresh.plan_sha256, fresh.fingerprint)
            and folder.intact(progress)
        ):
            if progress.finished:
                return progress
            state = folder.state(progress)
            if state is not None:
                try:
                    engine.restore(state)
                except FeatureError:
                    pass  # damaged: as good as none
                else:
                    return progress
        folder.begin(fresh)
        return fresh

    def _fingerprint(
        self, read: Sequence[str], actions: Sequence[CorporateAction], start_ns: int | None, end_ns: int | None
    ) -> str:
        """Return the hash of everything that a symbol's features are computed from: bars and actions, and which."""
        known = [[a.symbol, a.kind.value, a.occurred_ns, a.value] for a in actions]
        inputs = [read, self._interval, [self._store.digest(s, self._interval) for s in read], start_ns, end_ns, known]
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()

    def _say(self, symbol: str, done: int, total: int) -> None:
        if self._told is not None:
            self._told(f"{len(self._plan.names)} features of {symbol}", done, total)


def feature_parts(folder: Path, symbol: str) -> Iterator[SymbolFeatures]:
    """Read what `ComprehensiveFeatureBuilder` has built of a symbol, part after part.

    Raises
    ------
    DataError
        If there is nothing, it is not finished, or a file is not the one that was written; names the file.
    """
    return PartFolder(folder / symbol, symbol).read()
