"""After a corporate action a row is what a history on the new terms gives: no split or dividend leaves a trace."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from feature_builders import differing_bits, instruments, real_store

from foxml.bars.store import BarStore
from foxml.domain.bars import VOLUME, SymbolBars
from foxml.features import Adjustment, FeatureEngine, FeaturePlan, list_features, load_plan
from foxml.research.features.adjustments import timed_adjustments

BY_NAME = {info.name: info for info in list_features()}


def _as_known_at(bars: SymbolBars, adjustments: list[Adjustment], row: int, count: int) -> SymbolBars:
    """The last bars up to a row, on the terms that held then: the factors of the actions known, multiplied in order."""
    price, volume = np.ones(row + 1), np.ones(row + 1)
    for action in adjustments:
        if action.before_bar <= row:
            price[: action.before_bar] *= action.price_factor
            volume[: action.before_bar] *= action.volume_factor
    ohlcv = bars.ohlcv[: row + 1].copy()
    ohlcv[:, :VOLUME] *= price[:, None]
    ohlcv[:, VOLUME] *= volume
    kept = slice(max(0, row + 1 - count), row + 1)
    return SymbolBars(
        bars.symbol,
        bars.interval_ns,
        bars.close_ns[kept],
        bars.session_open_ns[kept],
        bars.session_close_ns[kept],
        ohlcv[kept],
    )


def _plan(symbols: list[str], guarantees: set[str]) -> FeaturePlan:
    plan = load_plan("comprehensive", interval_ns="1h", instruments=instruments(symbols))
    names = tuple(name for name in plan.names if BY_NAME[name].guarantee in guarantees)
    return dataclasses.replace(plan, names=names)


@pytest.fixture(scope="module")
def hourly(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> BarStore:
    return real_store(shared_data, "us_equities_1h", "1h", "America/New_York", tmp_path_factory.mktemp("hourly"))


@pytest.mark.parametrize("symbol", ["SPY", "AAPL", "IBM", "BAC"])
def test_rows_after_real_actions_equal_a_fresh_start(symbol: str, hourly: BarStore) -> None:
    # Right after each action and somewhere between: the bits of an engine that only ever saw the adjusted bars, from a
    # start that lies anywhere before the warm-up.
    bars, actions = hourly.read(symbol, "1h"), hourly.actions([symbol])
    plan = _plan([symbol], {"exact", "session"})
    engine = FeatureEngine(plan)
    adjustments = timed_adjustments(bars, actions)
    matrix = engine.batch(bars, adjustments, double=True)
    rng = np.random.default_rng(len(actions))
    rows = [a.before_bar + int(shift) for a in adjustments for shift in (0, 1, 7, rng.integers(8, 200))]
    compared = 0
    for row in rows:
        if not plan.warmup_bars <= row < len(bars):
            continue
        count = plan.warmup_bars + 1 + int(rng.integers(0, 500))
        fresh = engine.batch(_as_known_at(bars, adjustments, row, count), double=True)
        assert fresh.ready[-1]
        assert differing_bits(fresh.values[-1].copy(), matrix.values[row].copy()) == 0, (symbol, row)
        compared += 1
    assert compared > 150


def test_measured_features_meet_a_fresh_start(hourly: BarStore) -> None:
    # Recursive features are rebuilt from their warm-up alone: they agree with any longer history as far as measured.
    bars, actions = hourly.read("AAPL", "1h"), hourly.actions(["AAPL"])
    plan = _plan(["AAPL"], {"measured"})
    engine = FeatureEngine(plan)
    adjustments = timed_adjustments(bars, actions)
    values = engine.batch(bars, adjustments, double=True).values
    at = [a.before_bar for a in adjustments if a.before_bar > 2 * plan.warmup_bars]
    assert len(at) > 30
    for row in at:
        longer = engine.batch(_as_known_at(bars, adjustments, row, row + 1), double=True).values[-1]
        np.testing.assert_allclose(longer, values[row], rtol=1e-9, atol=1e-12)
