"""A broker that delays, repeats, reorders, refuses, fills in parts and loses: the book stays right all the same.

Every seed is printed by its test id; the broker's own state is the truth that the book is compared with.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest
from engine_harness import BARS_PER_SESSION, Market, make_card, make_config, make_slice

from foxml.domain.commands import CancelOrder, IntentDenied, Output, SubmitOrder
from foxml.domain.events import (
    Event,
    OperatorHalt,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
    Timer,
    TimerKind,
)
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import HaltLevel, OrderIntent, OrderReason, OrderType, Side
from foxml.labels import BarrierSpec

SYMBOLS = ("AAA", "BBB", "CCC")
SEEDS = range(60)


@dataclass
class ChaosBroker:
    """Orders live here by the rules; only the messages about them go astray."""

    rng: np.random.Generator
    resting: dict[str, OrderIntent] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    mail: list[Event] = field(default_factory=list)
    sent: list[Event] = field(default_factory=list)
    executions: int = 0

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def take(self, output: Output, now_ns: int) -> None:
        if isinstance(output, SubmitOrder):
            intent = output.intent
            name = intent.client_order_id
            assert name not in self.left, "an order was sent twice"
            self.left[name] = intent.quantity
            if self.chance(0.05):
                self.mail.append(OrderRejected(name, "mood", now_ns, now_ns))
                return
            self.resting[name] = intent
            self.mail.append(OrderAccepted(name, f"b-{name}", now_ns, now_ns))
            if self.chance(0.05):
                self.mail.append(OrderLost(name, "line", now_ns, now_ns))
        elif isinstance(output, CancelOrder) and self.resting.pop(output.client_order_id, None) is not None:
            self.mail.append(OrderCancelled(output.client_order_id, output.reason, now_ns, now_ns))

    def trade(self, prices: dict[str, float], now_ns: int) -> None:
        """Fill some of what rests, wholly or in part; members of a group die with the first fill of one."""
        for name, intent in list(self.resting.items()):
            if name not in self.resting or not self._meets(intent, prices[intent.symbol]) or self.chance(0.3):
                continue
            quantity = self.left[name]
            if quantity > NANO and self.chance(0.4):
                quantity = int(self.rng.integers(1, quantity // NANO)) * NANO
            self.left[name] -= quantity
            self.executions += 1
            before = self.positions.get(intent.symbol, 0)
            after = self.positions[intent.symbol] = before + intent.side.sign * quantity
            if intent.reason is not OrderReason.ENTRY:
                assert abs(after) < abs(before), "an exit enlarged the position"
                assert after * before >= 0, "an exit flipped the position"
            price = nano_from_float(prices[intent.symbol])
            self.mail.append(
                OrderFilled(
                    f"x{self.executions}", name, intent.symbol, intent.side, quantity, price, NANO, now_ns, now_ns
                )
            )
            if self.left[name] == 0:
                del self.resting[name]
            for other, o in list(self.resting.items()):
                if other != name and intent.oco_group is not None and o.oco_group == intent.oco_group:
                    del self.resting[other]
                    self.mail.append(OrderCancelled(other, "group", now_ns, now_ns))
        for name in list(self.resting):
            if self.chance(0.02):
                del self.resting[name]
                self.mail.append(OrderExpired(name, now_ns, now_ns))

    @staticmethod
    def _meets(intent: OrderIntent, price: float) -> bool:
        if intent.order_type is OrderType.MARKET:
            return True
        level = (intent.stop_price or intent.limit_price or 0) / NANO
        above = (intent.side is Side.BUY) == (intent.order_type is OrderType.STOP)
        return price >= level if above else price <= level

    def deliver(self, everything: bool) -> list[Event]:
        """Some of the mail, at times twice or long after; only what concerns one order keeps its order."""
        if not everything:
            names = [event.client_order_id for event in self.mail]
            self.rng.shuffle(names)
            queues = {name: [e for e in self.mail if e.client_order_id == name] for name in names}
            self.mail = [queues[name].pop(0) for name in names]
        count = len(self.mail) if everything else int(self.rng.integers(0, len(self.mail) + 1))
        out, self.mail = self.mail[:count], self.mail[count:]
        self.sent += out
        repeated = [self.sent[int(self.rng.integers(0, len(self.sent)))]] if self.sent and self.chance(0.2) else []
        return [event for event in out for _ in range(1 + self.chance(0.1))] + repeated


def _check(market: Market) -> None:
    """What must hold after every single event."""
    book = market.engine.book
    total = book.totals()
    assert book.cash == 100_000 * NANO - total.cost + total.realized - total.fees + total.dividends


def _run(seed: int) -> Market:
    rng = np.random.default_rng(seed)
    broker = ChaosBroker(rng)
    config = make_config(
        "risk.reject_window_orders=1000", "risk.loss_streak_max=1000", "risk.daily_loss_max=0.5",
        "risk.orders_per_minute_max=1000",
        target=BarrierSpec(horizon_bars=3, up_sigma=1.0, down_sigma=1.0),
    )  # fmt: skip
    market = Market(
        lambda s: rng.normal(size=3).tolist(), symbols=SYMBOLS, config=config, card=make_card(0.3), sigma=0.01
    )

    def handle(event: Event) -> None:
        for output in market.engine.handle(event):
            # The guard would catch an exit that does not fit; it must never have to.
            assert not (isinstance(output, IntentDenied) and output.verdict.code == "exit_reduces"), output
            broker.take(output, event.occurred_ns)
        market.events.append(event)
        _check(market)

    price = dict.fromkeys(SYMBOLS, 100.0)
    for t in range(60):
        quiet = t % 20 == 19
        opened = dict(price)
        now = make_slice(t, dict.fromkeys(SYMBOLS)).close_ns - 1800 * NANO
        for _ in range(3):
            for s in SYMBOLS:
                price[s] *= 1.0 + 0.006 * float(rng.normal())
            broker.trade(price, now)
            for event in broker.deliver(quiet):
                handle(event)
            if broker.chance(0.2):
                handle(Timer(TimerKind.TICK, now + 60 * NANO, now + 60 * NANO))
        bars = {
            s: None
            if broker.chance(0.05)
            else (opened[s], max(opened[s], price[s]), min(opened[s], price[s]), price[s])
            for s in SYMBOLS
        }
        handle(make_slice(t, bars))
        if quiet:
            while broker.mail:
                for event in broker.deliver(True):
                    handle(event)
            assert market.engine.positions() == {s: q for s, q in broker.positions.items() if q}
    handle(OperatorHalt(HaltLevel.FLATTEN, "end", now, now))
    for t in range(60, 60 + 2 * BARS_PER_SESSION):
        broker.trade(price, now)
        while broker.mail:
            for event in broker.deliver(True):
                handle(event)
        handle(make_slice(t, {s: (price[s],) * 4 for s in SYMBOLS}))
    return market


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_flips_nothing_is_lost_and_flatten_ends_flat(seed: int) -> None:
    market = _run(seed)
    assert market.engine.positions() == {}
    assert any(isinstance(event, OrderFilled) for event in market.events)
