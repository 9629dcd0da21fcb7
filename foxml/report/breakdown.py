"""Where the money came from and went: costs, symbols, hours, reasons, denials, and scores against what followed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from foxml.domain.commands import TradeClosed
from foxml.domain.money import NANO
from foxml.report.performance import MARKET_ZONE
from foxml.report.run import Run

__all__ = [
    "Calibration",
    "Costs",
    "DenialCount",
    "Exposure",
    "SymbolRow",
    "TradeGroup",
    "all_trades",
    "by_entry_hour",
    "by_exit_reason",
    "by_side",
    "calibrate",
    "correlation_and_beta",
    "costs",
    "count_denials",
    "exposure",
    "group_trades",
    "per_symbol",
]

SCORE_BINS = 10


@dataclass(frozen=True, slots=True)
class Costs:
    """What trading cost, in dollars, and per dollar traded in basis points.

    Attributes
    ----------
    spread_and_slippage : float
        Fills against the price that their bar opened at (market), or their trigger (stop).
    delay : float
        Of market orders, from the close that was decided on to that price: no cost of the broker, of either sign.
    net_pnl : float
        Final less initial equity: open positions at their last close included.
    gross_pnl : float
        Before fees, spread and slippage.
    """

    fills: int
    notional: float
    turnover_per_year: float
    fees: float
    spread_and_slippage: float
    delay: float
    net_pnl: float
    gross_pnl: float
    cost_bps: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """Fractions of equity, averaged over decisions."""

    mean_gross: float
    max_gross: float
    mean_net: float
    time_invested: float


@dataclass(frozen=True, slots=True)
class TradeGroup:
    """Closed round trips that share a key. Money in dollars after fees, holding time in hours."""

    key: str
    trades: int
    won: int
    pnl: float
    mean_bps: float
    mean_hours: float
    fees: float
    best: float
    worst: float

    @property
    def win_rate(self) -> float:
        """Share of trips that ended above zero."""
        return self.won / self.trades if self.trades else math.nan


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """One symbol: its round trips, its costs, and what holding it would have brought (a fraction)."""

    symbol: str
    trips: TradeGroup
    fills: int
    notional: float
    spread_and_slippage: float
    denials: int
    buy_and_hold: float


@dataclass(frozen=True, slots=True)
class DenialCount:
    """How often one guard refused, with its latest case."""

    code: str
    count: int
    symbols: int
    limit: str
    observed: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores against the returns that followed.

    Attributes
    ----------
    horizon_bars : int
        The return runs from the next bar's open to the close this many bars after the score, dividends included.
    n : int
        Scored rows whose horizon lies within the journal.
    n_effective : float
        n over the horizon: labels of neighbouring bars overlap.
    ic, rank_ic : float
        Correlation of score and return, of values and of ranks.
    bins : tuple of (mean score, mean return in bps, rows)
        Equal numbers of rows, by rising score.
    """

    horizon_bars: int
    n: int
    n_effective: float
    ic: float
    rank_ic: float
    bins: tuple[tuple[float, float, int], ...]


def costs(run: Run, years: float) -> Costs:
    """Add up what trading cost."""
    notional = math.fsum(fill.notional for fill in run.fills)
    fees = math.fsum(fill.fee for fill in run.fills)
    slippage = math.fsum(fill.slippage for fill in run.fills)
    net = float(run.equity[-1]) - run.initial_equity if len(run.equity) else 0.0
    average = float(run.equity.mean()) if len(run.equity) else math.nan
    return Costs(
        fills=len(run.fills),
        notional=notional,
        turnover_per_year=notional / average / years if years > 0.0 and average > 0.0 else math.nan,
        fees=fees,
        spread_and_slippage=slippage,
        delay=math.fsum(fill.delay for fill in run.fills),
        net_pnl=net,
        gross_pnl=net + fees + slippage,
        cost_bps=1e4 * (fees + slippage) / notional if notional else math.nan,
    )


def exposure(run: Run) -> Exposure:
    """Average how much of the equity was in the market."""
    if len(run.equity) == 0:
        return Exposure(math.nan, math.nan, math.nan, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        gross = np.where(run.equity > 0.0, run.gross / run.equity, np.nan)
        net = np.where(run.equity > 0.0, run.net / run.equity, np.nan)
    known = np.isfinite(gross)
    if not known.any():
        return Exposure(math.nan, math.nan, math.nan, math.nan)
    invested = float(np.mean(run.gross > 0.0))
    return Exposure(float(gross[known].mean()), float(gross[known].max()), float(net[known].mean()), invested)


def all_trades(run: Run) -> TradeGroup:
    """All round trips as one group."""
    return _group("all", run.trades)


def group_trades(trades: Sequence[TradeClosed], key: Callable[[TradeClosed], str]) -> list[TradeGroup]:
    """Group round trips by a key, in the key's order."""
    groups: dict[str, list[TradeClosed]] = {}
    for trade in trades:
        groups.setdefault(key(trade), []).append(trade)
    return [_group(name, groups[name]) for name in sorted(groups)]


def by_exit_reason(run: Run) -> list[TradeGroup]:
    """Round trips by why they ended."""
    return group_trades(run.trades, lambda trade: trade.exit_reason)


def by_side(run: Run) -> list[TradeGroup]:
    """Round trips by long and short."""
    return group_trades(run.trades, lambda trade: "long" if trade.side_sign > 0 else "short")


def by_entry_hour(run: Run) -> list[TradeGroup]:
    """Round trips by the hour in New York that they were entered in."""
    return group_trades(run.trades, lambda trade: f"{_new_york(trade.entry_ns).hour:02d}:00")


def per_symbol(run: Run) -> list[SymbolRow]:
    """One row a symbol, in the universe's order."""
    rows = []
    for column, symbol in enumerate(run.symbols):
        fills = [fill for fill in run.fills if fill.symbol == symbol]
        held = run.growth[run.decided, column]
        rows.append(
            SymbolRow(
                symbol=symbol,
                trips=_group(symbol, [trade for trade in run.trades if trade.symbol == symbol]),
                fills=len(fills),
                notional=math.fsum(fill.notional for fill in fills),
                spread_and_slippage=math.fsum(fill.slippage for fill in fills),
                denials=sum(denial.symbol == symbol for denial in run.denials),
                buy_and_hold=float(held[-1] / held[0]) - 1.0 if len(held) else math.nan,
            )
        )
    return rows


def count_denials(run: Run) -> list[DenialCount]:
    """Denials by code, the most frequent first."""
    found = []
    for code in {denial.code for denial in run.denials}:
        cases = [denial for denial in run.denials if denial.code == code]
        symbols = len({case.symbol for case in cases})
        found.append(DenialCount(code, len(cases), symbols, cases[-1].limit, cases[-1].observed))
    return sorted(found, key=lambda row: (-row.count, row.code))


def calibrate(run: Run) -> Calibration | None:
    """Hold the scores against the returns that followed; None without scores."""
    if "score" not in run.columns:
        return None
    horizon = int(run.details.get("horizon_bars", "1"))
    score, outcome = _score_and_outcome(run, horizon)
    n = len(score)
    if n < 2 * SCORE_BINS or np.ptp(score) == 0.0 or np.ptp(outcome) == 0.0:
        return Calibration(horizon, n, n / horizon, math.nan, math.nan, ())
    order = np.argsort(score, kind="stable")
    bins = tuple(
        (float(score[part].mean()), 1e4 * float(outcome[part].mean()), len(part))
        for part in np.array_split(order, SCORE_BINS)
    )
    ic = float(np.corrcoef(score, outcome)[0, 1])
    rank_ic = float(np.corrcoef(_ranks(score), _ranks(outcome))[0, 1])
    return Calibration(horizon, n, n / horizon, ic, rank_ic, bins)


def correlation_and_beta(returns: NDArray[np.float64], others: NDArray[np.float64]) -> tuple[float, float]:
    """Correlation of two series of returns, and the slope of the first on the second; NaN where one stands still."""
    known = np.isfinite(returns) & np.isfinite(others)
    x, y = others[known], returns[known]
    if len(x) < 3 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return math.nan, math.nan
    covariance = np.cov(x, y)
    return float(np.corrcoef(x, y)[0, 1]), float(covariance[0, 1] / covariance[0, 0])


def _score_and_outcome(run: Run, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores, and returns from the next slice's open to the close `horizon` slices on, both flat and finite."""
    start = run.decided + 1
    end = run.decided + horizon
    inside = end < len(run.close_ns)
    start, end = start[inside], end[inside]
    entry = run.growth[start] * run.opens[start] / run.closes[start]
    exit_ = np.where(np.isfinite(run.closes[end]), run.growth[end], np.nan)
    outcome = exit_ / entry - 1.0
    score = run.columns["score"][inside]
    known = np.isfinite(score) & np.isfinite(outcome)
    return score[known], outcome[known]


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return average ranks from 1; equal values share one."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def _group(key: str, trades: Sequence[TradeClosed]) -> TradeGroup:
    pnl = [trade.pnl / NANO for trade in trades]
    invested = [trade.quantity / NANO * trade.entry_price / NANO for trade in trades]
    hours = [(trade.exit_ns - trade.entry_ns) / 3.6e12 for trade in trades]
    return TradeGroup(
        key=key,
        trades=len(trades),
        won=sum(value > 0.0 for value in pnl),
        pnl=math.fsum(pnl),
        mean_bps=1e4 * float(np.mean([p / i for p, i in zip(pnl, invested, strict=True)])) if trades else math.nan,
        mean_hours=float(np.mean(hours)) if trades else math.nan,
        fees=math.fsum(trade.fees / NANO for trade in trades),
        best=max(pnl, default=math.nan),
        worst=min(pnl, default=math.nan),
    )


def _new_york(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / 1e9, tz=MARKET_ZONE)
