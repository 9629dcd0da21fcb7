"""The whole chain from scores to alpha after costs: by hand, with several families and horizons, and over time."""

import numpy as np
import pytest

from foxml.labels import Matured, Touched
from foxml.settings import load_config
from foxml.settings.sections.signals import SignalsSection
from foxml.signals import ModelCard, SignalInput, SignalModel, SignalStep

HOUR = 3600 * 10**9


def _rules(*overrides: str) -> SignalsSection:
    given = ["half_spread_bps=1.0", "fee_bps=0.5", "impact=0", "ic_prior_n=1000", *overrides]
    return load_config(None, environ={}, overrides=[f"signals.{text}" for text in given]).config.signals


def _card(ic: float = 0.05, horizon: int = 4, family: str = "f") -> ModelCard:
    return ModelCard(family, horizon, score_mean=0.1, score_std=0.2, ic=ic, ic_n=10_000, created_ns=0)


def _step(model: SignalModel, scores: list[list[float]], sigma: list[list[float]], close_ns: int = 1) -> SignalStep:
    n = len(scores)
    return model.step(SignalInput(close_ns, 4.0, np.array(scores), np.array(sigma), np.full(n, 0.001)))


def test_one_family_by_hand() -> None:
    # (0.5 - 0.1) / 0.2 = 2; alpha = 1e4 x 0.05 x 0.02 x 2 = 20 bps; less 3 bps.
    step = _step(SignalModel([_card()], _rules(), HOUR), [[0.5], [0.1], [-0.3]], [[0.02]] * 3)
    assert step.blended == pytest.approx([2.0, 0.0, -2.0])
    assert step.alpha_bps == pytest.approx([20.0, 0.0, -20.0])
    assert step.cost_bps == pytest.approx([3.0] * 3)
    assert step.alpha_net_bps == pytest.approx([17.0, 0.0, -17.0])
    assert step.sigma_day == pytest.approx([0.02] * 3)  # four bars a day, a horizon of four


def test_the_spread_is_the_symbols_own() -> None:
    # 20 bps less 3 for the first, less 2 x 4 + 1 for SPY: rows are in the order of the symbols.
    rules = _rules("half_spread_by_symbol={SPY: 4.0}")
    step = _step(SignalModel([_card()], rules, HOUR, ["QQQ", "SPY"]), [[0.5], [0.5]], [[0.02]] * 2)
    assert step.cost_bps == pytest.approx([3.0, 9.0])
    assert step.alpha_net_bps == pytest.approx([17.0, 11.0])


def test_scores_are_clipped_but_judged_unclipped() -> None:
    step = _step(SignalModel([_card()], _rules(), HOUR), [[-1.9]], [[0.02]])
    assert step.standardized[0] == step.blended[0] == -3.0
    assert step.unclipped[0] == pytest.approx(10.0)


def test_a_symbol_without_a_score_has_no_signal() -> None:
    nan = float("nan")
    step = _step(SignalModel([_card()], _rules(), HOUR), [[nan], [0.5]], [[0.02], [nan]])
    assert np.isnan(step.alpha_net_bps).tolist() == [True, True]


@pytest.mark.parametrize("ic", [0.0, -0.05])
def test_a_model_without_skill_expects_nothing(ic: float) -> None:
    step = _step(SignalModel([_card(ic)], _rules(), HOUR), [[0.5]], [[0.02]])
    assert step.alpha_net_bps.tolist() == [0.0]


def test_a_model_whose_alpha_costs_eat_is_worth_nothing() -> None:
    # Expected alpha 1e4 x .01 x .002 x .798 = 0.16 bps against 3: half of that share is far above one.
    step = _step(SignalModel([_card(0.01)], _rules(), HOUR), [[0.5]], [[0.002]])
    assert step.blended.tolist() == [0.0]


def test_the_floor_and_the_reserve() -> None:
    floor = _step(SignalModel([_card()], _rules("ic_floor=0.06"), HOUR), [[0.5]], [[0.02]])
    assert floor.alpha_bps.tolist() == [0.0]
    reserve = _step(SignalModel([_card()], _rules("reserve_bps=18"), HOUR), [[0.5]], [[0.02]])
    assert reserve.alpha_net_bps.tolist() == [0.0]
    assert reserve.alpha_bps == pytest.approx([20.0])


def test_two_families_blend_to_unit_variance_by_merit() -> None:
    # Uncorrelated until known, merits alike: half each, over sqrt(1/2).
    model = SignalModel([_card(family="a"), _card(family="b")], _rules(), HOUR)
    step = _step(model, [[0.5, 0.1]], [[0.02]])
    assert step.blended == pytest.approx([2.0 * 0.5 / 0.5**0.5])


def test_the_better_horizon_trades_whatever_its_sign() -> None:
    # Per square root of length: |17| / 2 of four bars against |-47| / 4 of sixteen.
    model = SignalModel([_card(horizon=4), _card(horizon=16)], _rules(), HOUR)
    assert model.horizons == (4, 16)
    step = _step(model, [[0.5, -0.4], [0.5, 0.2]], [[0.02, 0.04], [0.02, 0.04]])
    assert step.horizon.tolist() == [1, 0]
    assert step.alpha_net_bps == pytest.approx([-47.0, 17.0])
    assert step.sigma_h == pytest.approx([0.04, 0.02])


def _matured(t0_ns: int, index: int, score: float, outcome: float) -> Matured:
    return Matured(index, t0_ns, t0_ns + 1, score, 0.02, 1, 0.02 * outcome, Touched.VERTICAL, 0.0, 0.0, 4, False)


def _outlive(sign: float, slices: int) -> float:
    """Alpha per score after a life in which outcomes follow scores with that sign."""
    rng = np.random.default_rng(5)
    model = SignalModel([_card(0.05)], _rules("ic_prior_n=10", "standardize_min=100000"), HOUR)
    for t in range(slices):
        step = _step(model, rng.normal(0.1, 0.2, (20, 1)).tolist(), [[0.02]] * 20, close_ns=t)
        outcomes = 0.3 * sign * step.standardized + rng.normal(size=20)
        model.observe([_matured(t, i, float(step.blended[i]), float(outcomes[i])) for i in range(20)])
    return float(_step(model, [[0.5]], [[0.02]]).alpha_bps[0])


def test_outcomes_teach_the_signal() -> None:
    # A signal that comes true is believed more than its prior of 0.05 says; one that does not is given up.
    assert _outlive(1.0, 100) > 2.5 * 20.0
    assert _outlive(-1.0, 100) == 0.0


def test_a_thousand_symbols_are_as_one_by_one() -> None:
    rng = np.random.default_rng(6)
    scores, sigma = rng.normal(0.1, 0.2, (1000, 1)), rng.uniform(0.01, 0.03, (1000, 1))
    # Costs enter the weights as a mean over symbols, which for one family cannot change the weight of 1.
    together = _step(SignalModel([_card()], _rules(), HOUR), scores.tolist(), sigma.tolist())
    for i in range(0, 1000, 97):
        alone = _step(SignalModel([_card()], _rules(), HOUR), [scores[i].tolist()], [sigma[i].tolist()])
        assert alone.alpha_net_bps[0] == together.alpha_net_bps[i]
