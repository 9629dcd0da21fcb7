"""Costs, trades, denials and calibration, on runs whose numbers are known."""

import numpy as np
import pytest
from report_builders import HOUR, OPEN_2021, Record, bar_slice, decision, fill, order, started
from scipy import stats as scipy_stats

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.commands import IntentDenied, TradeClosed
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import Denied, Side
from foxml.report import breakdown as bd
from foxml.report.run import Run, fold


def trade(
    symbol: str, pnl: float, *, sign: int = 1, entry: int = OPEN_2021 + HOUR, why: str = "horizon"
) -> TradeClosed:
    return TradeClosed(
        symbol=symbol,
        side_sign=sign,
        quantity=10 * NANO,
        entry_ns=entry,
        exit_ns=entry + 2 * HOUR,
        entry_price=100 * NANO,
        exit_price=101 * NANO,
        fees=NANO // 2,
        pnl=nano_from_float(pnl),
        exit_reason=why,
    )


def traded_run() -> Run:
    first, second, third = (bar_slice(k, [(100, 100), (50, 50)], ["SPY", "AAPL"]) for k in range(3))
    denied = IntentDenied(order("d", "AAPL", Side.BUY, 1).intent, Denied("gross", "1.0 of equity", "1.3 of equity"))
    return fold(
        [
            started(),
            Record(first, [decision(first, 1000), order("a", "SPY", Side.BUY, 5), denied, denied]),
            fill("a", "SPY", Side.BUY, 5, 100.02, 0.3, HOUR),
            Record(second, [decision(second, 999.6, gross=500, net=500), order("b", "SPY", Side.SELL, 5)]),
            fill("b", "SPY", Side.SELL, 5, 99.98, 0.3, HOUR),
            Record(
                third, [decision(third, 999.2), trade("SPY", -0.8), trade("AAPL", 3.0, sign=-1, why="barrier_stop")]
            ),
        ],
        "j",
    )


def test_costs_lead_from_gross_to_net() -> None:
    """PnL before costs less every cost is PnL after costs, to the cent."""
    found = bd.costs(traded_run(), years=0.5)
    assert found.fees == pytest.approx(0.6)
    assert found.spread_and_slippage == pytest.approx(0.2)
    assert found.net_pnl == pytest.approx(-0.8)
    assert found.gross_pnl == pytest.approx(0.0)
    assert found.cost_bps == pytest.approx(1e4 * 0.8 / 1000.0)
    assert found.turnover_per_year == pytest.approx(1000 / 999.6 / 0.5, rel=1e-6)


def test_exposure_is_a_fraction_of_equity() -> None:
    """Dollars of exposure say nothing without the equity they stand on."""
    found = bd.exposure(traded_run())
    assert found.max_gross == pytest.approx(500 / 999.6)
    assert found.time_invested == pytest.approx(1 / 3)


def test_trades_are_grouped_by_side_reason_symbol_and_hour() -> None:
    """The tables that show where money is lost."""
    run = traded_run()
    assert [(g.key, g.trades, g.pnl) for g in bd.by_side(run)] == [("long", 1, -0.8), ("short", 1, 3.0)]
    assert [g.key for g in bd.by_exit_reason(run)] == ["barrier_stop", "horizon"]
    assert [(g.key, g.trades) for g in bd.by_entry_hour(run)] == [("10:00", 2)]
    spy, aapl = bd.per_symbol(run)
    assert (spy.fills, spy.trips.won, aapl.trips.won, aapl.denials) == (2, 0, 1, 2)
    assert spy.trips.mean_bps == pytest.approx(-8.0)
    assert bd.all_trades(run).mean_hours == 2.0


def test_denials_name_their_latest_case() -> None:
    """A guard that refuses all day must be seen, with what it saw."""
    (found,) = bd.count_denials(traded_run())
    assert (found.code, found.count, found.symbols, found.observed) == ("gross", 2, 1, "1.3 of equity")


def scored_run(horizon: int, seed: int, bars: int = 60) -> tuple[Run, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    opens = rng.uniform(90, 110, (bars, 2))
    closes = rng.uniform(90, 110, (bars, 2))
    scores = rng.normal(0, 1, (bars, 2))
    records = [started(horizon_bars=horizon)]
    for k in range(bars):
        at = bar_slice(k, [(opens[k, 0], closes[k, 0]), (opens[k, 1], closes[k, 1])], ["SPY", "AAPL"])
        records.append(Record(at, [decision(at, 1000, score=scores[k])]))
    return fold(records, "j"), opens, closes, scores


@pytest.mark.parametrize("horizon", [1, 3])
def test_scores_meet_the_return_from_the_next_open(horizon: int) -> None:
    """A return that starts at the close that was scored would be one that nobody can have."""
    run, opens, closes, scores = scored_run(horizon, seed=1)
    found = bd.calibrate(run)
    assert found is not None
    last = len(opens) - horizon
    outcome = (closes[horizon:] / opens[1 : last + 1] - 1).ravel()
    score = scores[:last].ravel()
    assert found.n == len(score)
    assert found.ic == pytest.approx(np.corrcoef(score, outcome)[0, 1])
    assert found.rank_ic == pytest.approx(scipy_stats.spearmanr(score, outcome).statistic)
    assert sum(count for _, _, count in found.bins) == found.n


def test_a_split_within_the_horizon_is_not_a_return() -> None:
    """A 2:1 split would otherwise be a loss of half, in every score around it."""
    symbols = ["AAPL"]
    records = [started(horizon_bars=2)]
    for k in range(40):
        price = 100.0 if k < 20 else 50.0
        if k == 20:
            records.append(Record(CorporateAction("AAPL", ActionKind.SPLIT, OPEN_2021, OPEN_2021, 2 * NANO)))
        at = bar_slice(k, [(price, price * (1 + 0.001 * (k % 2)))], symbols)
        records.append(Record(at, [decision(at, 1000, score=[float(k % 3)])]))
    found = bd.calibrate(fold(records, "j"))
    assert found is not None
    assert max(abs(value) for _, value, _ in found.bins) < 20.0


def test_too_few_scores_have_no_correlation() -> None:
    """Three points always correlate."""
    run, *_ = scored_run(1, seed=2, bars=4)
    found = bd.calibrate(run)
    assert found is not None
    assert found.bins == ()
    assert np.isnan(found.ic)
    assert bd.calibrate(fold([started()], "j")) is None
