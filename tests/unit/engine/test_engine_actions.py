"""Splits and dividends in the middle of a trade: nothing jumps, nothing is lost."""

import pytest
from engine_harness import BARS_PER_SESSION, SESSION_NS, Market, flat_bars, make_config, make_slice

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.commands import Output
from foxml.domain.money import NANO, parse_nano
from foxml.errors import DataError
from foxml.labels import BarrierSpec

DAY = BARS_PER_SESSION
SPEC = BarrierSpec(horizon_bars=3, up_sigma=1.0, down_sigma=1.0)


def _held(score: float = 2.0) -> Market:
    """Entered on the second session's last bar but one: held over the night."""
    market = Market(lambda s: [score if s.sequence == 2 * DAY - 2 else 0.0], config=make_config(target=SPEC))
    for i in range(2 * DAY):
        market.offer(make_slice(i, {"AAA": flat_bars()}))
    return market


def _act(market: Market, kind: ActionKind, value: str, symbol: str = "AAA") -> list[Output]:
    opened = make_slice(0, {"AAA": None}).session_open_ns + 2 * SESSION_NS
    action = CorporateAction(symbol, kind, opened, opened, parse_nano(value))
    made = market.step(action)
    for intent_id, intent in list(market.broker.resting.items()):
        # What the broker does on its side, by the same rule.
        order = market.engine.orders.get(intent_id)
        object.__setattr__(intent, "limit_price", order.limit_price)
        object.__setattr__(intent, "stop_price", order.stop_price)
        market.broker.left[intent_id] = order.remaining
    return made


@pytest.mark.parametrize("score", [2.0, -2.0])
def test_a_split_changes_shares_and_levels_and_no_money(score: float) -> None:
    market = _held(score)
    sign = 1 if score > 0 else -1
    before = market.engine.equity()
    assert _act(market, ActionKind.SPLIT, "4") == []
    assert market.engine.positions() == {"AAA": sign * 200 * NANO}
    assert market.engine.equity() == before
    (trade,) = market.engine.trades
    assert (trade.upper, trade.lower) == (parse_nano("25.5"), parse_nano("24.5"))
    prices = {order.remaining: (order.stop_price or order.limit_price) for order in market.engine.orders.open("AAA")}
    assert set(prices) == {200 * NANO}
    assert market.features.adjusted == [(0, 0.25, 4.0)]
    # The overnight jump to 25 is explained; at its horizon the trade has earned nothing and lost nothing.
    for i in range(2 * DAY, 2 * DAY + 4):
        market.offer(make_slice(i, {"AAA": flat_bars(25.0)}, volume=4e6))
    (closed,) = market.trades
    assert (closed.quantity, closed.entry_price, closed.exit_price, closed.pnl) == (
        200 * NANO, 25 * NANO, 25 * NANO, 0,
    )  # fmt: skip
    assert market.engine.equity() == before


def test_a_reverse_split_pays_the_odd_share_in_cash() -> None:
    # 50 shares, one for eight: 6 shares and a quarter of one, paid at 800.
    market = _held()
    before = market.engine.equity()
    _act(market, ActionKind.SPLIT, "0.125")
    assert market.engine.positions() == {"AAA": 6 * NANO}
    assert market.engine.equity() == before
    assert market.engine.book.cash == 95_000 * NANO + 200 * NANO
    assert sum(order.remaining for order in market.engine.orders.open("AAA")) == 12 * NANO  # a stop and a target of 6
    for i in range(2 * DAY, 2 * DAY + 4):
        market.offer(make_slice(i, {"AAA": flat_bars(816.0)}, volume=1e6 / 8))
    (closed,) = market.trades
    assert closed.exit_reason in ("barrier_target", "horizon")
    assert closed.pnl == 6 * 16 * NANO
    assert market.engine.equity() == before + closed.pnl


def test_a_split_into_less_than_a_share_ends_the_trade() -> None:
    market = _held()
    before = market.engine.equity()
    _act(market, ActionKind.SPLIT, "0.01")
    assert market.engine.positions() == {}
    (closed,) = market.trades
    assert (closed.exit_price, closed.pnl) == (10_000 * NANO, 0)
    assert market.engine.orders.count_open() == 0
    assert market.engine.equity() == before


@pytest.mark.parametrize(("score", "paid"), [(2.0, 40), (-2.0, -40)])
def test_a_dividend_is_paid_and_the_levels_follow(score: float, paid: int) -> None:
    market = _held(score)
    before = market.engine.equity()
    cash = market.engine.book.cash
    _act(market, ActionKind.DIVIDEND, "0.80")
    assert market.engine.book.cash == cash + paid * NANO
    assert market.engine.equity() == before
    (trade,) = market.engine.trades
    assert (trade.upper, trade.lower) == (parse_nano("101.20"), parse_nano("97.20"))
    assert market.features.adjusted == [(0, pytest.approx(0.992), 1.0)]
    for i in range(2 * DAY, 2 * DAY + 4):
        market.offer(make_slice(i, {"AAA": flat_bars(99.2)}))
    (closed,) = market.trades
    assert closed.pnl == 0  # fell by the dividend, which was received (or paid)
    assert market.engine.equity() == before


def test_an_action_of_a_stranger_or_before_any_bar_changes_nothing() -> None:
    market = Market(lambda s: [0.0])
    assert _act(market, ActionKind.SPLIT, "2", symbol="ZZZ") == []
    assert _act(market, ActionKind.DIVIDEND, "2") == []
    assert market.features.adjusted == []


def test_a_dividend_above_the_price_is_refused_and_changes_nothing() -> None:
    market = _held()
    before = (market.engine.equity(), market.engine.book.cash, market.engine.positions())
    with pytest.raises(DataError, match="not below its last close"):
        _act(market, ActionKind.DIVIDEND, "100")
    assert (market.engine.equity(), market.engine.book.cash, market.engine.positions()) == before
    assert market.features.adjusted == []
