"""The engine from Python: bad bars change nothing, a snapshot goes on to the bit, forests score in the same call."""

import dataclasses
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from feature_builders import SYMBOLS, differing_bits, instruments, market, plan_within, rows_in_stream, stream

from foxml.bars.slices import merge
from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, BarSlice, CorporateAction, SymbolBars
from foxml.errors import FeatureError
from foxml.features import Adjustment, FeatureEngine, FeaturePlan, load_plan
from foxml.models import Forest


@pytest.fixture(scope="module")
def plan() -> FeaturePlan:
    return plan_within(250, SYMBOLS, "5m")


@pytest.fixture(scope="module")
def items() -> list[BarSlice | CorporateAction]:
    return list(merge(*market(12)))


@pytest.fixture(scope="module")
def slices(items: list[BarSlice | CorporateAction]) -> list[BarSlice]:
    return [item for item in items if isinstance(item, BarSlice)]


def _with(bar_slice: BarSlice, row: int, values: dict[int, float]) -> BarSlice:
    ohlcv = bar_slice.ohlcv.copy()
    for column, value in values.items():
        ohlcv[row, column] = value
    return dataclasses.replace(bar_slice, ohlcv=ohlcv)


NAN, INF = float("nan"), float("inf")
# What is wrong with the last symbol's bar, and what the error says of it.
BAD_BARS: list[tuple[dict[int, float], str]] = [
    ({OPEN: NAN}, "not finite"),
    ({HIGH: INF}, "not finite"),
    ({LOW: -INF}, "not finite"),
    ({CLOSE: NAN}, "not finite"),
    ({VOLUME: NAN}, "volume is not finite"),
    ({VOLUME: INF}, "volume is not finite"),
    ({CLOSE: 0.0}, "not positive"),
    ({LOW: -1.0}, "not positive"),
    ({HIGH: 1.0, LOW: 2.0}, "high is below low"),
    ({HIGH: 1.0}, "high is below"),
    ({LOW: 1e6}, "high is below low"),
    ({VOLUME: -1.0}, "volume is negative"),
    ({VOLUME: 1e300}, "volume is too large"),
    ({HIGH: 1e9}, "too large"),
    ({LOW: 1e-9}, "rounds to zero"),
]


@pytest.mark.parametrize(("values", "reason"), BAD_BARS)
def test_a_bad_bar_changes_nothing(
    plan: FeaturePlan, slices: list[BarSlice], values: dict[int, float], reason: str
) -> None:
    # A number that cannot be a price must not enter the state of its symbol, nor hold half of a slice back.
    engine, calm = FeatureEngine(plan), FeatureEngine(plan)
    full = [s for s in slices if s.present.all()][:3]
    for bar_slice in full[:2]:
        engine.update(bar_slice)
        calm.update(bar_slice)
    before = engine.snapshot()
    when = re.escape(str(np.datetime64(full[2].close_ns, "ns").astype("datetime64[s]")))
    with pytest.raises(FeatureError, match=rf"^FOXC at {when}Z: .*{reason}"):
        engine.update(_with(full[2], 2, values))
    assert engine.snapshot() == before
    assert differing_bits(engine.update(full[2]).rows, calm.update(full[2]).rows) == 0


@pytest.mark.parametrize(("values", "reason"), BAD_BARS)
def test_a_bad_bar_in_a_batch_names_its_row(plan: FeaturePlan, values: dict[int, float], reason: str) -> None:
    bars = market(12)[0][2]
    ohlcv = bars.ohlcv.copy()
    for column, value in values.items():
        ohlcv[17, column] = value
    with pytest.raises(FeatureError, match=rf"^FOXC, row 17 at 20.*Z: .*{reason}"):
        FeatureEngine(plan).batch(dataclasses.replace(bars, ohlcv=ohlcv))


def test_time_never_goes_back(plan: FeaturePlan, slices: list[BarSlice]) -> None:
    # A slice that comes twice, or late, must not count twice.
    engine = FeatureEngine(plan)
    engine.update(slices[0])
    engine.update(slices[1])
    before = engine.snapshot()
    for late in (slices[0], slices[1]):
        with pytest.raises(FeatureError, match=r"^the slice at 20.*: does not come after"):
            engine.update(late)
    outside = dataclasses.replace(slices[2], session_close_ns=slices[2].close_ns - 1)
    with pytest.raises(FeatureError, match="outside its session"):
        engine.update(outside)
    assert engine.snapshot() == before
    bars = market(12)[0][0]
    twice = bars.close_ns.copy()
    twice[5] = twice[4]
    with pytest.raises(FeatureError, match=r"^FOXA, row 5 at "):
        engine.batch(dataclasses.replace(bars, close_ns=twice))


def test_slices_of_another_engine_are_refused(plan: FeaturePlan, slices: list[BarSlice]) -> None:
    # A row is a symbol by its place alone: another order would be another symbol's numbers.
    engine = FeatureEngine(plan)
    with pytest.raises(FeatureError, match="found the symbols FOXB, FOXA, FOXC, expected FOXA, FOXB, FOXC"):
        engine.update(dataclasses.replace(slices[0], symbols=("FOXB", "FOXA", "FOXC")))
    with pytest.raises(FeatureError, match="found bars of 60000000000 ns, expected 300000000000 ns"):
        engine.update(dataclasses.replace(slices[0], interval_ns=60 * 10**9))
    with pytest.raises(FeatureError, match="NOPE is not in the plan, which has FOXA, FOXB, FOXC"):
        FeatureEngine(plan, ["FOXA", "NOPE"])
    with pytest.raises(FeatureError, match="symbols must differ"):
        FeatureEngine(plan, ["FOXA", "FOXA"])
    bars = market(12)[0][0]
    with pytest.raises(FeatureError, match="OTHER is not in the plan"):
        engine.batch(dataclasses.replace(bars, symbol="OTHER"))
    with pytest.raises(FeatureError, match="FOXA: found bars of 1 ns"):
        engine.batch(dataclasses.replace(bars, interval_ns=1))


def test_an_absent_symbol_has_no_row(plan: FeaturePlan, slices: list[BarSlice]) -> None:
    # What did not trade has no score: yesterday's row must not be traded on today.
    engine = FeatureEngine(plan)
    absent = 0
    for bar_slice in slices:
        found = engine.update(bar_slice)
        away = ~bar_slice.present
        assert not found.ready[away].any()
        assert np.isnan(found.rows[~found.ready]).all()
        absent += int(away.sum())
    assert absent > 20
    assert found.ready.any()


def test_many_symbols_are_as_many_engines(plan: FeaturePlan, items: list[BarSlice | CorporateAction]) -> None:
    # Neighbours in a universe share nothing: a symbol's rows are those of an engine that knows it alone.
    histories, actions = market(12)
    together = rows_in_stream(FeatureEngine(plan), items)
    for bars in histories:
        rows, ready = stream(FeatureEngine(plan, [bars.symbol]), [bars], actions)[bars.symbol]
        assert (ready == together[bars.symbol][1]).all()
        assert differing_bits(rows, together[bars.symbol][0]) == 0
        assert ready.any()


def test_a_snapshot_goes_on_to_the_bit(plan: FeaturePlan, items: list[BarSlice | CorporateAction]) -> None:
    # A daemon that was killed must go on with the numbers of one that was not, actions after the restart included.
    straight = rows_in_stream(FeatureEngine(plan), items)
    cuts = sorted(np.random.default_rng(4).choice(len(items), size=12, replace=False).tolist())
    state = FeatureEngine(plan).snapshot()
    pieces: list[dict[str, tuple[np.ndarray, np.ndarray]]] = []
    closes: dict[str, float] = {}
    for start, end in itertools.pairwise([0, *cuts, len(items)]):
        engine = FeatureEngine(plan)
        engine.restore(state)
        pieces.append(rows_in_stream(engine, items[start:end], closes))
        state = engine.snapshot()
    for symbol in SYMBOLS:
        found = np.concatenate([piece[symbol][0].reshape(-1, len(plan.names)) for piece in pieces])
        assert differing_bits(found, straight[symbol][0]) == 0


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flipped(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


BAD_SNAPSHOTS = [
    ("empty", lambda data: b"", "expected at least"),
    ("another kind of file", lambda data: b"PAR1" + data[4:], "these bytes are not one"),
    ("cut short", _cut, "expected a state of"),
    ("one bit flipped", _flipped, "damaged"),
    ("longer", lambda data: data + b"\0", "expected a state of"),
]


@pytest.mark.parametrize(("name", "damage", "reason"), BAD_SNAPSHOTS, ids=[row[0] for row in BAD_SNAPSHOTS])
def test_a_damaged_snapshot_changes_nothing(plan, slices, name, damage, reason) -> None:
    engine = FeatureEngine(plan)
    engine.update(slices[0])
    good = engine.snapshot()
    engine.update(slices[1])
    before = engine.snapshot()
    with pytest.raises(FeatureError, match=reason):
        engine.restore(damage(good))
    assert engine.snapshot() == before


def test_a_snapshot_of_another_engine_is_refused(plan: FeaturePlan) -> None:
    # Same bytes, other meaning: another order of symbols, another plan, another grid.
    data = FeatureEngine(plan).snapshot()
    finer = tuple(dataclasses.replace(instrument, price_grid=10) for instrument in plan.instruments)
    others = [
        FeatureEngine(plan, ["FOXB", "FOXA", "FOXC"]),
        FeatureEngine(plan, ["FOXA", "FOXB"]),
        FeatureEngine(dataclasses.replace(plan, names=plan.names[1:])),
        FeatureEngine(dataclasses.replace(plan, instruments=finer)),
    ]
    for other in others:
        with pytest.raises(FeatureError, match="of another plan, kernel or list of symbols"):
            other.restore(data)


def test_bad_adjustments_change_nothing(plan: FeaturePlan, slices: list[BarSlice]) -> None:
    engine = FeatureEngine(plan)
    for bar_slice in slices[:60]:
        engine.update(bar_slice)
    before = engine.snapshot()
    with pytest.raises(FeatureError, match="symbol_index: found 3, expected one of 3 symbols"):
        engine.adjust(3, 0.5, 2.0)
    with pytest.raises(FeatureError, match="FOXB: price_factor must be positive and finite, found 0"):
        engine.adjust(1, 0.0, 1.0)
    with pytest.raises(FeatureError, match="FOXB: volume_factor must be positive and finite, found nan"):
        engine.adjust(1, 1.0, NAN)
    with pytest.raises(FeatureError, match=r"FOXB: .*adjusted by 1e-12 and 1: a price rounds to zero"):
        engine.adjust(1, 1e-12, 1.0)
    assert engine.snapshot() == before
    bars = market(12)[0][0]
    wrong = [
        ([Adjustment(len(bars), 0.5, 2.0)], "lies outside of"),
        ([Adjustment(-1, 0.5, 2.0)], "FOXA: "),
        ([Adjustment(9, 0.5, 2.0), Adjustment(8, 0.5, 2.0)], "comes before that of the one ahead of it"),
        ([Adjustment(9, -0.5, 2.0)], r"adjustments\[0\]: price_factor must be positive"),
    ]
    for adjustments, reason in wrong:
        with pytest.raises(FeatureError, match=reason):
            engine.batch(bars, adjustments)


def _trained(names: list[str] | str, columns: int) -> Forest:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(2000, columns)) * 0.01
    x[generator.random(x.shape) < 0.05] = np.nan
    y = np.nan_to_num(x).sum(axis=1)
    data = lightgbm.Dataset(x, y, feature_name=names)
    booster = lightgbm.train({"verbosity": -1, "num_threads": 1, "seed": 1}, data, 20)
    return Forest.from_lightgbm(booster.model_to_string().encode(), source="test")


def test_scores_are_the_forests_on_the_rows(plan: FeaturePlan, items: list[BarSlice | CorporateAction]) -> None:
    # The fused call must give what the forest says of the row that was handed out: that row is what training sees.
    forests = [_trained(list(plan.names), len(plan.names)), _trained("auto", len(plan.names))]
    engine = FeatureEngine(plan, models=[forest.native for forest in forests])
    scored = 0
    for item in items:
        if isinstance(item, CorporateAction):
            continue
        found = engine.update(item)
        assert found.scores.shape == (3, 2)
        assert np.isnan(found.scores[~found.ready]).all()
        for m, forest in enumerate(forests):
            expected = forest.predict(found.rows[found.ready])[:, 0]
            assert differing_bits(found.scores[found.ready, m].copy(), expected.copy()) == 0
        scored += int(found.ready.sum())
    assert scored > 1000


def test_a_forest_of_other_columns_is_refused(plan: FeaturePlan) -> None:
    # A model fed another feature in a column scores nonsense without any error of its own.
    names = list(plan.names)
    with pytest.raises(FeatureError, match=rf"models\[0\]: takes {len(names) - 1} features, the plan has {len(names)}"):
        FeatureEngine(plan, models=[_trained("auto", len(names) - 1).native])
    swapped = [names[1], names[0], *names[2:]]
    with pytest.raises(FeatureError, match=rf"column 0 is {names[1]}, in the plan it is {names[0]}"):
        FeatureEngine(plan, models=[_trained(swapped, len(names)).native])


def test_results_are_the_callers_own(plan: FeaturePlan, slices: list[BarSlice]) -> None:
    # A row that changed under a caller with the next slice would be journalled as something else.
    engine = FeatureEngine(plan)
    first = engine.update(slices[0])
    kept = first.rows.copy()
    engine.update(slices[1])
    assert differing_bits(first.rows, kept) == 0
    first.rows[:] = 0.0
    assert np.isnan(FeatureEngine(plan).update(slices[0]).rows).all()


def test_no_bars_give_no_rows(plan: FeaturePlan) -> None:
    empty = np.zeros(0, dtype=np.int64)
    bars = SymbolBars("FOXA", plan.interval_ns, empty, empty, empty, np.zeros((0, 5)))
    matrix = FeatureEngine(plan).batch(bars)
    assert matrix.values.shape == (0, len(plan.names))
    assert matrix.ready.shape == (0,)
    assert matrix.names == plan.names


def test_warmup_is_the_first_row(plan: FeaturePlan) -> None:
    # The declared warm-up is what a backtest and a daemon must feed before they trade.
    histories, _ = market(12)
    for bars in histories:
        ready = FeatureEngine(plan).batch(bars).ready
        assert int(np.argmax(ready)) == plan.warmup_bars
        assert ready[plan.warmup_bars :].all()
    one = load_plan({"include": ["ret_log_5"]}, interval_ns="5m", instruments=instruments(SYMBOLS))
    values = FeatureEngine(one).batch(histories[0]).values[:, 0]
    assert np.isnan(values[:5]).all()
    assert not np.isnan(values[5:]).any()


def test_an_instruction_set_that_is_none_is_refused(tmp_path: Path) -> None:
    """A path that was forced must never be another in silence, also where a plan has too few symbols for a block."""
    lines = [
        "from foxml.domain.instruments import Instrument",
        "from foxml.features import FeatureEngine, load_plan",
        "FeatureEngine(load_plan('simple', interval_ns='5m', instruments=[Instrument('FOXA')]))",
    ]
    environment = os.environ | {"FOXML_ISA": "sse"}
    command = [sys.executable, "-c", "; ".join(lines)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "FeatureError: FOXML_ISA is 'sse', expected scalar, avx2 or avx512" in done.stderr
