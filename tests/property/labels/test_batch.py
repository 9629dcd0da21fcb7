"""Barrier targets of whole histories against the live tracker, to the bit, and against a slow, obvious walk."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from target_panels import PER_SESSION, Panel, random_panel
from target_references import Walked, factors_ahead, tracked, walked_barriers, walked_widths

from foxml.domain.instruments import Instrument
from foxml.labels import BarrierSpec, EwmaVolatility, Matured
from foxml.research.targets import BarrierTargetBuilder, Targets

SPECS = st.builds(
    BarrierSpec,
    horizon_bars=st.integers(1, 3 * PER_SESSION),
    up_sigma=st.sampled_from([0.3, 1.0, 2.5]),
    down_sigma=st.sampled_from([0.3, 0.7, 2.5]),
    lam=st.sampled_from([0.7, 0.94]),
    min_width_bps=st.sampled_from([0.0, 100.0]),
    cross_session=st.booleans(),
)


def _bits(values: object) -> list[int]:
    return np.asarray(values, dtype=np.float64).view(np.int64).tolist()


def _differ(targets: Targets, expected: list[Matured], horizon: int) -> str | None:
    """Return the first column that differs in a bit; None where all are the same."""
    columns = {
        "symbol": (targets.symbol, [m.symbol_index for m in expected]),
        "t0_ns": (targets.t0_ns, [m.t0_ns for m in expected]),
        "t1_ns": (targets.t1_ns, [m.t1_ns for m in expected]),
        "ret": (targets.ret, [m.ret for m in expected]),
        "sigma": (targets.sigma, [m.sigma for m in expected]),
        "label": (targets.label, [m.touched.value for m in expected]),
        "mfe": (targets.mfe, [m.mfe for m in expected]),
        "mdd": (targets.mdd, [m.mdd for m in expected]),
        "time_to_hit": (targets.time_to_hit, [m.bars / horizon for m in expected]),
        "ambiguous": (targets.ambiguous, [m.ambiguous for m in expected]),
    }
    return next((name for name, (ours, theirs) in columns.items() if _bits(ours) != _bits(theirs)), None)


def _built(panel: Panel, spec: BarrierSpec, side: int = 1) -> Targets:
    sides = [np.full(len(bars), side, dtype=np.int8) for bars in panel.histories]
    return BarrierTargetBuilder(spec, panel.instruments).build(panel.histories, panel.actions, sides)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), SPECS, st.sampled_from([1, -1]), st.sampled_from([0.0, 0.05, 0.3]))
def test_the_whole_history_equals_the_live_tracker(seed: int, spec: BarrierSpec, side: int, absent: float) -> None:
    """A model learns the labels that calibrate it when it trades: any difference is a bias that nobody sees."""
    panel = random_panel(seed, absent=absent)
    expected = tracked(spec, panel.instruments, panel.histories, panel.actions, side=side)
    targets = _built(panel, spec, side)
    assert _differ(targets, expected, spec.horizon_bars) is None
    assert len(targets) + sum(targets.missing.values()) == sum(len(bars) for bars in panel.histories)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), SPECS, st.sampled_from([10.0, 100.0, 400.0]), st.sampled_from([1, -1]))
def test_ties_with_a_barrier_are_judged_as_live(seed: int, spec: BarrierSpec, bps: float, side: int) -> None:
    """On a grid of cents and with a fixed width, prices lie on the barriers exactly."""
    fixed = replace(spec, width="fixed", fixed_bps=bps)
    panel = random_panel(seed, sessions=12, scale=0.003)
    widths = {(i, int(t)): bps / 1e4 for i, bars in enumerate(panel.histories) for t in bars.close_ns}
    expected = tracked(fixed, panel.instruments, panel.histories, panel.actions, side=side, widths=widths)
    assert _differ(_built(panel, fixed, side), expected, spec.horizon_bars) is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), SPECS)
def test_sides_may_differ_from_bar_to_bar(seed: int, spec: BarrierSpec) -> None:
    """A primary model is long here and short there; bars on which it has no view have no label."""
    panel = random_panel(seed)
    rng = np.random.default_rng(seed)
    sides = [rng.integers(-1, 2, len(bars)).astype(np.int8) for bars in panel.histories]
    side_of = {
        (i, int(t)): int(sides[i][k]) for i, bars in enumerate(panel.histories) for k, t in enumerate(bars.close_ns)
    }
    expected = []
    for side in (1, -1):
        found = tracked(spec, panel.instruments, panel.histories, panel.actions, side=side)
        expected += [m for m in found if side_of[m.symbol_index, m.t0_ns] == side]
    expected.sort(key=lambda m: (m.t0_ns, m.symbol_index))
    targets = BarrierTargetBuilder(spec, panel.instruments).build(panel.histories, panel.actions, sides)
    assert _differ(targets, expected, spec.horizon_bars) is None
    assert targets.side is not None
    assert targets.side.tolist() == [m.side for m in expected]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), SPECS, st.sampled_from([1, -1]))
def test_targets_equal_the_reference(seed: int, spec: BarrierSpec, side: int) -> None:
    """Tracker and batch could share a mistake; the reference walks from every bar by itself."""
    panel = random_panel(seed, symbols=1)
    (bars,) = panel.histories
    ahead = factors_ahead(bars, panel.actions)
    widths = walked_widths(bars, spec, ahead, Instrument("S0").tick)
    expected = walked_barriers(bars, spec, widths, ahead, side)
    targets = _built(panel, spec, side)
    assert targets.mfe is not None
    assert targets.mdd is not None
    assert targets.time_to_hit is not None
    found = [
        Walked(*row)
        for row in zip(
            targets.t0_ns.tolist(),
            targets.t1_ns.tolist(),
            targets.ret.tolist(),
            targets.sigma.tolist(),
            targets.label.tolist(),
            targets.mfe.tolist(),
            targets.mdd.tolist(),
            np.rint(targets.time_to_hit * spec.horizon_bars).astype(int).tolist(),
            targets.ambiguous.tolist(),
            strict=True,
        )
    ]
    assert found == expected


@pytest.mark.parametrize("cross_session", [True, False])
def test_long_histories_are_labelled_in_blocks_like_short_ones(
    cross_session: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels that reach over the edge of a block see the bars behind it."""
    panel = random_panel(3, sessions=60)
    spec = BarrierSpec(11, 1.0, 1.0, cross_session=cross_session)
    whole = _built(panel, spec)
    monkeypatch.setattr("foxml.labels.batch.BLOCK", 5)
    expected = tracked(spec, panel.instruments, panel.histories, panel.actions)
    assert _differ(_built(panel, spec), expected, 11) is None
    assert _bits(whole.ret) == _bits([m.ret for m in expected])


@pytest.mark.parametrize("column", ["t1_ns", "ret", "label", "mfe"])
def test_a_label_shifted_by_one_bar_is_found(column: str) -> None:
    """The comparison of the tests above is one that labels of the neighbouring bar do not pass."""
    panel = random_panel(5, symbols=1)
    spec = BarrierSpec(6, 1.0, 1.0)
    targets = _built(panel, spec)
    expected = tracked(spec, panel.instruments, panel.histories, panel.actions)
    assert _differ(targets, expected, 6) is None
    shifted = replace(targets, **{column: np.roll(getattr(targets, column), 1)})
    assert _differ(shifted, expected, 6) == column


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.integers(100, 150))
def test_nothing_before_a_cut_depends_on_what_follows_it(seed: int, cross_session: bool, cut: int) -> None:
    """Labels that had ended are the same, widths included, however prices go on."""
    panel = random_panel(seed, symbols=1)
    (bars,) = panel.histories
    other = bars.ohlcv.copy()
    other[cut:, :4] *= 1.5
    spec = BarrierSpec(5, 1.0, 1.0, cross_session=cross_session)
    before = _built(panel, spec)
    after = _built(Panel((replace(bars, ohlcv=other),), panel.actions), spec)
    last = bars.close_ns[cut - 1]
    for name in ("t0_ns", "t1_ns", "ret", "sigma", "label", "mfe", "mdd"):
        ended = [_bits(getattr(t, name)[t.t1_ns <= last]) for t in (before, after)]
        assert ended[0] == ended[1], name
    assert (before.t1_ns <= last).any()


def test_only_the_width_that_runs_bar_by_bar_is_tracked_live() -> None:
    """Live outcomes over another width would be in units that the model does not know."""
    with pytest.raises(ValueError, match="must be ewma, found atr"):
        EwmaVolatility([Instrument("A")], BarrierSpec(3, width="atr"))
