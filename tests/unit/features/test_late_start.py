"""A row does not know where its history began: a daemon that starts today sees what the model was trained on."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from feature_builders import REAL, differing_bits, plan_within, real_store

from foxml.domain.bars import CLOSE, HIGH, LOW, SymbolBars
from foxml.features import FeatureEngine, list_features

BY_NAME = {info.name: info for info in list_features()}
STARTS = 15
ROWS = 2000


def _part(bars: SymbolBars, start: int, end: int) -> SymbolBars:
    kept = slice(start, end)
    return SymbolBars(
        bars.symbol,
        bars.interval_ns,
        bars.close_ns[kept],
        bars.session_open_ns[kept],
        bars.session_close_ns[kept],
        bars.ohlcv[kept],
    )


@pytest.mark.parametrize(("folder", "interval", "zone", "warmup_max"), REAL, ids=[row[0] for row in REAL])
def test_rows_of_real_bars_do_not_know_their_start(
    folder: str, interval: str, zone: str, warmup_max: int, shared_data: Path, tmp_path: Path
) -> None:
    """From any bar, mid-session too: the same row from the first one on.

    Exact features and those of the session give the same double. Of measured ones, which may be an ulp of a double
    apart for a few bars more, the float32 that a model sees is the same: an observation, no theorem.
    """
    store = real_store(shared_data, folder, interval, zone, tmp_path)
    rng = np.random.default_rng(9)
    for stored in store.list():
        bars = store.read(stored.symbol, interval)
        engine = FeatureEngine(plan_within(warmup_max, [stored.symbol], interval))
        whole, warmup = engine.batch(bars, double=True).values, engine.warmup_bars
        proved = [BY_NAME[name].guarantee != "measured" for name in engine.plan.names]
        for start in rng.integers(1, len(bars) - warmup - 50, STARTS).tolist():
            end = min(len(bars), start + warmup + ROWS)
            late = engine.batch(_part(bars, start, end), double=True)
            assert int(late.ready.argmax()) == warmup
            found, expected = late.values[warmup:], whole[start + warmup : end]
            assert differing_bits(found[:, proved], expected[:, proved]) == 0, (stored.symbol, start)
            assert differing_bits(found.astype(np.float32), expected.astype(np.float32)) == 0, (stored.symbol, start)


def test_the_comparison_sees_what_a_start_could_leave_behind(shared_data: Path, tmp_path: Path) -> None:
    # The canary: one bar inside the window, a cent higher, is seen by the rows that still look at it.
    store = real_store(shared_data, "us_equities_1d", "1d", "America/New_York", tmp_path)
    bars = _part(store.read("SPY", "1d"), 0, 1500)
    engine = FeatureEngine(plan_within(250, ["SPY"], "1d"))
    ohlcv = bars.ohlcv.copy()
    ohlcv[700, [HIGH, LOW, CLOSE]] += 0.01
    ohlcv[700, HIGH] = ohlcv[700].max(where=[True, True, True, True, False], initial=0)
    ohlcv[700, LOW] = ohlcv[700].min(where=[True, True, True, True, False], initial=1e9)
    left = engine.batch(bars).values
    right = engine.batch(dataclasses.replace(bars, ohlcv=ohlcv)).values
    assert differing_bits(left[:700].copy(), right[:700].copy()) == 0
    assert differing_bits(left[700:720].copy(), right[700:720].copy()) > 100
