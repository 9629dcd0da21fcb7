"""Training must see the numbers that trading sees: the batch equals the stream to the last bit, everywhere."""

from pathlib import Path

import numpy as np
import pytest
from feature_builders import REAL, SYMBOLS, differing_bits, market, plan_within, real_store, stream

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.features import FeatureEngine
from foxml.research.features.adjustments import timed_adjustments


def _compare(histories: list[SymbolBars], actions: list[CorporateAction], warmup_max: int, interval: str) -> str:
    """Compare every cell; return what was compared, in words."""
    plan = plan_within(warmup_max, [bars.symbol for bars in histories], interval)
    engine = FeatureEngine(plan)
    streamed = stream(engine, histories, actions)
    cells = rows_ready = applied = 0
    for bars in histories:
        adjustments = timed_adjustments(bars, actions)
        matrix = engine.batch(bars, adjustments)
        rows, ready = streamed[bars.symbol]
        assert (matrix.ready == ready).all(), bars.symbol
        assert differing_bits(matrix.values, rows) == 0, bars.symbol
        # The doubles are what the floats are rounded from.
        assert differing_bits(engine.batch(bars, adjustments, double=True).values.astype(np.float32), rows) == 0
        assert ready.sum() > len(bars) // 3, (bars.symbol, plan.warmup_bars)
        cells, rows_ready, applied = cells + rows.size, rows_ready + int(ready.sum()), applied + len(adjustments)
    return (
        f"{interval}: {len(plan.names)} features, {len(histories)} symbols, {sum(map(len, histories))} bars, "
        f"{applied} actions, {rows_ready} rows ready, {cells} cells, 0 differing bits"
    )


@pytest.mark.parametrize(("interval", "sessions"), [("5m", 40), ("1h", 250)])
def test_synthetic_bars(interval: str, sessions: int) -> None:
    # Missing bars, a dividend and a split, in a market that everybody can make.
    histories, actions = market(sessions, interval)
    assert {action.symbol for action in actions} == {"FOXA", "FOXB"}
    assert _compare(list(histories), list(actions), 1200, interval)


def test_the_comparison_sees_one_bit() -> None:
    # The canary: a stream that misses a dividend is caught.
    histories, actions = market(40)
    plan = plan_within(100, SYMBOLS, "5m")
    engine = FeatureEngine(plan)
    rows, _ = stream(engine, histories, ())["FOXA"]
    matrix = engine.batch(histories[0], timed_adjustments(histories[0], actions))
    assert differing_bits(matrix.values, rows) > 0
    nudged = rows.copy()
    nudged[-1, 0] = np.nextafter(nudged[-1, 0], np.float32(np.inf))
    assert differing_bits(nudged, rows) == 1


@pytest.mark.parametrize(("folder", "interval", "zone", "warmup_max"), REAL, ids=[row[0] for row in REAL])
def test_every_real_bar(
    folder: str, interval: str, zone: str, warmup_max: int, shared_data: Path, tmp_path: Path
) -> None:
    # All bars of all symbols with all their splits and dividends, every feature that they are long enough for.
    store = real_store(shared_data, folder, interval, zone, tmp_path)
    symbols = [stored.symbol for stored in store.list()]
    histories = [store.read(symbol, interval) for symbol in symbols]
    print(_compare(histories, store.actions(symbols), warmup_max, interval))
