"""Histories: many side by side, and one in parts, have the rows of `batch` to the bit; what is refused is named."""

import dataclasses
import itertools

import numpy as np
import pytest
from feature_builders import differing_bits, market, plan_within

from foxml.bars.slices import merge
from foxml.domain.bars import CLOSE, HIGH, BarSlice, SymbolBars
from foxml.errors import FeatureError
from foxml.features import Adjustment, FeatureEngine, FeaturePlan

SYMBOLS = tuple(f"FOX{letter}" for letter in "ABCDEFGHIJK")


@pytest.fixture(scope="module")
def plan() -> FeaturePlan:
    return plan_within(250, SYMBOLS, "5m", benchmark="FOXB")


def _part(bars: SymbolBars, first: int, last: int) -> SymbolBars:
    return dataclasses.replace(
        bars,
        close_ns=bars.close_ns[first:last],
        session_open_ns=bars.session_open_ns[first:last],
        session_close_ns=bars.session_close_ns[first:last],
        ohlcv=bars.ohlcv[first:last],
    )


def _histories() -> list[SymbolBars]:
    """Of many lengths, one without a bar."""
    histories, _ = market(8, symbols=SYMBOLS)
    return [_part(bars, 0, 0 if i == 4 else len(bars) - 23 * i) for i, bars in enumerate(histories)]


def _closes(bars: SymbolBars) -> np.ndarray:
    """Closes of a benchmark that moves with the symbol, and is away now and then."""
    closes = bars.ohlcv[:, CLOSE] * 0.5
    closes[::29] = np.nan
    return closes


def _adjustments(bars: SymbolBars) -> list[Adjustment]:
    rows = [row for row in (60, 300, 301) if row < len(bars)]
    return [Adjustment(row, 0.97, 1.0, of_benchmark=row == 301) for row in rows]


def test_side_by_side_is_one_by_one(plan: FeaturePlan) -> None:
    # Neighbours of other lengths, scales and actions must not show in a symbol's rows.
    engine, histories = FeatureEngine(plan), _histories()
    closes = [_closes(bars) for bars in histories]
    adjustments = [_adjustments(bars) if i % 3 == 0 else [] for i, bars in enumerate(histories)]
    before, ready = engine.snapshot(), 0
    for count in (len(histories), 3, 1, 0):
        found = engine.batch_many(histories[:count], adjustments[:count], closes[:count])
        assert len(found) == count
        for bars, due, close, matrix in zip(histories, adjustments, closes, found, strict=False):
            alone = engine.batch(bars, due, benchmark_close=close)
            assert (matrix.ready == alone.ready).all()
            assert matrix.names == alone.names
            assert differing_bits(matrix.values, alone.values) == 0
            ready += int(matrix.ready.sum())
    assert ready > 2000
    assert engine.snapshot() == before


def test_what_is_refused_side_by_side_is_named(plan: FeaturePlan) -> None:
    # Of two that are wrong the first in order is told, whichever is met first in time.
    engine, histories = FeatureEngine(plan), _histories()
    for i, row in ((6, 200), (8, 100)):
        ohlcv = histories[i].ohlcv.copy()
        ohlcv[row, HIGH] = -1.0
        histories[i] = dataclasses.replace(histories[i], ohlcv=ohlcv)
    closes, none = [_closes(bars) for bars in histories], [()] * len(histories)
    with pytest.raises(FeatureError, match=r"^FOXG, row 200 at 20.*not positive"):
        engine.batch_many(histories, none, closes)
    with pytest.raises(FeatureError, match=r"^FOXI, row 100 at 20.*not positive"):
        engine.batch_many(histories[7:], none[7:], closes[7:])
    late = [Adjustment(len(histories[0]), 0.5, 2.0)]
    with pytest.raises(FeatureError, match=r"^FOXA: adjustments\[0\].before_bar \d+ lies outside"):
        engine.batch_many(histories[:2], [late, []], closes[:2])
    with pytest.raises(FeatureError, match="FOXC: benchmark_close: found none"):
        engine.batch_many(histories[2:3], [[]], [None])
    with pytest.raises(FeatureError, match="FOXA: found bars of 1 ns"):
        engine.batch_many([dataclasses.replace(histories[0], interval_ns=1)], [[]], closes[:1])


@pytest.mark.parametrize("symbol", [0, 1])
def test_parts_are_the_whole(plan: FeaturePlan, symbol: int) -> None:
    # A history that is read in parts must not show where they met; the second symbol is the benchmark itself.
    bars = _histories()[symbol]
    closes, due = _closes(bars), _adjustments(bars)
    own = list(dict.fromkeys([bars.symbol, "FOXB"]))
    engine, pieces = FeatureEngine(plan, own), []
    for first, last in itertools.pairwise([0, 1, 60, 60, 200, 301, 302, len(bars)]):
        known = [dataclasses.replace(a, before_bar=a.before_bar - first) for a in due if first <= a.before_bar < last]
        state = engine.snapshot()
        engine = FeatureEngine(plan, own)
        engine.restore(state)
        pieces.append(engine.extend(_part(bars, first, last), known, benchmark_close=closes[first:last]))
    whole = engine.batch(bars, due, benchmark_close=closes)
    assert whole.ready.any()
    assert (np.concatenate([piece.ready for piece in pieces]) == whole.ready).all()
    assert differing_bits(np.concatenate([piece.values for piece in pieces]), whole.values) == 0


def test_a_part_that_is_refused_changes_nothing(plan: FeaturePlan) -> None:
    # A builder that mends a bar and goes on must not meet half of the part that was refused.
    bars = _histories()[0]
    engine, closes = FeatureEngine(plan, ["FOXA", "FOXB"]), _closes(bars)
    engine.extend(_part(bars, 0, 100), benchmark_close=closes[:100])
    before = engine.snapshot()
    ohlcv = bars.ohlcv.copy()
    ohlcv[150, HIGH] = np.inf
    bad = _part(dataclasses.replace(bars, ohlcv=ohlcv), 100, 200)
    with pytest.raises(FeatureError, match=r"^FOXA, row 50 at 20.*not finite"):
        engine.extend(bad, _adjustments(bars)[:1], benchmark_close=closes[100:200])
    with pytest.raises(FeatureError, match=r"^FOXA, row 0 at 20.*: time does not go forward"):
        engine.extend(_part(bars, 99, 200), benchmark_close=closes[99:200])
    with pytest.raises(FeatureError, match=r"^FOXA: adjustments\[0\]: .*factor"):
        engine.extend(_part(bars, 100, 200), [Adjustment(3, -1.0, 1.0)], benchmark_close=closes[100:200])
    with pytest.raises(FeatureError, match="FOXC: found an engine of FOXA, FOXB, expected one of its own"):
        engine.extend(_histories()[2])
    assert engine.snapshot() == before


def test_slices_in_other_arrays_are_read_too(plan: FeaturePlan) -> None:
    # The call takes plain arrays as they are; a column of a wider table, or of float32, is copied first.
    small = plan_within(60, SYMBOLS[:3], "5m")
    slices = [s for s in merge(*market(2, symbols=SYMBOLS[:3])) if isinstance(s, BarSlice)]
    plain, other = FeatureEngine(small), FeatureEngine(small)
    for bar_slice in slices:
        wide = np.asfortranarray(bar_slice.ohlcv)
        every_second = np.repeat(bar_slice.present, 2)[::2]
        expected = plain.update(bar_slice)
        found = other.update(dataclasses.replace(bar_slice, ohlcv=wide, present=every_second))
        assert differing_bits(found.rows, expected.rows) == 0
        assert (found.ready == expected.ready).all()
    assert expected.ready.any()
    with pytest.raises(TypeError):
        plain.update(dataclasses.replace(bar_slice, close_ns="soon"))
