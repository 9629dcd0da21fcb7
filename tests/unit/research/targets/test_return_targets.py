"""Excess and forward returns, worked by hand, and what they refuse."""

import numpy as np
import pandas as pd
import pytest

from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.domain.money import NANO
from foxml.errors import DataError
from foxml.research.targets import ExcessReturnsBuilder, ExcessSpec, ForwardSpec, HFTForwardReturnsBuilder
from foxml.research.targets.crosssection import compared
from foxml.research.targets.rolling import rolling_sum

SECOND = NANO


def _bars(symbol: str, close: list[float], opened: list[float] | None = None, per_session: int = 1000) -> SymbolBars:
    index = np.arange(len(close))
    session = index // per_session * 1000 * SECOND
    o, c = np.array(close if opened is None else opened), np.array(close)
    ohlcv = np.column_stack([o, np.maximum(o, c), np.minimum(o, c), c, np.ones(len(c))])
    close_ns = session + (index % per_session + 1) * SECOND
    return SymbolBars(symbol, SECOND, close_ns, session, session + per_session * SECOND, ohlcv)


def _exp(returns: list[float]) -> list[float]:
    return (100.0 * np.exp(np.cumsum([0.0, *returns]))).tolist()


X = [0.01, -0.01, 0.01, -0.01, 0.02, 0.0, 0.01]


def test_golden_residual() -> None:
    # At bar 4 (returns .01 -.01 .01 -.01 of x; of y .02 -.02 .02 -.01): means 0 and .0025;
    # Sxx = 4e-4; Sxy = 7e-4; beta = 1.75; Syy = 1.3e-3 - 4 * .0025^2 = 1.275e-3.
    x, y = X, [0.02, -0.02, 0.02, -0.01, 0.05, 0.0, 0.0]
    bench, own = _bars("B", _exp(x)), _bars("A", _exp(y))
    for shrink, beta in ((False, 1.75), (True, 1.75 * 2 / 3 + 1 / 3)):
        spec = ExcessSpec(2, "residual", beta_bars=4, shrink_beta=shrink)
        found = ExcessReturnsBuilder(spec, ["A", "B"], "B").build([own, bench])
        assert found.t0_ns.tolist() == [5 * SECOND, 6 * SECOND]
        assert found.t1_ns.tolist() == [7 * SECOND, 8 * SECOND]
        # From the open of bar 5 (here its close) to the close of bar 6 there is one return: 0 and 0.
        assert found.ret[0] == pytest.approx(0.0 - beta * 0.0, abs=1e-15)
        unexplained = 1.275e-3 - 2 * beta * 7e-4 + beta * beta * 4e-4
        assert found.sigma[0] == pytest.approx(np.sqrt(unexplained / 3) * np.sqrt(2), rel=1e-9)
        # Bar 6 opens at bar 6's price: the return of bar 7, of x 1 % and of y none.
        assert found.ret[1] < -beta_at_bar_5(x, y, shrink) * (np.exp(0.01) - 1) * 0.999


def beta_at_bar_5(x: list[float], y: list[float], shrink: bool) -> float:
    beta = np.polyfit(x[1:5], y[1:5], 1)[0]
    return beta * 2 / 3 + 1 / 3 if shrink else beta


def test_golden_excess_enters_at_the_next_open() -> None:
    # A: in at 110 (not at the close of 100), out at 121: +10 %. B: 100 to 104: +4 %. Excess 6 %, over the band of 5 %.
    own = _bars("A", [100, 101, 100, 100, 110, 121, 121], [100, 101, 100, 100, 110, 115, 121])
    bench = _bars("B", [100, 100, 101, 100, 100, 104, 110], [100, 100, 101, 100, 100, 100, 104])
    spec = ExcessSpec(2, beta_bars=3, neutral_band=0.05)
    found = ExcessReturnsBuilder(spec, ["A", "B"], "B").build([own, bench])
    assert found.t0_ns.tolist() == [4 * SECOND, 5 * SECOND]
    assert found.ret.tolist() == pytest.approx([121 / 110 - 104 / 100, 121 / 115 - 110 / 100])
    assert found.label.tolist() == [1, 0]
    assert found.missing == {"benchmark": 7, "beta_warming_up": 3, "horizon_past_data": 2}


def test_a_dividend_is_part_of_the_return() -> None:
    # 100 pays 10 at the open of the second session: entry 100 becomes 90, the close of 99 is +10 %, not -1 %.
    own = _bars("A", [100, 101, 100, 100, 100, 99, 99], [100, 101, 100, 100, 100, 90, 99], per_session=5)
    bench = _bars("B", [100, 100, 101, 100, 100, 100, 100], per_session=5)
    dividend = CorporateAction("A", ActionKind.DIVIDEND, 1000 * SECOND, 1000 * SECOND, 10 * NANO)
    builder = ExcessReturnsBuilder(ExcessSpec(2, beta_bars=3), ["A", "B"], "B")
    for actions, expected in (([dividend], 99 / 90 - 1), ([], 99 / 100 - 1)):
        found = builder.build([own, bench], actions)
        assert found.ret[found.t0_ns == 4 * SECOND].tolist() == pytest.approx([expected])


def test_the_benchmark_must_be_known() -> None:
    with pytest.raises(DataError, match="benchmark: found QQQ, expected one of A, B"):
        ExcessReturnsBuilder(ExcessSpec(2), ["A", "B"], "QQQ")
    with pytest.raises(DataError, match=r"found \('B',\) alone, expected a symbol to compare with it"):
        ExcessReturnsBuilder(ExcessSpec(2), ["B"], "B").build([_bars("B", [1.0, 2.0])])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("none", [3.0, 1.0, 1.0, 5.0, 7.0, 7.0]),
        ("demean", [4 / 3, -2 / 3, -2 / 3, 0.0, 0.0, 0.0]),
        ("rank", [2.5 / 3 - 0.5, 1 / 3 - 0.5, 1 / 3 - 0.5, 0.0, 0.0, 0.0]),
        ("zscore", [2**0.5, -(2**-0.5), -(2**-0.5), 0.0, 0.0, 0.0]),
    ],
)
def test_golden_cross_sections(how: str, expected: list[float]) -> None:
    """Ties share a rank; all alike are all in the middle; a symbol alone is left out."""
    value, kept = compared(np.array([3.0, 1, 1, 5, 7, 7]), np.array([1, 1, 1, 2, 3, 3]), how)  # type: ignore[arg-type]
    assert value.tolist() == pytest.approx(expected)
    assert kept.tolist() == [True, True, True, how == "none", True, True]


def test_cross_sections_equal_pandas() -> None:
    rng = np.random.default_rng(2)
    moment = np.sort(rng.integers(0, 40, 400))
    value = rng.integers(0, 9, 400).astype(float)
    group = pd.Series(value).groupby(moment)
    size = group.transform("size")
    assert np.allclose(compared(value, moment, "rank")[0], (group.rank() - 0.5) / size - 0.5)
    assert np.allclose(compared(value, moment, "demean")[0], value - group.transform("mean"))
    spread = group.transform(lambda v: v.std(ddof=0))
    assert np.allclose(compared(value, moment, "zscore")[0], (value - group.transform("mean")) / spread)


@pytest.mark.parametrize("window", [1, 2, 5, 7, 20])
def test_rolling_sums_never_drift(window: int) -> None:
    """An outlier must leave no rounding behind once it has left the window."""
    x = np.random.default_rng(0).normal(size=20)
    x[3] = 1e12
    direct = np.array([x[i : i + window].sum() for i in range(20 - window + 1)])
    assert np.allclose(rolling_sum(x, window), direct, rtol=1e-14, atol=1e-13)
    assert len(rolling_sum(x[: window - 1], window)) == 0


def test_too_few_symbols_are_counted() -> None:
    # With a benchmark that has no labels, A alone is no cross-section; C is there in the second half.
    close = _exp([0.01, -0.02, 0.01, 0.02, 0.01, -0.01, 0.02, 0.01])
    late = _bars("C", _exp([-0.01, 0.03, 0.0, 0.02, 0.01, 0.0, 0.01, 0.02]))
    late = SymbolBars(
        "C", SECOND, *(a[2:] for a in (late.close_ns, late.session_open_ns, late.session_close_ns, late.ohlcv))
    )
    histories = [_bars("A", close), _bars("B", _exp([0.0, 0.01, 0.0, -0.01, 0.0, 0.01, 0.0, 0.01])), late]
    spec = ExcessSpec(1, beta_bars=3, cross_section="demean")
    found = ExcessReturnsBuilder(spec, ["A", "B", "C"], "B").build(histories)
    assert found.missing["too_few_symbols"] == 2
    assert found.t0_ns.tolist() == [t * SECOND for t in (6, 6, 7, 7, 8, 8)]
    assert found.values("value").reshape(3, 2).sum(axis=1).tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-16)
    assert found.label.reshape(3, 2).sum(axis=1).tolist() == [0, 0, 0]
    assert len(found) + sum(found.missing.values()) == 9 + 9 + 7


WARM = 50


def _forward(tail: list[float], spec: ForwardSpec, **given: object) -> tuple:
    """Labels of the bars of a tail, after bars that warm the volatility up."""
    wiggle = (100.0 + 0.01 * (np.arange(WARM) % 2)).tolist()
    bars = _bars("A", wiggle + tail)
    bars = SymbolBars(
        "A", SECOND, bars.close_ns, bars.session_open_ns, bars.close_ns * 0 + bars.close_ns[-1], bars.ohlcv
    )
    return HFTForwardReturnsBuilder(spec, ["A"]).build([bars], **given)  # type: ignore[arg-type]


def test_golden_forward_returns() -> None:
    # Latency 1, horizon 2: the prediction on 100 enters at 101 and ends at 103; on 101 it enters at 102, ends at 104.
    tail = [100.0, 101.0, 102.0, 103.0, 104.0]
    spec = ForwardSpec((2.0,), latency=1.0, spread_bps=100.0, fee_bps=48.0)
    (found,) = _forward(tail, spec)
    assert found.t0_ns.tolist() == [51 * SECOND, 52 * SECOND]
    assert found.t1_ns.tolist() == [54 * SECOND, 55 * SECOND]
    assert found.ret.tolist() == pytest.approx([np.log(103 / 101), np.log(104 / 102)])
    # ln(103/101) is 196.1 bps, above 100 + 2 * 48; ln(104/102) is 194.2 bps: no trade.
    assert found.label.tolist() == [1, 0]
    assert found.missing == {"volatility_warming_up": 50, "session_end": 3}


def test_seconds_are_looked_up_as_of_the_moment() -> None:
    # Entry 0.5 s after the close of 100 (still 100), end 2.5 s after it: 102.
    tail = [100.0, 101.0, 102.0, 103.0, 104.0]
    (bars, seconds) = (
        _forward(tail, ForwardSpec((h,), u, d))[0] for h, u, d in ((2.0, "bars", 0.0), (2.0, "seconds", 0.5))
    )
    assert seconds.ret.tolist() == bars.ret.tolist()[:-1]
    assert (seconds.t1_ns - seconds.t0_ns).tolist() == [2_500_000_000] * 2


def test_mids_and_spreads_may_be_given_bar_by_bar() -> None:
    tail = [100.0, 101.0, 102.0, 103.0, 104.0]
    mid = np.full(WARM + 5, 50.0)
    mid[WARM + 3], mid[WARM + 4] = 51.0, np.nan
    spread = np.zeros(WARM + 5)
    spread[WARM + 1] = 500.0
    spec = ForwardSpec((2.0, 1.0), latency=1.0)
    two, one = _forward(tail, spec, mids=[mid], spreads_bps=[spread])
    assert (two.ret.tolist(), two.label.tolist()) == ([pytest.approx(np.log(1.02))], [0])
    assert (one.ret.tolist(), one.label.tolist()) == ([0.0, pytest.approx(np.log(1.02))], [0, 1])
    assert two.missing["no_price"] == one.missing["no_price"] == 1


def test_no_forward_return_crosses_a_sessions_end() -> None:
    bars = _bars("A", (100 + np.arange(160) % 3).tolist(), per_session=40)
    for unit in ("bars", "seconds"):
        (found,) = HFTForwardReturnsBuilder(ForwardSpec((5.0,), unit), ["A"]).build([bars])  # type: ignore[arg-type]
        assert len(found)
        assert (found.t1_ns // (1000 * SECOND) == found.t0_ns // (1000 * SECOND)).all()
        assert found.missing["session_end"] == 6 * 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"horizons": ()}, "horizons must be positive, and at least one"),
        ({"horizons": (1.5,)}, "must be whole bars, found"),
        ({"latency": -1.0}, "latency must not be negative"),
        ({"unit": "ticks"}, "unit must be bars or seconds, found 'ticks'"),
        ({"min_width_bps": 0.0}, "min_width_bps must be positive"),
    ],
)
def test_forward_specs_refuse_what_is_no_label(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ForwardSpec(**{"horizons": (1.0,), **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mids": []}, "mids: found 0 arrays, expected one for each of 1"),
        ({"mids": [np.ones(3)]}, r"mids of A: found shape \(3,\), expected \(55,\)"),
        ({"spreads_bps": [np.full(WARM + 5, -1.0)]}, "spreads_bps of A: row 0: found -1.0, expected at least 0"),
    ],
)
def test_forward_inputs_that_do_not_fit_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _forward([100.0] * 5, ForwardSpec((1.0,)), **given)


def test_a_horizon_shorter_than_a_bar_is_refused() -> None:
    """Its return would be 0 for want of a price, not because nothing moved."""
    with pytest.raises(DataError, match=r"found 0\.5 s, expected at least one bar of A, 1 s"):
        _forward([100.0] * 5, ForwardSpec((0.5,), "seconds"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"beta_bars": 2}, "beta_bars must be at least 3"),
        ({"neutral_band": -1.0}, "neutral_band must be at least 0"),
        ({"cross_section": "median"}, "cross_section must be one of none, demean, rank, zscore, found 'median'"),
        ({"method": "alpha"}, "method must be one of excess, residual"),
    ],
)
def test_excess_specs_refuse_what_is_no_label(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ExcessSpec(**{"horizon_bars": 1, **fields})  # type: ignore[arg-type]


def test_a_symbol_that_moves_with_its_benchmark_has_nothing_to_be_measured_in() -> None:
    """Rounding leaves a residual of 1e-10; a label in units of it would be noise of any size."""
    own, bench = _bars("A", _exp([2 * r for r in X])), _bars("B", _exp(X))
    found = ExcessReturnsBuilder(ExcessSpec(1, "residual", beta_bars=4), ["A", "B"], "B").build([own, bench])
    assert len(found) == 0
    assert found.missing == {"benchmark": 8, "beta_warming_up": 4, "constant_returns": 4}
