"""One instruction-set path of the kernel against rows that another process computed: every way to a row, bit by bit.

A path is chosen once in a process, by FOXML_ISA, so each is a process of its own: ``python feature_paths.py FOLDER``
reads what is to be computed and what is expected from the folder, and prints a JSON document.
"""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from feature_builders import differing_bits, market, plan_within, real_store
from numpy.typing import NDArray

from foxml.bars.actions import adjustment_factors
from foxml.bars.slices import merge
from foxml.bars.store import BarStore
from foxml.domain.bars import CLOSE, BarSlice, CorporateAction, SymbolBars
from foxml.features import FeatureEngine, FeatureMatrix, list_features
from foxml.research.features.adjustments import timed_adjustments
from foxml.research.features.benchmark import Beside, benchmark_beside

RESTARTS = 6
MEASURED = frozenset(info.name for info in list_features() if info.guarantee == "measured")
Rows = NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """What is computed.

    Attributes
    ----------
    interval : str
    warmup_max : int
        Features that are warm within so many bars take part.
    bars_max : int
        The last bars of the histories; sessions of a synthetic market.
    starts : int
        Copies of each symbol that begin at a later bar, each a symbol of its own.
    folder, zone : str
        Of real bars; a synthetic market of 16 symbols if empty.
    """

    interval: str
    warmup_max: int
    bars_max: int
    starts: int
    folder: str = ""
    zone: str = "UTC"


class Market:
    """Histories of a case, late ones among them, with their corporate actions; the first symbol is the benchmark."""

    def __init__(self, case: Case, root: Path) -> None:
        own, actions = _read(case, root)
        self.case = case
        self.actions = list(actions)
        self.histories = list(own)
        self.late: list[tuple[int, int, int]] = []
        """Place of a late symbol, of the one it is part of, and of its first bar there."""
        plan = plan_within(case.warmup_max, [bars.symbol for bars in own], case.interval, own[0].symbol)
        rng = np.random.default_rng(4)
        for source, bars in enumerate(own):
            for number in range(case.starts):
                start = int(rng.integers(1, len(bars) - plan.warmup_bars - 50))
                self.late.append((len(self.histories), source, start))
                symbol = f"{bars.symbol}.{number}"
                self.histories.append(_from(bars, start, symbol))
                same = (a for a in actions if a.symbol == bars.symbol)
                self.actions += [dataclasses.replace(action, symbol=symbol) for action in same]
        self.plan = plan_within(case.warmup_max, [bars.symbol for bars in self.histories], case.interval, own[0].symbol)

    def engine(self) -> FeatureEngine:
        return FeatureEngine(self.plan)

    @cached_property
    def items(self) -> list[BarSlice | CorporateAction]:
        return list(merge(self.histories, self.actions))

    @cached_property
    def close_ns(self) -> NDArray[np.int64]:
        return np.array([item.close_ns for item in self.items if isinstance(item, BarSlice)], dtype=np.int64)

    @cached_property
    def _beside(self) -> list[Beside]:
        return [benchmark_beside(bars, self.histories[0], self.actions) for bars in self.histories]

    def batch(self, place: int, *, double: bool = False) -> FeatureMatrix[Any]:
        bars, beside = self.histories[place], self._beside[place]
        due = beside.merged(timed_adjustments(bars, self.actions))
        if double:
            return self.engine().batch(bars, due, benchmark_close=beside.closes, double=True)
        return self.engine().batch(bars, due, benchmark_close=beside.closes)

    def batch_many(self) -> list[FeatureMatrix[np.float32]]:
        due = [
            beside.merged(timed_adjustments(bars, self.actions))
            for bars, beside in zip(self.histories, self._beside, strict=True)
        ]
        return self.engine().batch_many(self.histories, due, [beside.closes for beside in self._beside])

    def stream(
        self, restart: Callable[[int, FeatureEngine], FeatureEngine], first: int = 0
    ) -> Iterator[tuple[int, Rows]]:
        """Rows of every symbol, slice by slice from the given one on, with the engine that goes on there."""
        engine = self.engine()
        last: dict[str, float] = {}
        t = 0
        for item in self.items:
            if isinstance(item, CorporateAction):
                if t >= first and item.symbol in last:
                    factors = adjustment_factors(item, last[item.symbol])
                    engine.adjust(engine.symbols.index(item.symbol), *factors)
                continue
            if t >= first:
                engine = restart(t, engine)
                yield t, engine.update(item).rows
            for i in np.flatnonzero(item.present):
                last[engine.symbols[i]] = float(item.ohlcv[i, CLOSE])
            t += 1


@dataclasses.dataclass(slots=True)
class Tally:
    """Cells compared with what is expected, and those whose bits differ."""

    compared: int = 0
    differing: int = 0
    first: str = ""

    def add(self, found: NDArray[Any], expected: NDArray[Any], told: Callable[[int, int], str]) -> None:
        self.compared += int((~np.isnan(expected)).sum())
        wrong = differing_bits(found, expected)
        if wrong and not self.first:
            both = np.isnan(found) & np.isnan(expected)
            row, column = np.argwhere((found != expected) & ~both)[0]
            self.first = told(int(row), int(column))
        self.differing += wrong


def _from(bars: SymbolBars, start: int, symbol: str) -> SymbolBars:
    return SymbolBars(
        symbol,
        bars.interval_ns,
        bars.close_ns[start:],
        bars.session_open_ns[start:],
        bars.session_close_ns[start:],
        bars.ohlcv[start:],
    )


def _read(case: Case, root: Path) -> tuple[list[SymbolBars], list[CorporateAction]]:
    if not case.folder:
        symbols = tuple(f"FOX{letter}" for letter in "ABCDEFGHIJKLMNOP")
        histories, actions = market(case.bars_max, case.interval, symbols=symbols)
        return list(histories), list(actions)
    store = BarStore(root)
    symbols = tuple(stored.symbol for stored in store.list())
    whole = [store.read(symbol, case.interval) for symbol in symbols]
    return [_from(bars, max(0, len(bars) - case.bars_max), bars.symbol) for bars in whole], store.actions(symbols)


def prepare(case: Case, folder: Path, shared_data: Path | None) -> Market:
    """Write what a path is to compute and what it should find, computed on the path of this process."""
    if case.folder:
        assert shared_data is not None
        real_store(shared_data, case.folder, case.interval, case.zone, folder / "store")
    (folder / "case.json").write_text(json.dumps(dataclasses.asdict(case)))
    made = Market(case, folder / "store")
    shape = (len(made.close_ns), len(made.histories), len(made.plan.names))
    rows = np.lib.format.open_memmap(folder / "rows.npy", mode="w+", dtype=np.float32, shape=shape)
    for place, bars in enumerate(made.histories):
        rows[:, place] = np.nan
        rows[np.searchsorted(made.close_ns, bars.close_ns), place] = made.batch(place).values
    rows.flush()
    half = shape[0] // 2

    def snapshot_at_half(t: int, engine: FeatureEngine) -> FeatureEngine:
        if t == half:
            (folder / "half.snapshot").write_bytes(engine.snapshot())
        return engine

    for t, _ in made.stream(snapshot_at_half):
        if t == half:
            break
    return made


def _streams(made: Market, expected: Rows, half: bytes) -> dict[str, Tally]:
    """Rows of a stream, of one whose engine is a restored one now and then, and of one that another path began."""
    count = len(expected)
    restarts = set(np.random.default_rng(8).integers(1, count, RESTARTS).tolist())

    def restored(t: int, engine: FeatureEngine) -> FeatureEngine:
        if t not in restarts:
            return engine
        fresh = made.engine()
        fresh.restore(engine.snapshot())
        return fresh

    def begun_elsewhere(t: int, engine: FeatureEngine) -> FeatureEngine:
        if t == count // 2:
            engine.restore(half)
        return engine

    ways = {
        "stream": (lambda _, engine: engine, 0),
        "restored stream": (restored, 0),
        "stream begun on another path": (begun_elsewhere, count // 2),
    }
    tallies = {}
    for way, (restart, first) in ways.items():
        tally = tallies[way] = Tally()
        for t, rows in made.stream(restart, first):
            tally.add(rows, expected[t], lambda i, j, t=t: f"{_name(made, i, j)} in slice {t}")
    return tallies


def _name(made: Market, place: int, column: int) -> str:
    return f"{made.plan.names[column]} of {made.histories[place].symbol}"


def _batches(made: Market, expected: Rows) -> dict[str, Tally]:
    alone, doubles, together = Tally(), Tally(), Tally()
    for place, beside_others in enumerate(made.batch_many()):
        own = expected[np.searchsorted(made.close_ns, made.histories[place].close_ns), place]
        rounded = made.batch(place, double=True).values.astype(np.float32)
        for tally, found in (
            (alone, made.batch(place).values),
            (doubles, rounded),
            (together, beside_others.values),
        ):
            tally.add(found, own, lambda t, j, place=place: f"{_name(made, place, j)} in row {t}")
    return {"batch": alone, "batch in double": doubles, "batch of eight": together}


def _late(made: Market) -> dict[str, Tally]:
    """Doubles of late histories from their first row on against those of the whole ones, by guarantee."""
    measured = np.array([name.split("@")[0] in MEASURED for name in made.plan.names])
    kinds = {"late, proved": ~measured, "late, measured": measured}
    tallies = {kind: Tally() for kind in kinds} | {"late, measured, as float32": Tally()}
    warmup = made.plan.warmup_bars
    for place, source, start in made.late:
        found = made.batch(place, double=True).values[warmup:]
        expected = made.batch(source, double=True).values[start + warmup :]
        for kind, chosen in kinds.items():
            at = np.flatnonzero(chosen)
            tallies[kind].add(
                found[:, chosen],
                expected[:, chosen],
                lambda t, j, at=at, place=place: f"{_name(made, place, int(at[j]))} in row {t + warmup}",
            )
        single = found[:, measured].astype(np.float32), expected[:, measured].astype(np.float32)
        tallies["late, measured, as float32"].add(*single, lambda t, j: f"column {j} in row {t}")
    return tallies


def compare(folder: Path) -> dict[str, Tally]:
    """Compute every way on this process's path and compare with what is expected."""
    made = Market(Case(**json.loads((folder / "case.json").read_text())), folder / "store")
    expected = np.load(folder / "rows.npy", mmap_mode="r")
    half = (folder / "half.snapshot").read_bytes()
    return _batches(made, expected) | _streams(made, expected, half) | _late(made)


if __name__ == "__main__":
    print(json.dumps({way: dataclasses.asdict(tally) for way, tally in compare(Path(sys.argv[1])).items()}))
