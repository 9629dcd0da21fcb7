"""What the engine promises of any bars at all: a valid bar never breaks it, and no cell is ever infinite."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foxml.domain.bars import SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import FeatureError
from foxml.features import Adjustment, FeatureEngine, list_features, load_plan

FIVE_MINUTES_NS = 300 * 10**9
DAY_NS = 86_400 * 10**9
OPEN_NS = 1_704_205_800 * 10**9
BARS_PER_SESSION = 12  # short sessions, so that few bars reach over many

BY_NAME = {info.name: info for info in list_features()}


@cache
def engine(warmup_max: int) -> FeatureEngine:
    names = [f.name for f in list_features() if "5m" in f.timeframes and f.warmup_bars(FIVE_MINUTES_NS) <= warmup_max]
    return FeatureEngine(load_plan({"include": names}, interval_ns="5m", instruments=[Instrument("X")]))


@st.composite
def histories(draw: st.DrawFn) -> SymbolBars:
    """Bars that nobody has seen: flat stretches, jumps over many orders of magnitude, no volume, gaps in time."""
    count = draw(st.integers(90, 160))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    wildness = draw(st.sampled_from([0.0, 1e-6, 1e-3, 0.1, 2.0]))
    flat_share = draw(st.sampled_from([0.0, 0.5, 1.0]))
    # From a hundredth of a cent to 100,000 dollars: an adjustment keeps them within what the grid can hold.
    close = np.clip(
        np.exp(rng.uniform(-4, 8) + np.cumsum(np.clip(wildness * rng.standard_normal(count), -4, 4))), 1e-4, 1e5
    )
    opened = np.where(rng.random(count) < flat_share, close, np.clip(np.roll(close, 1), 1e-4, 1e5))
    reach = np.where(rng.random(count) < flat_share, 0.0, wildness * rng.random(count))
    high = np.maximum(opened, close) * (1 + np.minimum(reach, 0.1))
    low = np.minimum(opened, close) / (1 + np.minimum(reach, 0.1))
    volume = np.where(rng.random(count) < draw(st.sampled_from([0.0, 0.3, 1.0])), 0.0, rng.integers(0, 10**9, count))
    kept = np.sort(rng.choice(count * 2, size=count, replace=False)).astype(np.int64)
    session = OPEN_NS + kept // BARS_PER_SESSION * DAY_NS
    close_ns = session + (kept % BARS_PER_SESSION + 1) * FIVE_MINUTES_NS
    ohlcv = np.column_stack([opened, high, low, close, volume]).astype(np.float64)
    return SymbolBars("X", FIVE_MINUTES_NS, close_ns, session, session + BARS_PER_SESSION * FIVE_MINUTES_NS, ohlcv)


@given(histories(), st.lists(st.tuples(st.integers(1, 80), st.sampled_from([0.5, 0.97, 1 / 3, 2.0])), max_size=3))
@settings(max_examples=60, deadline=None)
def test_valid_bars_never_give_infinity(bars: SymbolBars, actions: list[tuple[int, float]]) -> None:
    # An infinity is a number to a tree and no gap: it would be scored.
    adjustments = [Adjustment(at, factor, 1 / factor) for at, factor in sorted(actions)]
    for warmup_max in (0, 70):
        matrix = engine(warmup_max).batch(bars, adjustments)
        assert not np.isinf(matrix.values).any()
        assert matrix.ready[matrix.ready.argmax() :].all()
        assert np.isnan(matrix.values[~matrix.ready]).all()
        doubles = engine(warmup_max).batch(bars, adjustments, double=True)
        assert not np.isinf(doubles.values).any()
    assert matrix.ready.any()


@given(histories(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_no_row_knows_the_future(bars: SymbolBars, seed: int) -> None:
    # History cut after a bar, or another future after it, gives the same row there.
    plan_engine = engine(70)
    whole = plan_engine.batch(bars).values.view(np.int32)
    at = int(np.random.default_rng(seed).integers(1, len(bars)))
    cut = plan_engine.batch(_part(bars, 0, at)).values.view(np.int32)
    assert (whole[:at] == cut).all()
    changed = bars.ohlcv.copy()
    changed[at:, :4] *= 1.37
    other = SymbolBars("X", bars.interval_ns, bars.close_ns, bars.session_open_ns, bars.session_close_ns, changed)
    assert (plan_engine.batch(other).values.view(np.int32)[:at] == whole[:at]).all()


def _part(bars: SymbolBars, start: int, end: int) -> SymbolBars:
    arrays: tuple[NDArray[np.int64], ...] = (bars.close_ns, bars.session_open_ns, bars.session_close_ns)
    return SymbolBars("X", bars.interval_ns, *(array[start:end] for array in arrays), bars.ohlcv[start:end])


numbers = st.one_of(st.floats(), st.sampled_from([0.0, 1.0, 100.0, 1e-7, 1e300, -1.0]))
rows = st.lists(st.tuples(numbers, numbers, numbers, numbers, numbers), min_size=1, max_size=12)


@given(rows)
@settings(max_examples=150, deadline=None)
def test_any_numbers_at_all_are_taken_or_refused(values: list[tuple[float, ...]]) -> None:
    # Whatever a vendor sends: an error that names the row, or rows without an infinity.
    count = len(values)
    close_ns = OPEN_NS + (np.arange(count, dtype=np.int64) + 1) * FIVE_MINUTES_NS
    session = np.full(count, OPEN_NS, dtype=np.int64)
    bars = SymbolBars("X", FIVE_MINUTES_NS, close_ns, session, session + DAY_NS, np.array(values, dtype=np.float64))
    try:
        matrix = engine(0).batch(bars)
    except FeatureError as error:
        row = int(str(error).split("row ")[1].split(" ")[0])
        accepted = _part(bars, 0, row)
        assert len(engine(0).batch(accepted).values) == row
    else:
        assert not np.isinf(matrix.values).any()
        for o, h, low, c, v in values:
            assert 0 < low <= min(o, c) <= max(o, c) <= h
            assert v >= 0


@given(histories(), st.lists(st.integers(1, 150), min_size=1, max_size=4, unique=True))
@settings(max_examples=30, deadline=None)
def test_an_adjustment_of_nothing_changes_no_exact_cell(bars: SymbolBars, at: list[int]) -> None:
    # A rebuild from the bars kept is what a late start is: an exact feature cannot tell.
    places = sorted(place for place in at if place < len(bars))
    exact = [name for name in engine(70).plan.names if BY_NAME[name].guarantee == "exact"]
    small = FeatureEngine(load_plan({"include": exact}, interval_ns="5m", instruments=[Instrument("X")]))
    plain = small.batch(bars)
    rebuilt = small.batch(bars, [Adjustment(place, 1.0, 1.0) for place in places])
    assert plain.ready.any()
    assert (plain.ready == rebuilt.ready).all()
    assert (plain.values.view(np.int32) == rebuilt.values.view(np.int32)).all()
