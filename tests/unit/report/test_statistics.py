"""The statistics that judge a run must give the published numbers: a wrong one sells luck as skill."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as hs
from hypothesis.extra import numpy as hnp
from scipy import stats as scipy_stats

from foxml.report import statistics as st

YEAR = 250


def test_deflated_sharpe_reproduces_the_published_example() -> None:
    """Bailey and López de Prado 2014, section "A numerical example"."""
    variance = 0.5 / YEAR
    assert st.expected_maximum_sharpe(100, variance) == pytest.approx(0.1132, abs=5e-5)
    sharpe = 2.5 / math.sqrt(YEAR)
    deflated = {
        trials: st.deflated_sharpe_ratio(
            sharpe, observations=1250, trials=trials, trials_variance=variance, skewness=-3.0, kurtosis=10.0
        )
        for trials in (100, 46)
    }
    assert deflated[100] == pytest.approx(0.9004, abs=5e-5)
    assert deflated[46] == pytest.approx(0.9505, abs=5e-5)


def test_minimum_track_record_reproduces_the_published_example() -> None:
    """Bailey and López de Prado 2012: an annual Sharpe of 2 against 1, daily and normal, takes 2.73 years."""
    observations = st.minimum_track_record_length(2 / math.sqrt(YEAR), 1 / math.sqrt(YEAR))
    assert observations / YEAR == pytest.approx(2.73, abs=5e-3)


def test_track_record_length_and_psr_are_each_others_inverse() -> None:
    """PSR at exactly the minimum length is the confidence asked for."""
    length = st.minimum_track_record_length(0.1, 0.02, confidence=0.9, skewness=-1.0, kurtosis=6.0)
    deviate = (0.1 - 0.02) * math.sqrt(length - 1) / math.sqrt(1 + 0.1 + 5 / 4 * 0.01)
    assert st.normal_cdf(deviate) == pytest.approx(0.9, abs=1e-12)


@pytest.mark.parametrize("x", [-8.0, -3.0, -0.5, 0.0, 1e-9, 1.7, 6.0])
def test_normal_distribution_equals_scipys(x: float) -> None:
    """The standard library's normal distribution replaces SciPy's in the product."""
    assert st.normal_cdf(x) == pytest.approx(scipy_stats.norm.cdf(x), rel=1e-9, abs=1e-300)
    p = 0.5 + x / 17
    assert st.normal_inverse(p) == pytest.approx(scipy_stats.norm.ppf(p), rel=1e-9, abs=1e-12)


@given(hnp.arrays(np.float64, hs.integers(3, 60), elements=hs.floats(-0.25, 0.25, width=32)))
def test_moments_equal_scipys(sample: np.ndarray) -> None:
    """Skewness and RAW kurtosis are what PSR's formula means; excess kurtosis would flatter every run."""
    found = st.moments(sample)
    assert found.mean == pytest.approx(sample.mean())
    if np.std(sample) < 1e-6:
        return
    assert found.std == pytest.approx(np.std(sample, ddof=1))
    assert found.skewness == pytest.approx(scipy_stats.skew(sample), rel=1e-6, abs=1e-9)
    assert found.kurtosis == pytest.approx(scipy_stats.kurtosis(sample, fisher=False), rel=1e-6, abs=1e-9)


def test_more_trials_never_raise_the_deflated_sharpe() -> None:
    """The more was tried, the less the best of it proves."""
    values = [
        st.deflated_sharpe_ratio(0.1, observations=500, trials=n, trials_variance=0.001) for n in (1, 2, 5, 20, 100)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] == st.probabilistic_sharpe_ratio(0.1, 0.0, observations=500)


def test_annualisation_is_stated_by_the_caller() -> None:
    """The same returns have another Sharpe ratio per hour, per session and per year: none is assumed."""
    returns = [0.01, -0.005, 0.002, 0.004]
    raw = st.sharpe_ratio(returns)
    assert raw == pytest.approx(np.mean(returns) / np.std(returns, ddof=1))
    assert st.sharpe_ratio(returns, periods_per_year=252) == pytest.approx(raw * math.sqrt(252))
    with pytest.raises(ValueError, match="periods_per_year"):
        st.annualise(raw, 0)


def test_undefined_statistics_are_nan_not_zero() -> None:
    """A run that never traded has no Sharpe ratio; 0 or infinity would read as a judgement."""
    assert math.isnan(st.sharpe_ratio([]))
    assert math.isnan(st.sharpe_ratio([0.01]))
    assert math.isnan(st.sharpe_ratio([0.01, 0.01, 0.01]))
    assert math.isnan(st.probabilistic_sharpe_ratio(math.nan, 0.0, observations=10))
    assert math.isnan(st.probabilistic_sharpe_ratio(0.1, 0.0, observations=1))
    assert math.isinf(st.minimum_track_record_length(0.1, 0.1))


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([100.0, 110.0, 121.0], st.Drawdown(0.0, 0, 0, 0)),
        ([100.0, 50.0, 100.0, 90.0], st.Drawdown(0.5, 0, 1, 2)),
        ([100.0, 80.0, 120.0, 60.0, 119.0], st.Drawdown(0.5, 2, 3, None)),
        ([], st.Drawdown(0.0, 0, 0, None)),
    ],
)
def test_drawdown_names_peak_trough_and_recovery(curve: list[float], expected: st.Drawdown) -> None:
    """Depth alone hides how long the money was under water."""
    assert st.drawdown(curve) == expected


@pytest.mark.parametrize("curve", [[1.0, 0.0], [1.0, -1.0], [1.0, math.nan]])
def test_a_curve_that_has_no_returns_is_refused(curve: list[float]) -> None:
    """A bankrupt or broken curve must not turn into a silent infinity."""
    with pytest.raises(ValueError, match="curve"):
        st.drawdown(curve)
    with pytest.raises(ValueError, match="curve"):
        st.simple_returns(curve)


@pytest.mark.parametrize(("trials", "variance"), [(0, 0.1), (5, -1.0), (5, math.nan)])
def test_impossible_trials_are_refused(trials: int, variance: float) -> None:
    """Zero trials means that the log was lost: the deflation would silently vanish."""
    with pytest.raises(ValueError, match="trials"):
        st.expected_maximum_sharpe(trials, variance)
