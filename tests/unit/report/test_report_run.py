"""The fold over a journal must see what happened: every number of a report stands on it."""

import math

import numpy as np
import pytest
from report_builders import DAY, HOUR, OPEN_2021, Record, approved, bar_slice, decision, fill, order, started

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.commands import IntentDenied
from foxml.domain.events import OrderCancelled, OrderExpired, OrderRejected
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import Denied, Side
from foxml.report.run import fold

TWO = ("SPY", "AAPL")


def action(symbol: str, kind: ActionKind, value: float, at: int = OPEN_2021) -> Record:
    return Record(CorporateAction(symbol, kind, at, at, nano_from_float(value)))


def test_growth_of_a_dollar_includes_splits_and_dividends() -> None:
    """Buy-and-hold beside a run is wrong by a factor of the split, and by every dividend, without this."""
    records = [
        Record(bar_slice(0, [(100, 100), (400, 400)], TWO)),
        action("AAPL", ActionKind.SPLIT, 4),
        action("AAPL", ActionKind.DIVIDEND, 1),
        Record(bar_slice(1, [(100, 110), (100, 99)], TWO)),
        action("SPY", ActionKind.DIVIDEND, 2),
        action("SPY", ActionKind.SPLIT, 2),
        Record(bar_slice(2, [None, (99, 99)], TWO)),
        Record(bar_slice(3, [(54, 54), (99, 198)], TWO)),
    ]
    run = fold(records, "j")
    assert run.growth[:, 0] == pytest.approx([1, 1.1, 1.1, 1.1])  # 2 * 54 + 2 = 110
    assert run.growth[:, 1] == pytest.approx([1, (4 * 99 + 4) / 400, 1, 2])
    assert math.isnan(run.closes[2, 0])


def test_a_market_fill_is_judged_against_the_open_of_its_bar() -> None:
    """Fills precede their bar in the journal; the spread paid is known only when the bar's open is."""
    first, second = (bar_slice(k, [(100, 101), (50, 50)], TWO) for k in range(2))
    records = [
        Record(first, [order("a", "SPY", Side.BUY, 10), order("b", "AAPL", Side.SELL, 2)]),
        fill("a", "SPY", Side.BUY, 10, 100.05, 0.35, HOUR),
        fill("b", "AAPL", Side.SELL, 2, 49.9, 0.35, HOUR),
        Record(second),
    ]
    bought, sold = fold(records, "j").fills
    assert bought.slippage == pytest.approx(0.5)
    assert bought.delay == pytest.approx(-10.0)  # decided at 101, opened at 100
    assert sold.slippage == pytest.approx(0.2)
    assert sold.notional == pytest.approx(99.8)


@pytest.mark.parametrize(("opened", "lost"), [(97.0, 0.4), (94.0, -5.6)])
def test_a_stop_is_judged_against_its_trigger_or_the_gap_beyond_it(opened: float, lost: float) -> None:
    """A gap through a stop is the market's doing, not slippage; here 93.6 or 94.6 after it."""
    price = 94.96 if opened == 97.0 else 94.56
    records = [
        Record(bar_slice(0, [(100, 100)], ["SPY"]), [order("s", "SPY", Side.SELL, 10, stop=95.0)]),
        fill("s", "SPY", Side.SELL, 10, price, 0.0, HOUR),
        Record(bar_slice(1, [(opened, 96)], ["SPY"])),
    ]
    (found,) = fold(records, "j").fills
    assert found.reference == min(95.0, opened)
    assert found.delay == 0.0  # it waited for that price: nothing drifted
    assert found.slippage == pytest.approx(lost)


def test_prices_of_waiting_orders_are_carried_over_a_split() -> None:
    """Otherwise an order over the ex-date would seem to have slipped by three quarters of the price."""
    records = [
        Record(
            bar_slice(0, [(400, 400)], ["AAPL"]),
            [order("m", "AAPL", Side.BUY, 4), order("s", "AAPL", Side.SELL, 4, stop=380.0)],
        ),
        action("AAPL", ActionKind.SPLIT, 4),
        fill("m", "AAPL", Side.BUY, 16, 101.0, 0.0, DAY),
        fill("s", "AAPL", Side.SELL, 16, 94.0, 0.0, DAY),
        Record(bar_slice(2, [(101, 101)], ["AAPL"])),
    ]
    bought, sold = fold(records, "j").fills
    assert (bought.decided, bought.delay, bought.slippage) == (100.0, 16.0, 0.0)
    assert (sold.reference, sold.slippage) == (95.0, 16.0)


def test_a_fill_whose_bar_never_came_has_no_slippage() -> None:
    """The journal may end in the middle of a bar; an unknown is not a number."""
    records = [
        Record(bar_slice(0, [(400, 400)], ["AAPL"]), [order("m", "AAPL", Side.BUY, 4)]),
        fill("m", "AAPL", Side.BUY, 4, 401.0, 0.1, DAY),
        fill("foreign", "AAPL", Side.BUY, 4, 401.0, 0.1, DAY),
    ]
    known, foreign = fold(records, "j").fills
    assert math.isnan(known.reference)
    assert (known.slippage, known.delay) == (0.0, 0.0)
    assert foreign.reason == "unknown"


def test_decisions_are_tied_to_their_slices_and_columns_to_their_names() -> None:
    """Slices that only warm the engine up have no decision, and must not shift the ones that have."""
    slices = [bar_slice(k, [(100, 100), (50, 50)], TWO) for k in range(3)]
    records = [
        started(),
        Record(slices[0]),
        Record(slices[1], [decision(slices[1], 1000, gross=100, net=-50, score=[0.5, math.nan])]),
        Record(slices[2], [decision(slices[2], 1010)]),
    ]
    run = fold(records, "j")
    assert run.decided.tolist() == [1, 2]
    assert run.equity.tolist() == [1000.0, 1010.0]
    assert (run.gross[0], run.net[0], run.cash[0]) == (100.0, -50.0, 1050.0)
    np.testing.assert_array_equal(run.columns["score"][0], [0.5, np.nan])
    assert run.initial_equity == 1000.0


def test_orders_and_denials_are_counted_by_what_became_of_them() -> None:
    """A refused order must show up somewhere."""
    intent = order("d", "SPY", Side.BUY, 1).intent
    at = HOUR
    records = [
        Record(
            bar_slice(0, [(100, 100)], ["SPY"]),
            [order("a", "SPY", Side.BUY, 1), IntentDenied(intent, Denied("gross", "1.0", "1.2"))],
        ),
        Record(OrderRejected("a", "no", at, at)),
        Record(OrderCancelled("a", "oco", at, at)),
        Record(OrderExpired("a", at, at)),
    ]
    run = fold(records, "j")
    assert run.counts == {"submitted": 1, "rejected": 1, "cancelled": 1, "expired": 1}
    assert [(d.code, d.symbol, d.reason) for d in run.denials] == [("gross", "SPY", "entry")]


def test_restarts_are_counted_and_the_first_start_speaks() -> None:
    """A killed and restarted run is one run; its initial cash is that of its first start."""
    run = fold([started(initial_cash="1000"), started(initial_cash="7")], "j")
    assert run.starts == 2
    assert run.initial_equity == 1000.0


def test_an_empty_journal_is_a_run_of_nothing() -> None:
    """A daemon that has just been started can be reported on."""
    run = fold([], "j")
    assert run.symbols == ()
    assert len(run.equity) == 0
    assert math.isnan(run.initial_equity)
    assert approved("x").guards == 10
    assert OPEN_2021 % NANO == 0
