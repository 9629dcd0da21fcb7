"""Each part of the signal by hand, and against NumPy after every update."""

import numpy as np
import pytest
from scipy import stats

from foxml.settings import load_config
from foxml.settings.sections.signals import SignalsSection
from foxml.signals import ModelCard
from foxml.signals.blend import ScoreCorrelation, blend_scale, family_weights, solve_positive
from foxml.signals.calibration import CalibrationError, InformationCoefficient, trust
from foxml.signals.costs import after_costs, half_spreads_bps, round_trip_bps
from foxml.signals.standardize import ScoreStandardizer


def _rules(*overrides: str) -> SignalsSection:
    return load_config(None, environ={}, overrides=[f"signals.{text}" for text in overrides]).config.signals


def test_scores_are_standardised_by_the_past_alone() -> None:
    # Training's statistics until there are 10 past scores; then those scores' own, never the slice's itself.
    rng = np.random.default_rng(1)
    standardizer, past = ScoreStandardizer(0.5, 2.0, 10), np.empty(0)
    for _ in range(40):
        scores = rng.normal(3.0, 0.1, 3)
        scores[rng.random(3) < 0.3] = np.nan
        mean, std = (past.mean(), past.std(ddof=1)) if len(past) >= 10 else (0.5, 2.0)
        np.testing.assert_allclose(standardizer.update(scores), (scores - mean) / std, rtol=1e-9)
        past = np.append(past, scores[~np.isnan(scores)])


def test_constant_scores_keep_trainings_statistics() -> None:
    standardizer = ScoreStandardizer(1.0, 2.0, 2)
    for _ in range(5):
        assert standardizer.update(np.array([3.0])).tolist() == [1.0]


def test_information_coefficient_against_scipy_after_every_update() -> None:
    rng = np.random.default_rng(2)
    ic = InformationCoefficient(0.05, 100.0, 7)
    assert ic.get() == pytest.approx(0.05)
    xs, ys = [], []
    for n in range(1, 60):
        xs.append(rng.normal())
        ys.append(0.5 * xs[-1] + rng.normal())
        ic.update(xs[-1], ys[-1])
        if n >= 3:
            own = stats.pearsonr(xs, ys).statistic
            assert ic.own == pytest.approx(own, abs=1e-12)
            # 59 overlapping labels of 7 bars weigh as 59/7 independent ones against a prior of 100.
            assert ic.get() == pytest.approx((n / 7 * own + 100 * 0.05) / (n / 7 + 100), abs=1e-12)


def test_calibration_error_is_a_mean_over_its_window() -> None:
    error = CalibrationError(4)
    for expected, outcome, mean in [(0.0, 1.0, 0.25), (0.0, -1.0, 0.0), (1.0, 1.5, 0.125), (0.0, 0.5, 0.25)]:
        error.update(expected, outcome)
        assert error.get() == pytest.approx(mean)
    error.update(0.0, 0.0)  # the first of them, 1.0, falls out
    assert error.get() == pytest.approx(0.0)


def test_trust_by_hand() -> None:
    assert trust(0, 100, 0.0) == 1.0
    assert trust(100, 100, 0.0) == pytest.approx(0.36787944117144233)
    assert trust(100, 100, 1.0) == pytest.approx(0.18393972058572117)


# half spread 1, fee 0.5 a leg: 3 bps; with k3 = 1: 2 x 1e4 x 0.02 x sqrt(0.0001) = 4 bps more.
@pytest.mark.parametrize(("impact", "cost"), [("0", 3.0), ("1", 7.0), ("0.5", 5.0)])
def test_round_trip_cost(impact: str, cost: float) -> None:
    rules = _rules("half_spread_bps=1.0", "fee_bps=0.5", f"impact={impact}")
    assert round_trip_bps(np.array([0.02]), np.array([0.0001]), rules)[0] == pytest.approx(cost)


def test_a_symbol_may_have_a_spread_of_its_own() -> None:
    # IBM's 2.5 twice, and twice the fee; SPY's is that of the rules.
    rules = _rules("half_spread_bps=1.0", "fee_bps=0.5", "impact=0", "half_spread_by_symbol={SPY: 2.5}")
    own = half_spreads_bps(rules, ["QQQ", "SPY"])
    assert round_trip_bps(np.full(2, 0.02), np.full(2, 0.0001), rules, own) == pytest.approx([3.0, 6.0])
    assert half_spreads_bps(_rules("half_spread_bps=1.0"), ["QQQ", "SPY"]) is None


def test_unknown_volume_costs_what_is_not_known_only_if_impact_is_counted() -> None:
    nan = np.array([float("nan")])
    assert np.isnan(round_trip_bps(np.array([0.02]), nan, _rules("impact=1.0")))[0]
    assert not np.isnan(round_trip_bps(np.array([0.02]), nan, _rules("impact=0.0")))[0]


def test_costs_never_turn_a_signal() -> None:
    alpha = np.array([10.0, 2.0, -10.0, -2.0, 0.0, float("nan")])
    got = after_costs(alpha, np.full(6, 3.0))
    np.testing.assert_array_equal(got, [7.0, 0.0, -7.0, -0.0, 0.0, float("nan")])


def test_solving_against_numpy() -> None:
    rng = np.random.default_rng(3)
    for k in (1, 2, 5):
        a = rng.normal(size=(k, 2 * k))
        matrix, right = a @ a.T + 0.1 * np.eye(k), rng.normal(size=k)
        np.testing.assert_allclose(
            solve_positive(matrix.tolist(), right.tolist()), np.linalg.solve(matrix, right), rtol=1e-9
        )
    with pytest.raises(ValueError, match="row 1"):
        solve_positive([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0])


@pytest.mark.parametrize(
    ("merit", "rho", "ridge", "temperature", "weights"),
    [
        ([0.03], 0.0, 0.15, 1.0, [1.0]),
        ([0.03, 0.01], 0.0, 0.15, 1.0, [0.75, 0.25]),
        ([0.03, 0.01], 0.0, 0.15, 2.0, [0.6339745962155614, 0.3660254037844386]),  # sqrt(3) to 1
        ([0.03, 0.01], 0.0, 0.15, 0.5, [0.9, 0.1]),
        ([0.03, -0.01], 0.0, 0.15, 1.0, [1.0, 0.0]),
        ([0.03, 0.01], 0.9, 0.15, 1.0, [1.0, 0.0]),  # (1.15 .03 - .9 .01, 1.15 .01 - .9 .03): the second is negative
        ([0.03, 0.02], 0.5, 0.15, 1.0, [49 / 65, 16 / 65]),  # .0245 to .008 over .0325
        ([0.0, -0.01], 0.0, 0.15, 1.0, None),
    ],
)
def test_family_weights(
    merit: list[float], rho: float, ridge: float, temperature: float, weights: list[float] | None
) -> None:
    k = len(merit)
    correlation = [[1.0 if i == j else rho for j in range(k)] for i in range(k)]
    got = family_weights(merit, correlation, ridge=ridge, temperature=temperature)
    if weights is None:
        assert got is None
    else:
        assert got == pytest.approx(weights, rel=1e-12)
        assert sum(got or []) == pytest.approx(1.0)


def test_blended_scores_have_unit_variance() -> None:
    rng = np.random.default_rng(4)
    x = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 20_000)
    correlation = ScoreCorrelation(2, 100)
    for row in x.tolist():
        correlation.update(row)
    assert correlation.get()[0][1] == pytest.approx(0.6, abs=0.02)
    weights = [0.7, 0.3]
    blended = x @ weights / blend_scale(weights, correlation.get())
    assert blended.std() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("field", "value"), [("horizon_bars", 0), ("score_std", 0.0), ("score_std", float("nan")), ("ic", 1.5)]
)
def test_a_card_that_cannot_be_is_refused(field: str, value: float) -> None:
    given = {"horizon_bars": 3, "score_mean": 0.0, "score_std": 1.0, "ic": 0.1, "ic_n": 5, "created_ns": 0}
    with pytest.raises(ValueError, match=field):
        ModelCard("lightgbm", **{**given, field: value})
