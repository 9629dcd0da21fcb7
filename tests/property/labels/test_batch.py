"""Barrier targets against a slow, obvious reference, on random walks with gaps, missing bars and a split."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.labels import BarrierSpec
from foxml.research.targets import BarrierTargetBuilder

BARS, PER_SESSION, SPLIT_AT = 210, 7, 105


def _history(seed: int, split: int) -> SymbolBars:
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, BARS)))
    opened = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0.0, 0.006, BARS))
    high = np.maximum(opened, close) * (1.0 + rng.exponential(0.004, BARS))
    low = np.minimum(opened, close) * (1.0 - rng.exponential(0.004, BARS))
    ohlcv = np.stack([opened, high, low, close, np.full(BARS, 1e5)], axis=1)
    ohlcv[SPLIT_AT:, :4] /= split
    index = np.arange(BARS)
    close_ns = (index // PER_SESSION) * 100 + index % PER_SESSION + 1
    session = (index // PER_SESSION) * 100
    return SymbolBars("A", 1, close_ns, session, session + PER_SESSION, ohlcv)


def _reference(
    bars: SymbolBars, spec: BarrierSpec, sigma: float, row: int, split: int
) -> tuple[float, int, int] | None:
    price = bars.ohlcv[:, :4].copy()
    price[:SPLIT_AT] /= split
    if not spec.cross_session and row % PER_SESSION == PER_SESSION - 1:
        return None
    entry = price[row + 1, 0] if row + 1 < BARS else np.nan
    for step in range(1, spec.horizon_bars + 1):
        at = row + step
        if at >= BARS:
            return None
        opened, high, low, close = price[at] / entry - 1.0
        up, down = spec.up_sigma * sigma, -spec.down_sigma * sigma
        if opened >= up:
            return opened, 1, at
        if opened <= down:
            return opened, -1, at
        if low <= down:
            return down, -1, at
        if high >= up:
            return up, 1, at
        if step == spec.horizon_bars or (not spec.cross_session and at % PER_SESSION == PER_SESSION - 1):
            return close, 0, at
    raise AssertionError("unreachable")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([1, 2, 4]), st.integers(1, 9))
def test_targets_equal_the_reference(seed: int, cross_session: bool, split: int, horizon: int) -> None:
    """Same end, same barrier, same return, and every bar either labelled or counted."""
    bars = _history(seed, split)
    spec = BarrierSpec(horizon, 1.0, 0.7, 0.94, 10.0, cross_session)
    at_ns = int(bars.session_open_ns[SPLIT_AT])
    actions = [CorporateAction("A", ActionKind.SPLIT, at_ns, at_ns, split * NANO)]
    targets = BarrierTargetBuilder(spec, [Instrument("A")]).build([bars], actions)
    assert len(targets) + sum(targets.missing.values()) == BARS
    row = {int(close): i for i, close in enumerate(bars.close_ns)}
    for k in range(len(targets)):
        expected = _reference(bars, spec, float(targets.sigma[k]), row[int(targets.t0_ns[k])], split)
        assert expected is not None
        assert abs(expected[0] - targets.ret[k]) < 1e-12
        assert expected[1] == targets.label[k]
        assert bars.close_ns[expected[2]] == targets.t1_ns[k]
