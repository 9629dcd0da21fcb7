"""How a curve of money did: return, risk, and how far to believe it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from foxml.report import statistics as st
from foxml.report.run import Run

__all__ = ["MARKET_ZONE", "Curve", "Performance", "curves", "judge", "monthly_returns", "session_ends"]

MARKET_ZONE = ZoneInfo("America/New_York")
_YEAR_NS = 365.25 * 86_400e9


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What a sum of money became, once per session.

    Attributes
    ----------
    name : str
    start_ns : int
        First decided slice.
    end_ns : ndarray of int64, shape (S,)
        Last decided slice of each session (or every one, where it is asked for).
    values : ndarray of float64, shape (S + 1,)
        Dollars: at the start, then at each of those moments.
    """

    name: str
    start_ns: int
    end_ns: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def returns(self) -> NDArray[np.float64]:
        """Per session, shape (S,); NaN from where the money was gone."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.values[1:] / self.values[:-1] - 1.0
        return np.asarray(np.where((self.values[:-1] > 0.0) & np.isfinite(found), found, np.nan))


@dataclass(frozen=True, slots=True)
class Performance:
    """A curve in numbers. Ratios of a year are of sessions, 252 of them, over cash at no interest.

    Attributes
    ----------
    total_return, annual_return, annual_volatility, max_drawdown, best_session, worst_session : float
        Fractions. The annual return compounds over calendar time.
    sharpe : float
        Annualised.
    skewness, kurtosis : float
        Of session returns; raw kurtosis.
    psr : float
        Probability that the true Sharpe ratio is above 0.
    expected_max_sharpe, dsr : float
        Annualised Sharpe ratio that the best of `trials` worthless models is expected to show, and the probability that
        the true one is above it. NaN where it is not known what was tried.
    min_track_record_years : float
        Sessions, in years, before PSR reaches 95 %; infinite for a Sharpe ratio of 0 or less.
    max_drawdown_start_ns, max_drawdown_end_ns : int or None
        Peak and trough of the deepest fall.
    """

    name: str
    sessions: int
    years: float
    final_value: float
    total_return: float
    annual_return: float
    annual_volatility: float
    sharpe: float
    skewness: float
    kurtosis: float
    psr: float
    trials: int
    expected_max_sharpe: float
    dsr: float
    min_track_record_years: float
    max_drawdown: float
    max_drawdown_start_ns: int | None
    max_drawdown_end_ns: int | None
    best_session: float
    worst_session: float


def session_ends(run: Run) -> NDArray[np.int64]:
    """Return the positions, among a run's decisions, of the last one of each session."""
    sessions = run.session_close_ns[run.decided]
    return np.asarray(np.flatnonzero(np.append(np.diff(sessions) != 0, len(sessions) > 0)), dtype=np.int64)


def curves(run: Run, *, every_decision: bool = False) -> tuple[Curve, ...]:
    """Return the run's curve and, beside it, buy-and-hold of the same money over the same time.

    The equal-weight one buys every symbol of the universe at the first decision's close, dividends reinvested, and
    never rebalances; a symbol without a bar until then waits as cash. The benchmark's is there if the run names one, or
    has SPY. Neither pays any cost.

    Parameters
    ----------
    run : Run
    every_decision : bool, default False
        To draw: a point for each decision, not only for the last one of each session.
    """
    if len(run.decided) == 0:
        return ()
    ends = np.arange(len(run.decided)) if every_decision else session_ends(run)
    start_ns, end_ns = int(run.close_ns[run.decided[0]]), run.close_ns[run.decided[ends]]
    start = run.initial_equity
    result = [Curve("Strategy", start_ns, end_ns, np.concatenate(([start], run.equity[ends])))]
    growth = run.growth[run.decided] / run.growth[run.decided[0]]
    beside = {"Buy and hold, equal weight": growth.mean(axis=1)}
    benchmark = run.details.get("benchmark") or "SPY"
    if benchmark in run.symbols and len(run.symbols) > 1:
        beside[f"Buy and hold, {benchmark}"] = growth[:, run.symbols.index(benchmark)]
    for name, line in beside.items():
        result.append(Curve(name, start_ns, end_ns, np.concatenate(([1.0], line[ends])) * start))
    return tuple(result)


def judge(curve: Curve, details: Mapping[str, str]) -> Performance:
    """Measure a curve; `details` of the run say how many models were tried and how much their Sharpe ratios varied."""
    returns = curve.returns
    known = returns[np.isfinite(returns)]
    m = st.moments(known)
    trials, variance = _trials(details)
    psr = partial(st.probabilistic_sharpe_ratio, m.sharpe, observations=m.n, skewness=m.skewness, kurtosis=m.kurtosis)
    expected = st.expected_maximum_sharpe(trials, variance) if trials and not math.isnan(variance) else math.nan
    fall, start_ns, end_ns = _fall(curve)
    years = (int(curve.end_ns[-1]) - curve.start_ns) / _YEAR_NS if len(curve.end_ns) else 0.0
    growth = float(curve.values[-1] / curve.values[0])
    track = st.minimum_track_record_length(m.sharpe, 0.0, skewness=m.skewness, kurtosis=m.kurtosis)
    return Performance(
        name=curve.name,
        sessions=m.n,
        years=years,
        final_value=float(curve.values[-1]),
        total_return=growth - 1.0,
        annual_return=growth ** (1.0 / years) - 1.0 if growth > 0.0 and years >= 0.25 else math.nan,
        annual_volatility=m.std * math.sqrt(st.SESSIONS_PER_YEAR),
        sharpe=st.annualise(m.sharpe, st.SESSIONS_PER_YEAR),
        skewness=m.skewness,
        kurtosis=m.kurtosis,
        psr=psr(0.0),
        trials=trials,
        expected_max_sharpe=st.annualise(expected, st.SESSIONS_PER_YEAR),
        dsr=psr(expected),
        min_track_record_years=track / st.SESSIONS_PER_YEAR,
        max_drawdown=fall,
        max_drawdown_start_ns=start_ns,
        max_drawdown_end_ns=end_ns,
        best_session=float(known.max()) if len(known) else math.nan,
        worst_session=float(known.min()) if len(known) else math.nan,
    )


def monthly_returns(curve: Curve) -> dict[tuple[int, int], float]:
    """Return what each calendar month (year, month in New York) brought, as a fraction."""
    stamps = (curve.end_ns // 1_000_000_000).astype("datetime64[s]").astype("datetime64[M]").astype(int)
    last = np.flatnonzero(np.append(np.diff(stamps) != 0, len(stamps) > 0))
    result = {}
    before = float(curve.values[0])
    for k in last:
        value = float(curve.values[k + 1])
        result[(1970 + int(stamps[k]) // 12, int(stamps[k]) % 12 + 1)] = (
            value / before - 1.0 if before > 0.0 else math.nan
        )
        before = value
    return result


def _trials(details: Mapping[str, str]) -> tuple[int, float]:
    """How many models were tried, and the variance of their Sharpe ratios per session; (0, NaN) if nobody knows."""
    try:
        trials = int(details.get("trials", "0"))
        variance = float(details.get("trials_sharpe_variance", "nan"))
    except ValueError:
        return 0, math.nan
    if trials == 1:
        return 1, 0.0  # one trial was not selected from anything
    return (trials, variance) if trials > 0 and variance >= 0.0 else (max(trials, 0), math.nan)


def _fall(curve: Curve) -> tuple[float, int | None, int | None]:
    if not np.all(np.isfinite(curve.values)) or not np.all(curve.values > 0.0):
        return (math.nan, None, None) if not np.all(np.isfinite(curve.values)) else (1.0, None, None)
    found = st.drawdown(curve.values)
    if found.depth == 0.0:
        return 0.0, None, None
    start_ns = int(curve.end_ns[found.peak - 1]) if found.peak else curve.start_ns
    return found.depth, start_ns, int(curve.end_ns[found.trough - 1])
