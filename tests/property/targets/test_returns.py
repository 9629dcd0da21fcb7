"""Excess and forward returns against references that look every price up, on random panels."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from target_panels import Panel, random_panel
from target_references import WalkedReturn, walked_excess, walked_forward

from foxml.domain.money import NANO
from foxml.research.targets import ExcessReturnsBuilder, ExcessSpec, ForwardSpec, HFTForwardReturnsBuilder, Targets

EXCESS = st.builds(
    ExcessSpec,
    horizon_bars=st.integers(1, 9),
    method=st.sampled_from(["excess", "residual"]),
    beta_bars=st.integers(3, 30),
    shrink_beta=st.booleans(),
    cross_session=st.booleans(),
)


def _differ(targets: Targets, expected: list[WalkedReturn]) -> str | None:
    """Return the first column that differs; None where all are the same."""
    columns = {
        "symbol": (targets.symbol, [e.symbol for e in expected], 0.0),
        "t0_ns": (targets.t0_ns, [e.t0_ns for e in expected], 0.0),
        "t1_ns": (targets.t1_ns, [e.t1_ns for e in expected], 0.0),
        "ret": (targets.ret, [e.ret for e in expected], 1e-11),
        "sigma": (targets.sigma, [e.sigma for e in expected], 1e-11),
    }
    for name, (ours, theirs, tolerance) in columns.items():
        if len(ours) != len(theirs) or not np.allclose(ours, theirs, rtol=0.0, atol=tolerance):
            return name
    return None


def _excess(panel: Panel, spec: ExcessSpec) -> Targets:
    return ExcessReturnsBuilder(spec, panel.symbols, "S1").build(panel.histories, panel.actions)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), EXCESS)
def test_excess_returns_equal_the_reference(seed: int, spec: ExcessSpec) -> None:
    """Same moments, same regression, and every bar either labelled or counted."""
    panel = random_panel(seed, sessions=14)
    targets = _excess(panel, spec)
    assert _differ(targets, walked_excess(panel.histories, panel.actions, spec, 1)) is None
    assert len(targets) + sum(targets.missing.values()) == sum(len(bars) for bars in panel.histories)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(65, 80))
def test_beta_and_sigma_know_the_past_alone(seed: int, cut: int) -> None:
    """Prices after a prediction change neither, to the bit: a beta of the whole sample would be a look ahead."""
    panel = random_panel(seed, sessions=20)
    spec = ExcessSpec(3, "residual", beta_bars=20)
    when = np.unique(np.concatenate([bars.close_ns for bars in panel.histories]))[cut]
    changed = []
    for bars in panel.histories:
        ohlcv = bars.ohlcv.copy()
        ohlcv[bars.close_ns > when, :4] *= 1.5 + 0.1 * np.arange((bars.close_ns > when).sum())[:, None]
        changed.append(replace(bars, ohlcv=ohlcv))
    before, after = _excess(panel, spec), _excess(Panel(tuple(changed), panel.actions), spec)
    known, still = before.t0_ns <= when, after.t0_ns <= when
    assert known.any()
    assert before.sigma[known].tolist() == after.sigma[still].tolist()
    ended, still_ended = before.t1_ns <= when, after.t1_ns <= when
    assert before.ret[ended].tolist() == after.ret[still_ended].tolist()
    assert before.ret[~ended].tolist() != after.ret[~still_ended].tolist()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["bars", "seconds"]),
    st.integers(0, 3),
    st.integers(1, 5),
    st.sampled_from([0.0, 1.0, 2.0]),
)
def test_forward_returns_equal_the_reference(seed: int, unit: str, latency: int, horizon: int, age: float) -> None:
    """Same prices looked up, and none across a session's end."""
    panel = random_panel(seed, symbols=1, sessions=20, actions=0, absent=0.2)
    (bars,) = panel.histories
    # One bar a second.
    bars = replace(
        bars,
        interval_ns=NANO,
        close_ns=bars.close_ns * NANO,
        session_open_ns=bars.session_open_ns * NANO,
        session_close_ns=bars.session_close_ns * NANO,
    )
    spec = ForwardSpec((float(horizon),), unit, float(latency), max_age_bars=age, lam=0.9)  # type: ignore[arg-type]
    (targets,) = HFTForwardReturnsBuilder(spec, ["S0"]).build([bars])
    price = bars.ohlcv[:, 3].tolist()
    assert _differ(targets, walked_forward(bars, spec, horizon, price)) is None
    assert len(targets) + sum(targets.missing.values()) == len(bars)


@pytest.mark.parametrize("column", ["t1_ns", "ret", "sigma"])
def test_a_label_shifted_by_one_bar_is_found(column: str) -> None:
    """The comparison of the tests above is one that labels of the neighbouring bar do not pass."""
    panel = random_panel(4, sessions=14)
    spec = ExcessSpec(3, "residual", beta_bars=20)
    targets = _excess(panel, spec)
    expected = walked_excess(panel.histories, panel.actions, spec, 1)
    shifted = replace(targets, **{column: np.roll(getattr(targets, column), 2)})
    assert _differ(shifted, expected) == column
