"""Symbols beside their benchmark: whichever door is taken, the same bits, through its missing bars and its actions."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from feature_builders import SYMBOLS, differing_bits, instruments, market, stream

from foxml.bars.actions import adjustment_factors
from foxml.bars.slices import merge
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import CLOSE, BarSlice, SymbolBars
from foxml.errors import FeatureError
from foxml.features import FeatureEngine, FeaturePlan, list_features, load_plan
from foxml.research.features import (
    ComprehensiveFeatureBuilder,
    SimpleFeatureComputer,
    StreamingFeatureBuilder,
    SymbolBar,
    SymbolFeatures,
    feature_parts,
)

HISTORIES, ACTIONS = market(12)
# FOXA pays a dividend within its history, FOXB is split, FOXC has no action.
BENCHMARKS = ["FOXA", "FOXB", "FOXC"]


def _plan(benchmark: str) -> FeaturePlan:
    names = [info.name for info in list_features() if info.needs_benchmark]
    if not names:
        pytest.skip("no feature of the catalogue compares with a benchmark")
    return load_plan(
        {"include": [*names, "ret_log_1"]}, interval_ns="5m", instruments=instruments(SYMBOLS), benchmark=benchmark
    )


def _batch(plan: FeaturePlan) -> dict[str, SymbolFeatures]:
    return {each.symbol: each for each in SimpleFeatureComputer(plan).compute_each(HISTORIES, ACTIONS)}


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_batch_equals_stream(benchmark: str) -> None:
    # An action of the benchmark lies between slices in the one and between rows of another symbol in the other.
    plan = _plan(benchmark)
    assert plan.benchmark == benchmark
    streamed = stream(FeatureEngine(plan), HISTORIES, ACTIONS)
    for symbol, found in _batch(plan).items():
        rows, ready = streamed[symbol]
        assert ready.any()
        assert (found.ready == ready).all()
        assert differing_bits(found.values, rows) == 0
        # Beside a missing bar of the benchmark there is nothing to compare with for as long as a window holds it.
        beta = found.valid[ready, plan.names.index("beta_60")]
        assert beta.all() if symbol == benchmark else 20 < beta.sum() < len(beta)


@pytest.mark.parametrize("benchmark", BENCHMARKS)
@pytest.mark.parametrize("part_bars", [97, 400])
def test_parts_are_the_whole(tmp_path: Path, benchmark: str, part_bars: int) -> None:
    plan, store = _plan(benchmark), BarStore(tmp_path / "data")
    for bars in HISTORIES:
        store.write(bars, marks=BarMarks("made", "up", "session"))
    store.write_actions(ACTIONS)
    builder = ComprehensiveFeatureBuilder(plan, store, tmp_path / "features", part_bars=part_bars)
    builder.build()
    for symbol, expected in _batch(plan).items():
        parts = list(feature_parts(tmp_path / "features", symbol))
        assert differing_bits(np.concatenate([part.values for part in parts]), expected.values) == 0
    # Whatever is compared with the benchmark is computed anew when its bars change; itself included.
    changed = HISTORIES[SYMBOLS.index(benchmark)]
    ohlcv = changed.ohlcv.copy()
    ohlcv[-1, CLOSE] = ohlcv[-1, 1]
    store.write(dataclasses.replace(changed, ohlcv=ohlcv), marks=BarMarks("made", "up", "session"))
    assert all(each.computed == each.rows for each in builder.build())


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_bars_one_by_one_are_the_whole(benchmark: str) -> None:
    # The benchmark's bar comes first at each moment; a snapshot taken between it and the others goes on all the same.
    plan = _plan(benchmark)
    order = sorted(range(len(SYMBOLS)), key=lambda i: SYMBOLS[i] != benchmark)
    builder = StreamingFeatureBuilder(plan)
    rows: dict[str, list[np.ndarray | None]] = {symbol: [] for symbol in SYMBOLS}
    closes: dict[str, float] = {}
    for item in merge(HISTORIES, ACTIONS):
        if not isinstance(item, BarSlice):
            if item.symbol in closes:
                builder.adjust(item.symbol, *adjustment_factors(item, closes[item.symbol]))
            continue
        for i in order:
            if item.present[i]:
                times = (item.close_ns, item.session_open_ns, item.session_close_ns)
                rows[SYMBOLS[i]].append(builder.update(SymbolBar(SYMBOLS[i], *times, *item.ohlcv[i].tolist())))
                closes[SYMBOLS[i]] = float(item.ohlcv[i, CLOSE])
            if item.sequence % 50 == 0:
                again = StreamingFeatureBuilder(plan)
                again.restore(builder.snapshot())
                builder = again
    for symbol, expected in _batch(plan).items():
        assert [row is not None for row in rows[symbol]] == expected.ready.tolist()
        found = np.array([row for row in rows[symbol] if row is not None])
        assert differing_bits(found, expected.values[expected.ready]) == 0


def _thinned(bars: SymbolBars, kept: np.ndarray) -> SymbolBars:
    times = (bars.close_ns[kept], bars.session_open_ns[kept], bars.session_close_ns[kept])
    return SymbolBars(bars.symbol, bars.interval_ns, *times, bars.ohlcv[kept])


def test_a_benchmark_of_few_bars(tmp_path: Path) -> None:
    # Where the benchmark did not trade there is nothing to compare with; nothing may be filled in.
    plan, store = _plan("FOXC"), BarStore(tmp_path / "data")
    thin = _thinned(HISTORIES[2], np.random.default_rng(3).random(len(HISTORIES[2])) < 0.3)
    histories = [*HISTORIES[:2], thin]
    streamed = stream(FeatureEngine(plan), histories, ACTIONS)
    for bars in histories:
        store.write(bars, marks=BarMarks("made", "up", "session"))
    store.write_actions(ACTIONS)
    ComprehensiveFeatureBuilder(plan, store, tmp_path / "features", part_bars=100).build()
    for found in SimpleFeatureComputer(plan).compute_each(histories, ACTIONS):
        assert differing_bits(found.values, streamed[found.symbol][0]) == 0
        parts = [part.values for part in feature_parts(tmp_path / "features", found.symbol)]
        assert differing_bits(np.concatenate(parts), found.values) == 0


def test_a_missing_benchmark_is_named() -> None:
    plan = _plan("FOXC")
    computer = SimpleFeatureComputer(plan)
    with pytest.raises(FeatureError, match="FOXA: benchmark: found none, expected the bars of FOXC of 300000000000 ns"):
        computer.compute(HISTORIES[0], ACTIONS)
    with pytest.raises(FeatureError, match="found those of FOXB of 300000000000 ns, expected the bars of FOXC"):
        computer.compute(HISTORIES[0], ACTIONS, HISTORIES[1])
    engine = FeatureEngine(plan)
    with pytest.raises(FeatureError, match=r"FOXA: benchmark_close: found none, expected .* closes of FOXC"):
        engine.batch(HISTORIES[0])
    with pytest.raises(FeatureError, match=r"found the shape \(3,\), expected"):
        engine.batch(HISTORIES[0], benchmark_close=np.ones(3))
    for made in (FeatureEngine, StreamingFeatureBuilder):
        with pytest.raises(FeatureError, match="compares with FOXC, which is not among the symbols FOXA"):
            made(plan, ["FOXA"])
