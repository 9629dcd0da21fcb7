"""Bars one at a time: each symbol by its own clock, rows as in a batch, snapshots that go on or are refused."""

import dataclasses
import hashlib
import itertools
import struct

import numpy as np
import pytest
from feature_builders import SYMBOLS, differing_bits, market, plan_within

from foxml.bars.actions import adjustment_factors
from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.errors import FeatureError
from foxml.features import FeaturePlan
from foxml.research.features import SimpleFeatureComputer, StreamingFeatureBuilder, SymbolBar


@pytest.fixture(scope="module")
def plan() -> FeaturePlan:
    return plan_within(120, SYMBOLS, "5m")


def _bar(bars: SymbolBars, t: int) -> SymbolBar:
    times = (int(bars.close_ns[t]), int(bars.session_open_ns[t]), int(bars.session_close_ns[t]))
    return SymbolBar(bars.symbol, *times, *bars.ohlcv[t].tolist())


def _streamed(
    builder: StreamingFeatureBuilder, bars: SymbolBars, actions: tuple[CorporateAction, ...], start: int, end: int
) -> list[np.ndarray | None]:
    rows = []
    for t in range(start, end):
        for action in actions:
            between = t > 0 and bars.close_ns[t - 1] <= action.occurred_ns < bars.close_ns[t]
            if action.symbol == bars.symbol and between:
                builder.adjust(bars.symbol, *adjustment_factors(action, float(bars.ohlcv[t - 1, 3])))
        rows.append(builder.update(_bar(bars, t)))
    return rows


def _compare(rows: list[np.ndarray | None], plan: FeaturePlan, bars: SymbolBars, actions) -> None:
    batch = SimpleFeatureComputer(plan).compute(bars, actions)
    assert [row is not None for row in rows] == batch.ready.tolist()
    found = np.array([row for row in rows if row is not None])
    assert len(found) > 200
    assert differing_bits(found, batch.values[batch.ready]) == 0


def test_rows_are_those_of_the_batch_whatever_the_order_of_symbols(plan: FeaturePlan) -> None:
    # One symbol hours ahead of another is the daily bread of a feed that reconnects.
    histories, actions = market(12)
    builder = StreamingFeatureBuilder(plan)
    assert builder.symbols == SYMBOLS
    assert builder.names == plan.names
    assert builder.warmup_bars == plan.warmup_bars
    for bars in reversed(histories):
        _compare(_streamed(builder, bars, actions, 0, len(bars)), plan, bars, actions)


def test_a_snapshot_goes_on_to_the_bit(plan: FeaturePlan) -> None:
    histories, actions = market(12)
    rows: dict[str, list[np.ndarray | None]] = {symbol: [] for symbol in SYMBOLS}
    state = StreamingFeatureBuilder(plan).snapshot()
    shortest = min(len(bars) for bars in histories)
    cuts = [0, 1, 37, 119, 120, 121, 400, shortest]
    for start, end in itertools.pairwise(cuts):
        builder = StreamingFeatureBuilder(plan)
        builder.restore(state)
        for bars in histories:
            rows[bars.symbol] += _streamed(builder, bars, actions, start, end)
        state = builder.snapshot()
    for bars in histories:
        batch = SimpleFeatureComputer(plan).compute(bars, actions)
        ready = [row is not None for row in rows[bars.symbol]]
        assert ready == batch.ready[:shortest].tolist()
        found = np.array([row for row in rows[bars.symbol] if row is not None])
        assert differing_bits(found, batch.values[:shortest][ready]) == 0


def _resealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


# What is done to a good snapshot | what the error must say.
BAD_SNAPSHOTS = [
    ("empty", lambda data: b"", "found 0 bytes, fewer than any has"),
    ("another kind of file", lambda data: b"PAR1PAR1" + data[8:], "not one of a StreamingFeatureBuilder"),
    (
        "of a later version",
        lambda data: _resealed(data[:8] + struct.pack("<I", 2) + data[12:-32]),
        "format 2, expected 1",
    ),
    ("cut short", lambda data: data[: len(data) // 2], "damaged or cut short"),
    ("longer", lambda data: data + b"\0", "damaged or cut short"),
    ("one bit flipped", lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:], "damaged or cut short"),
]


@pytest.mark.parametrize(("name", "damage", "reason"), BAD_SNAPSHOTS, ids=[row[0] for row in BAD_SNAPSHOTS])
def test_a_bad_snapshot_changes_nothing(plan: FeaturePlan, name: str, damage, reason: str) -> None:
    # A state that is nearly right gives rows that are nearly right, and nobody would ever know.
    bars = market(12)[0][0]
    builder = StreamingFeatureBuilder(plan)
    builder.update(_bar(bars, 0))
    good = builder.snapshot()
    builder.update(_bar(bars, 1))
    before = builder.snapshot()
    with pytest.raises(FeatureError, match=reason):
        builder.restore(damage(good))
    assert builder.snapshot() == before
    builder.restore(good)
    assert builder.snapshot() == good


def test_a_foreign_snapshot_is_refused(plan: FeaturePlan) -> None:
    data = StreamingFeatureBuilder(plan).snapshot()
    for other in (
        StreamingFeatureBuilder(plan, ["FOXA", "FOXB"]),
        StreamingFeatureBuilder(plan, ["FOXB", "FOXA", "FOXC"]),
        StreamingFeatureBuilder(plan_within(119, SYMBOLS, "5m")),
    ):
        with pytest.raises(FeatureError, match="of another plan, kernel or list of symbols"):
            other.restore(data)


def test_bad_bars_are_named_and_change_nothing(plan: FeaturePlan) -> None:
    bars = market(12)[0][0]
    builder = StreamingFeatureBuilder(plan)
    builder.update(_bar(bars, 0))
    before = builder.snapshot()
    with pytest.raises(FeatureError, match="QQQ is not one of FOXA, FOXB, FOXC"):
        builder.update(SymbolBar("QQQ", 2, 1, 3, 1.0, 1.0, 1.0, 1.0, 1.0))
    with pytest.raises(FeatureError, match=r"^FOXA at 2024-.*: a price is not finite"):
        builder.update(dataclasses.replace(_bar(bars, 1), open=float("nan")))
    with pytest.raises(FeatureError, match="does not come after"):
        builder.update(_bar(bars, 0))
    with pytest.raises(FeatureError, match="QQQ is not one of"):
        builder.adjust("QQQ", 0.5, 2.0)
    with pytest.raises(FeatureError, match="symbols must differ, found FOXA, FOXA"):
        StreamingFeatureBuilder(plan, ["FOXA", "FOXA"])
    assert builder.snapshot() == before
