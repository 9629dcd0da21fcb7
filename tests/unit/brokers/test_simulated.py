"""The fill rules, a row a case, and the broker as a fold: rebuilt from what was committed, it is the same broker."""

import numpy as np
import pytest

from foxml.brokers.simulated import SimulatedBroker
from foxml.brokers.simulated.fills import PriceBar, fee, fill_price
from foxml.clock import EventClock
from foxml.domain.bars import ActionKind, BarSlice, CorporateAction
from foxml.domain.commands import CancelOrder, SubmitOrder
from foxml.domain.events import BrokerEvent, OrderCancelled, OrderExpired, OrderFilled, OrderRejected
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, parse_nano
from foxml.domain.orders import Approved, OrderIntent, OrderReason, OrderType, Side, TimeInForce
from foxml.domain.ports import Broker
from foxml.settings.sections.broker import SimulatedSettings


def _costs(**changes: object) -> SimulatedSettings:
    free: dict[str, object] = {
        "half_spread_bps": 0.0,
        "half_spread_by_symbol": {},
        "slippage_bps": 0.0,
        "commission_per_share": "0",
        "commission_min": "0",
        "participation": 0.1,
        "sec_fee_bps": 0.0,
        "taf_fee_per_share": "0",
    }
    return SimulatedSettings.model_validate({**free, **changes})


TICK = parse_nano("0.01")
#   order        limit/stop   open    high    low     fills at (with 3 bps half spread and 2 bps slippage)
RULES = """
    buy market    -           100.00  101.00  99.00   100.05
    sell market   -           100.00  101.00  99.00   99.95
    buy market    -           33.33   33.40   33.30   33.35
    sell market   -           33.33   33.40   33.30   33.31
    buy limit     99.50       100.00  101.00  99.00   99.50
    buy limit     99.00       100.00  101.00  99.00   none
    buy limit     101.00      100.00  102.00  99.00   100.00
    sell limit    100.50      100.00  101.00  99.00   100.50
    sell limit    101.00      100.00  101.00  99.00   none
    sell limit    99.00       100.00  101.00  98.00   100.00
    buy stop      100.50      100.00  101.00  99.00   100.56
    buy stop      100.50      101.00  102.00  100.80  101.06
    buy stop      101.01      100.00  101.00  99.00   none
    sell stop     99.50       100.00  101.00  99.00   99.45
    sell stop     99.50       98.00   99.00   97.00   97.95
    sell stop     98.99       100.00  101.00  99.00   none
    sell stop     99.00       100.00  101.00  99.00   98.95
"""


@pytest.mark.parametrize("row", [line.split() for line in RULES.strip().splitlines()], ids=" ".join)
def test_fill_rules(row: list[str]) -> None:
    side, kind, level, *bar, expected = row
    price = None if level == "-" else parse_nano(level)
    order_type = OrderType(kind)
    found = fill_price(
        order_type,
        Side(side),
        price if order_type is OrderType.LIMIT else None,
        price if order_type is OrderType.STOP else None,
        PriceBar(*map(parse_nano, bar)),
        TICK,
        _costs(half_spread_bps=3.0, slippage_bps=2.0),
    )
    assert (None if found is None else found.price) == (None if expected == "none" else parse_nano(expected))


def test_a_symbol_may_have_a_spread_of_its_own() -> None:
    costs = _costs(half_spread_bps=3.0, slippage_bps=2.0, half_spread_by_symbol={"SPY": 8.0})
    paid = []
    for symbol in ("SPY", "QQQ"):
        bar = PriceBar(*map(parse_nano, ("100", "101", "99")))
        found = fill_price(OrderType.MARKET, Side.BUY, None, None, bar, TICK, costs.of(symbol))
        paid.append(None if found is None else found.price)
    assert paid == [parse_nano("100.10"), parse_nano("100.05")]


def test_the_broker_fills_at_the_symbols_own_spread() -> None:
    desk = _Desk(half_spread_by_symbol={"SPY": 10.0})
    desk.submit("a", Side.BUY, 10)
    desk.bar(1, (100.0, 101.0, 99.0, 100.0, 1000.0))
    fills = [event for event, _ in desk.committed if isinstance(event, OrderFilled)]
    assert [fill.price for fill in fills] == [parse_nano("100.10")]


@pytest.mark.parametrize(
    ("side", "shares", "price", "is_first", "expected"),
    [
        (Side.BUY, 100, "50", True, "1"),  # 0.50 by the share, raised to the least commission
        (Side.BUY, 100, "50", False, "0.50"),  # which is asked for once an order
        (Side.BUY, 1000, "50", True, "5"),
        (Side.SELL, 1000, "50", True, "6.556"),  # + 0.278 bps of 50,000 = 1.39, + 0.000166 a share
    ],
)
def test_fees(side: Side, shares: int, price: str, is_first: bool, expected: str) -> None:
    costs = _costs(commission_per_share="0.005", commission_min="1", sec_fee_bps=0.278, taf_fee_per_share="0.000166")
    assert fee(side, shares * NANO, parse_nano(price), is_first=is_first, costs=costs) == parse_nano(expected)


class _Desk:
    """A broker with the journal's role played by a list."""

    def __init__(self, **costs: object) -> None:
        self.replies: list[BrokerEvent] = []
        self.committed: list[tuple[object, tuple[SubmitOrder, ...]]] = []
        self.costs = _costs(**costs)
        self.broker = self._make()

    def _make(self) -> SimulatedBroker:
        made = SimulatedBroker([Instrument("SPY")], self.costs, clock=EventClock(), sink=self.replies.append)
        _: Broker = made
        return made

    def commit(self, event: object, *outputs: SubmitOrder) -> None:
        self.committed.append((event, outputs))
        self.broker.observe(event, outputs)  # type: ignore[arg-type]

    def submit(self, name: str, side: Side, shares: int, **fields: object) -> None:
        order_type = fields.pop("order_type", OrderType.MARKET)
        prices = {key: parse_nano(str(fields.pop(key))) for key in ("limit_price", "stop_price") if key in fields}
        intent = OrderIntent(
            name,
            "SPY",
            side,
            shares * NANO,
            order_type,  # type: ignore[arg-type]
            prices.get("limit_price"),
            prices.get("stop_price"),
            fields.pop("tif", TimeInForce.GTC),  # type: ignore[arg-type]
            OrderReason.ENTRY,
            0,
            fields.pop("group", None),  # type: ignore[arg-type]
        )
        command = SubmitOrder(intent, Approved(name, 1))
        self.commit(CorporateAction("QQQ", ActionKind.SPLIT, 0, 0, 1), command)
        self.broker.dispatch(command)
        while self.replies:
            self.commit(self.replies.pop(0))

    def bar(self, number: int, bar: tuple[float, float, float, float, float] | None, *, last: bool = False) -> list:
        row = np.full((1, 5), np.nan) if bar is None else np.array([bar])
        close = 100 + number
        bar_slice = BarSlice(
            number, 1, close, close, 0, close if last else 10**6, ("SPY",), row, np.array([bar is not None])
        )
        before = self.broker.open_orders
        events = self.broker.before_slice(bar_slice)
        assert self.broker.before_slice(bar_slice) == events, "before_slice must change nothing"
        assert self.broker.open_orders == before
        for event in [*events, bar_slice]:
            self.commit(event)
        return [(type(e).__name__, e.client_order_id, getattr(e, "quantity", 0) // NANO) for e in events]

    def rebuild(self) -> None:
        """Kill the broker and fold the journal into a new one."""
        self.broker = self._make()
        for event, outputs in self.committed:
            self.broker.observe(event, outputs)  # type: ignore[arg-type]


BAR = (100.0, 101.0, 99.0, 100.0, 10_000.0)


def test_participation_is_shared_by_all_orders_and_the_rest_waits() -> None:
    # 10 % of 1,000 shares are 100 a bar, over all orders; rebuilt in between, the broker goes on.
    desk = _Desk()
    desk.submit("a", Side.BUY, 80)
    desk.submit("b", Side.BUY, 150)
    assert desk.bar(0, (100, 101, 99, 100, 1000)) == [("OrderFilled", "a", 80), ("OrderFilled", "b", 20)]
    desk.rebuild()
    assert desk.bar(1, (100, 101, 99, 100, 1000)) == [("OrderFilled", "b", 100)]
    desk.rebuild()
    assert desk.bar(2, (100, 101, 99, 100, 1000)) == [("OrderFilled", "b", 30)]
    assert desk.broker.open_orders == ()


def test_absent_and_empty_bars_fill_nothing() -> None:
    desk = _Desk()
    desk.submit("a", Side.BUY, 10)
    assert desk.bar(0, None) == []
    assert desk.bar(1, (100, 101, 99, 100, 0)) == []
    assert desk.bar(2, BAR) == [("OrderFilled", "a", 10)]


def test_stop_and_target_in_one_bar_the_worse_first() -> None:
    desk = _Desk()
    desk.submit("target", Side.SELL, 10, order_type=OrderType.LIMIT, limit_price="100.50", group="g")
    desk.submit("stop", Side.SELL, 10, order_type=OrderType.STOP, stop_price="99.50", group="g")
    assert desk.bar(0, BAR) == [("OrderFilled", "stop", 10), ("OrderCancelled", "target", 0)]
    assert desk.broker.open_orders == ()


def test_target_at_the_open_beats_the_stop_later_in_the_bar() -> None:
    desk = _Desk()
    desk.submit("stop", Side.SELL, 10, order_type=OrderType.STOP, stop_price="99.50", group="g")
    desk.submit("target", Side.SELL, 10, order_type=OrderType.LIMIT, limit_price="99.90", group="g")
    assert desk.bar(0, BAR) == [("OrderFilled", "target", 10), ("OrderCancelled", "stop", 0)]


def test_a_repeated_submit_is_never_a_second_order() -> None:
    desk = _Desk()
    desk.submit("a", Side.BUY, 10)
    desk.submit("a", Side.BUY, 10)
    assert desk.bar(0, BAR) == [("OrderFilled", "a", 10)]
    desk.submit("a", Side.BUY, 10)
    assert desk.bar(1, BAR) == []
    assert desk.broker.knows("a")


def test_cancel_ends_what_rests_and_answers_nothing_else() -> None:
    desk = _Desk()
    desk.submit("a", Side.BUY, 10)
    desk.broker.dispatch(CancelOrder("a", "turned"))
    (reply,) = desk.replies
    assert isinstance(reply, OrderCancelled)
    desk.commit(reply)
    desk.replies.clear()
    desk.broker.dispatch(CancelOrder("a", "again"))
    assert desk.replies == []
    assert desk.bar(0, BAR) == []


def test_day_order_expires_with_the_session_unless_filled() -> None:
    desk = _Desk()
    desk.submit("filled", Side.BUY, 10, tif=TimeInForce.DAY)
    desk.submit("waits", Side.BUY, 10, tif=TimeInForce.DAY, order_type=OrderType.LIMIT, limit_price="90")
    desk.submit("stays", Side.BUY, 10, order_type=OrderType.LIMIT, limit_price="90")
    assert desk.bar(0, BAR, last=True) == [("OrderFilled", "filled", 10), ("OrderExpired", "waits", 0)]
    assert desk.broker.open_orders == ("stays",)


def test_split_moves_resting_orders() -> None:
    # 4:1: four times the shares at a quarter of the price.
    desk = _Desk()
    desk.submit("a", Side.SELL, 10, order_type=OrderType.STOP, stop_price="400")
    desk.commit(CorporateAction("SPY", ActionKind.SPLIT, 0, 0, 4 * NANO))
    assert desk.bar(0, (101, 102, 100.5, 101, 10_000)) == []
    assert desk.bar(1, (101, 102, 99, 101, 10_000)) == [("OrderFilled", "a", 40)]


def test_unknown_symbol_is_rejected() -> None:
    desk = _Desk()
    intent = OrderIntent(
        "x", "QQQ", Side.BUY, NANO, OrderType.MARKET, None, None, TimeInForce.DAY, OrderReason.ENTRY, 0
    )
    desk.broker.dispatch(SubmitOrder(intent, Approved("x", 1)))
    (reply,) = desk.replies
    assert isinstance(reply, OrderRejected)
    assert "unknown symbol QQQ" in reply.reason


def test_events_are_of_the_slice() -> None:
    desk = _Desk()
    desk.submit("a", Side.BUY, 10)
    desk.bar(7, BAR)
    fill = next(event for event, _ in desk.committed if isinstance(event, OrderFilled))
    assert (fill.execution_id, fill.occurred_ns, fill.price) == ("a-7", 107, 100 * NANO)
    assert not any(isinstance(event, OrderExpired) for event, _ in desk.committed)
