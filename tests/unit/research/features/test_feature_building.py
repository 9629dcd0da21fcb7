"""A store's features on disk: bit-equal to those in memory, resumed after any kill, never mixed, in bounded memory."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from feature_builders import SYMBOLS, differing_bits, market, plan_within

from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import VOLUME, SymbolBars
from foxml.errors import DataError, FeatureError
from foxml.features import FeaturePlan
from foxml.research.features import (
    BuiltFeatures,
    ComprehensiveFeatureBuilder,
    SimpleFeatureComputer,
    SymbolFeatures,
    feature_parts,
)
from foxml.research.memory import MemoryManager

MARKS = BarMarks("made", "up", "session")


@pytest.fixture(scope="module")
def plan() -> FeaturePlan:
    return plan_within(120, SYMBOLS, "5m")


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    store = BarStore(tmp_path / "data")
    histories, actions = market(12)
    for bars in histories:
        store.write(bars, marks=MARKS)
    store.write_actions(actions)
    return store


def _read(folder: Path, symbol: str) -> SymbolFeatures:
    parts = list(feature_parts(folder, symbol))
    return SymbolFeatures(
        symbol,
        np.concatenate([part.close_ns for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.ready for part in parts]),
        parts[0].names,
    )


def _check(folder: Path, plan: FeaturePlan, histories: Sequence[SymbolBars]) -> None:
    for expected in SimpleFeatureComputer(plan).compute_each(histories, market(12)[1]):
        found = _read(folder, expected.symbol)
        assert (found.close_ns == expected.close_ns).all()
        assert (found.ready == expected.ready).all()
        assert found.ready.any()
        assert found.names == expected.names
        assert differing_bits(found.values, expected.values) == 0


def test_parts_keep_to_a_budget(tmp_path: Path, store: BarStore, plan: FeaturePlan) -> None:
    """The config's memory decides how many rows are held; the bits are the same."""
    budget = MemoryManager(300 * (16 * len(plan.names) + 200))
    ComprehensiveFeatureBuilder(plan, store, tmp_path / "out", memory=budget).build()
    sizes = [len(part) for part in feature_parts(tmp_path / "out", SYMBOLS[0])]
    assert max(sizes) == 300
    _check(tmp_path / "out", plan, market(12)[0])
    with pytest.raises(DataError, match="memory_mb"):
        ComprehensiveFeatureBuilder(plan, store, tmp_path / "out", memory=MemoryManager(1000))


@pytest.mark.parametrize("part_bars", [1000, 193, 78])
def test_parts_are_the_whole_to_the_bit(tmp_path: Path, store: BarStore, plan: FeaturePlan, part_bars: int) -> None:
    # Parts end within sessions, at their ends, and just before an action; none of it may show.
    told: list[tuple[str, int | None, int | None]] = []
    builder = ComprehensiveFeatureBuilder(
        plan, store, tmp_path / "features", part_bars=part_bars, told=lambda *words: told.append(words)
    )
    histories = market(12)[0]
    built = builder.build()
    assert built == tuple(BuiltFeatures(bars.symbol, len(bars), len(bars)) for bars in histories)
    _check(tmp_path / "features", plan, histories)
    total = sum(len(bars) for bars in histories)
    assert told[-1] == (f"{len(plan.names)} features of FOXC", total, total)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told if done is not None)


def test_a_period_is_a_history_of_its_own(tmp_path: Path, store: BarStore, plan: FeaturePlan) -> None:
    histories = market(12)[0]
    start, end = int(histories[0].close_ns[50]), int(histories[0].close_ns[500])
    ComprehensiveFeatureBuilder(plan, store, tmp_path / "features", part_bars=100).build(start, end)
    _check(tmp_path / "features", plan, [store.read(symbol, "5m", start, end) for symbol in SYMBOLS])


def test_what_is_there_is_skipped_until_its_inputs_change(tmp_path: Path, store: BarStore, plan: FeaturePlan) -> None:
    # Hours of work must not be done twice, nor kept when the bars they came from were corrected.
    folder = tmp_path / "features"
    builder = ComprehensiveFeatureBuilder(plan, store, folder, part_bars=200)
    histories = list(market(12)[0])
    builder.build()
    assert [each.computed for each in builder.build()] == [0, 0, 0]
    changed = histories[1].ohlcv.copy()
    changed[7, VOLUME] += 1.0
    histories[1] = dataclasses.replace(histories[1], ohlcv=changed)
    store.write(histories[1], marks=MARKS)
    assert [each.computed for each in builder.build()] == [0, len(histories[1]), 0]
    _check(folder, plan, histories)
    store.write_actions([action for action in market(12)[1] if action.symbol != "FOXA"])
    assert [each.computed > 0 for each in builder.build()] == [True, False, False]
    assert [each.computed > 0 for each in builder.build(None, int(histories[0].close_ns[300]))] == [True, True, True]


class Killed(Exception):
    pass


@pytest.mark.parametrize("kill_at", range(1, 12))
def test_interrupted_anywhere_it_ends_the_same(
    tmp_path: Path, store: BarStore, plan: FeaturePlan, kill_at: int
) -> None:
    # It goes on after the last whole part: no row twice, none missing, and what was done is not done again.
    folder, seen = tmp_path / "features", 0

    def kill(text: str, done: int | None = None, total: int | None = None) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            raise Killed

    with pytest.raises(Killed):
        ComprehensiveFeatureBuilder(plan, store, folder, part_bars=200, told=kill).build()
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*/*.parquet")}
    assert before
    built = ComprehensiveFeatureBuilder(plan, store, folder, part_bars=200).build()
    assert sum(each.computed for each in built) < sum(each.rows for each in built)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    _check(folder, plan, market(12)[0])
    assert not list(folder.glob("*/*.state"))


def _kill_now(folder: Path, store: BarStore, plan: FeaturePlan) -> None:
    """Leave the second symbol with one part of several."""

    def kill(text: str, done: int | None = None, total: int | None = None) -> None:
        if "FOXB" in text:
            raise Killed

    with pytest.raises(Killed):
        ComprehensiveFeatureBuilder(plan, store, folder, part_bars=200, told=kill).build()


DAMAGE = {
    "a part flipped": ("FOXB/00000.parquet", lambda data: data[:99] + bytes([data[99] ^ 1]) + data[100:]),
    "a part gone": ("FOXB/00000.parquet", None),
    "a finished part gone": ("FOXA/00002.parquet", None),
    "the state cut short": ("FOXB/00000.state", lambda data: data[:-9]),
    "the state gone": ("FOXB/00000.state", None),
    "the record cut short": ("FOXB/progress.json", lambda data: data[:50]),
    "the record of another kind": ("FOXB/progress.json", lambda data: b"[1, 2]"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_mended_by_computing_anew(tmp_path: Path, store: BarStore, plan: FeaturePlan, what: str) -> None:
    # Going on from a state that is not the one after the last part would be wrong without a sign.
    folder = tmp_path / "features"
    _kill_now(folder, store, plan)
    name, change = DAMAGE[what]
    path = folder / name
    assert path.exists()
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    ComprehensiveFeatureBuilder(plan, store, folder, part_bars=200).build()
    _check(folder, plan, market(12)[0])


def test_plans_are_not_mixed(tmp_path: Path, store: BarStore, plan: FeaturePlan) -> None:
    folder = tmp_path / "features"
    ComprehensiveFeatureBuilder(plan, store, folder).build()
    other = plan_within(119, SYMBOLS, "5m")
    with pytest.raises(
        FeatureError, match=rf"plan\.json: the folder holds .* {plan.sha256}, these are of {other.sha256}"
    ):
        ComprehensiveFeatureBuilder(other, store, folder).build()
    _check(folder, plan, market(12)[0])
    about = json.loads(pq.read_schema(folder / "FOXA" / "00000.parquet").metadata[b"foxml.features"])
    assert about == {"plan_sha256": plan.sha256, "symbol": "FOXA", "part": 0}


def test_what_cannot_be_read_is_named(tmp_path: Path, store: BarStore, plan: FeaturePlan) -> None:
    folder = tmp_path / "features"
    with pytest.raises(DataError, match="expected finished features of FOXA, found none"):
        list(feature_parts(folder, "FOXA"))
    _kill_now(folder, store, plan)
    with pytest.raises(DataError, match="expected finished features of FOXB, found 200 rows and more to come"):
        list(feature_parts(folder, "FOXB"))
    (folder / "FOXA" / "00001.parquet").write_bytes(b"other")
    with pytest.raises(DataError, match=r"00001\.parquet: expected sha256 .*: the file was changed or is gone"):
        list(feature_parts(folder, "FOXA"))


def test_bad_bars_and_arguments_are_named(tmp_path: Path, store: BarStore, plan: FeaturePlan) -> None:
    with pytest.raises(FeatureError, match="part_bars: found 0, expected at least 1"):
        ComprehensiveFeatureBuilder(plan, store, tmp_path / "features", part_bars=0)
    bars = market(12)[0][1]
    ohlcv = bars.ohlcv.copy()
    ohlcv[333, 0] = -1.0
    store.write(dataclasses.replace(bars, ohlcv=ohlcv), marks=MARKS)
    with pytest.raises(FeatureError, match=r"^FOXB, row \d+ at 2024-.*: a price is not positive"):
        ComprehensiveFeatureBuilder(plan, store, tmp_path / "features", part_bars=100).build()
    missing = plan_within(119, ("QQQ",), "5m")
    with pytest.raises(DataError, match="no 5m bars of QQQ; the store holds FOXA, FOXB, FOXC"):
        ComprehensiveFeatureBuilder(missing, store, tmp_path / "others").build()


WRITE = """
import sys
from pathlib import Path
import numpy as np
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import SymbolBars

bars, minute = int(sys.argv[2]), 60 * 10**9
t = np.arange(bars, dtype=np.int64)
opens = (t // 390) * 1440 * minute
close = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 1e-4, bars)))
ohlcv = np.column_stack([close, close * 1.001, close * 0.999, close, np.full(bars, 500.0)])
history = SymbolBars("SPY", minute, opens + (t % 390 + 1) * minute, opens, opens + 390 * minute, ohlcv)
BarStore(Path(sys.argv[1]) / "data").write(history, marks=BarMarks("made", "up", "session"))
"""
BUILD = """
import sys
from pathlib import Path
from foxml.bars.store import BarStore
from foxml.domain.instruments import Instrument
from foxml.features import load_plan
from foxml.research.features import ComprehensiveFeatureBuilder

folder = Path(sys.argv[1])
plan = load_plan("simple", interval_ns="1m", instruments=[Instrument("SPY")])
builder = ComprehensiveFeatureBuilder(plan, BarStore(folder / "data"), folder / "features", part_bars=4096)
rows = builder.build()[0].rows
# Its own peak: what getrusage tells may be its parent's.
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), rows)
"""


def test_memory_does_not_grow_with_the_history(tmp_path: Path) -> None:
    # Twenty years of minutes must build on the laptop that holds one.
    peak = {}
    for bars in (40_000, 160_000):
        folder = tmp_path / str(bars)
        subprocess.run([sys.executable, "-c", WRITE, str(folder), str(bars)], check=True)
        run = subprocess.run([sys.executable, "-c", BUILD, str(folder)], check=True, capture_output=True, text=True)
        peak_kib, rows = map(int, run.stdout.split())
        assert rows == bars
        peak[bars] = peak_kib * 1024
    # The bars alone, of the 120,000 rows more, are 8 MB, their features 33 MB.
    assert peak[160_000] - peak[40_000] < 6e6, peak
