"""What a report says of a curve, against curves worked out by hand."""

import math

import numpy as np
import pytest
from report_builders import Record, bar_slice, decision, started

from foxml.report import statistics as st
from foxml.report.performance import curves, judge, monthly_returns
from foxml.report.run import Run, fold


def run_of(equities: list[float], closes: list[tuple[float, float]], **details: object) -> Run:
    """Two bars a session; SPY and AAPL."""
    records = [started(**details)]
    for bar, (equity, prices) in enumerate(zip(equities, closes, strict=True)):
        at = bar_slice(bar, [(price, price) for price in prices], ["SPY", "AAPL"])
        records.append(Record(at, [decision(at, equity)]))
    return fold(records, "j")


FLAT = [(100.0, 50.0)] * 6


def test_returns_are_per_session_and_start_at_the_initial_cash() -> None:
    """Hourly returns would make any Sharpe ratio look better observed than it is."""
    run = run_of([1001, 1010, 1020, 1030.2, 1000, 1050], FLAT)
    strategy = curves(run)[0]
    assert strategy.values.tolist() == [1000.0, 1010.0, 1030.2, 1050.0]
    assert strategy.returns == pytest.approx([0.01, 0.02, 1050 / 1030.2 - 1])


def test_one_session_can_be_drawn() -> None:
    """A trading day's curve is within the day; as one point it would be a vertical line."""
    run = run_of([1001, 990, 1020, 1030], FLAT[:4])
    (drawn, *_) = curves(run, every_decision=True)
    assert drawn.values.tolist() == [1000, 1001, 990, 1020, 1030]
    assert drawn.start_ns == drawn.end_ns[0] == run.close_ns[0]
    assert len(curves(run)[0].values) == 3


def test_a_fall_from_the_start_begins_at_the_start() -> None:
    """The peak of a run that only lost is its first money, before any session has ended."""
    run = run_of([1000, 990, 980, 970], FLAT[:4])
    found = judge(curves(run)[0], {})
    assert found.max_drawdown == pytest.approx(0.03)
    assert (found.max_drawdown_start_ns, found.max_drawdown_end_ns) == (run.close_ns[0], run.close_ns[3])


def test_buy_and_hold_is_equal_weight_from_the_first_decision() -> None:
    """What one could have had without any of this."""
    closes = [(100.0, 50.0), (110.0, 50.0), (110.0, 25.0), (120.0, 25.0), (120.0, 50.0), (150.0, 100.0)]
    _, equal, spy = curves(run_of([1000.0] * 6, closes))
    assert equal.values == pytest.approx([1000, 1050, 850, 1750])
    assert spy.values == pytest.approx([1000, 1100, 1200, 1500])
    assert spy.name == "Buy and hold, SPY"


def test_the_benchmark_is_the_one_that_the_run_names() -> None:
    """SPY is only a fallback."""
    closes = [(100.0, 50.0)] * 5 + [(100.0, 75.0)]
    named = curves(run_of([1000.0] * 6, closes, benchmark="AAPL"))[-1]
    assert named.name == "Buy and hold, AAPL"
    assert named.values[-1] == pytest.approx(1500)


def test_judgement_equals_the_statistics_of_the_session_returns() -> None:
    """One Sharpe ratio, one annualisation, everywhere."""
    rng = np.random.default_rng(5)
    equity = (1000 * np.cumprod(1 + rng.normal(0.001, 0.01, 80))).tolist()
    run = run_of(equity, [(100.0, 50.0)] * 80, trials=12, trials_sharpe_variance=0.004)
    curve = curves(run)[0]
    found = judge(curve, run.details)
    m = st.moments(curve.returns)
    assert found.sharpe == pytest.approx(m.sharpe * math.sqrt(252))
    shape = {"skewness": m.skewness, "kurtosis": m.kurtosis}
    assert found.psr == st.probabilistic_sharpe_ratio(m.sharpe, 0.0, observations=40, **shape)
    assert found.dsr == st.deflated_sharpe_ratio(m.sharpe, observations=40, trials=12, trials_variance=0.004, **shape)
    assert found.dsr < found.psr
    assert found.max_drawdown == st.drawdown(curve.values).depth


@pytest.mark.parametrize("details", [{}, {"trials": 5}, {"trials": "many", "trials_sharpe_variance": "x"}])
def test_without_a_count_of_trials_there_is_no_deflated_sharpe(details: dict[str, object]) -> None:
    """Not knowing what was tried must never read as having tried once."""
    run = run_of([1001, 1010, 1020, 1030.2, 1000, 1050], FLAT, **details)
    found = judge(curves(run)[0], run.details)
    assert math.isnan(found.dsr)
    assert not math.isnan(found.psr)


def test_one_trial_deflates_nothing() -> None:
    """A single trial was not selected from anything: DSR is PSR against 0."""
    run = run_of([1001, 1010, 1020, 1030.2, 1000, 1050], FLAT, trials=1)
    found = judge(curves(run)[0], run.details)
    assert found.dsr == found.psr


def test_a_run_that_lost_everything_is_still_reported() -> None:
    """The report of a disaster is the one that matters."""
    found = judge(curves(run_of([500, 100, 0, -10, -10, -10], FLAT))[0], {})
    assert found.max_drawdown == 1.0
    assert found.total_return == pytest.approx(-1.01)
    assert math.isnan(found.annual_return)


def test_months_compound_to_the_whole() -> None:
    """The table by month must agree with the total beside it."""
    rng = np.random.default_rng(6)
    equity = (1000 * np.cumprod(1 + rng.normal(0.001, 0.01, 200))).tolist()
    curve = curves(run_of(equity, [(100.0, 50.0)] * 200))[0]
    months = monthly_returns(curve)
    assert math.prod(1 + value for value in months.values()) == pytest.approx(curve.values[-1] / 1000)
    assert list(months)[:3] == [(2021, 1), (2021, 2), (2021, 3)]


def test_no_decision_no_curve() -> None:
    """Nothing to judge is not zero."""
    assert curves(fold([started()], "j")) == ()
