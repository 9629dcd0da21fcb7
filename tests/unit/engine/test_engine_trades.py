"""The life of a trade: entry, protection, every way out, and the broker's tricks on the way."""

from collections.abc import Sequence

import pytest
from engine_harness import (
    BARS_PER_SESSION,
    Market,
    TinyBroker,
    flat_bars,
    make_card,
    make_config,
    make_slice,
)

from foxml.domain.bars import BarSlice
from foxml.domain.commands import CancelOrder, IntentDenied, Output, SubmitOrder, TradeClosed
from foxml.domain.events import (
    Event,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    Timer,
    TimerKind,
)
from foxml.domain.money import NANO
from foxml.domain.orders import HaltLevel, OrderReason, OrderStatus, Side
from foxml.labels import BarrierSpec

DAY = BARS_PER_SESSION  # the first session makes the daily volume known; trading starts with the second


def _once(at: int, value: float = 2.0):
    """A score at one slice, nothing at any other."""
    return lambda s: [value if s.sequence == at else 0.0]


def _run(market: Market, bars: Sequence[tuple[float, float, float, float] | None], start: int = 0) -> None:
    for i, bar in enumerate(bars, start):
        market.offer(make_slice(i, {"AAA": bar}))


def _reasons(outputs: Sequence[Output]) -> list[str]:
    named = []
    for output in outputs:
        if isinstance(output, SubmitOrder | IntentDenied):
            named.append(f"{type(output).__name__} {output.intent.reason.value}")
        elif isinstance(output, CancelOrder | TradeClosed):
            named.append(type(output).__name__)
    return named


def test_a_trade_to_its_horizon() -> None:
    # Decided at t, filled at the next open, protected at once, left when the label's third bar has closed: the
    # protective orders are cancelled first and the exit follows their confirmation.
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * DAY)
    steps = [_reasons(market.offer(make_slice(DAY + k, {"AAA": flat_bars()}))) for k in range(5)]
    assert steps == [
        ["SubmitOrder entry"],
        ["SubmitOrder barrier_stop", "SubmitOrder barrier_target"],
        [],
        ["CancelOrder", "CancelOrder", "SubmitOrder horizon"],
        ["TradeClosed"],
    ]
    entry, stop, target, leave = market.submitted
    assert (entry.quantity, entry.side, entry.decided_ns) == (50 * NANO, Side.BUY, market.decisions[DAY].close_ns)
    assert (stop.stop_price, target.limit_price) == (98 * NANO, 102 * NANO)
    assert stop.oco_group == target.oco_group is not None
    assert (leave.side, leave.quantity) == (Side.SELL, 50 * NANO)
    assert market.engine.positions() == {}
    assert market.engine.trades == ()
    fills = [event for event in market.events if isinstance(event, OrderFilled)]
    assert all(fill.occurred_ns >= market.engine.orders.get(fill.client_order_id).intent.decided_ns for fill in fills)


@pytest.mark.parametrize("score", [2.0, -2.0])
@pytest.mark.parametrize(
    ("bar", "reason", "price"),
    [
        ((100.0, 100.5, 97.0, 99.0), "barrier_stop", 98),
        ((100.0, 103.0, 99.5, 102.5), "barrier_target", 102),
        ((96.0, 97.0, 95.0, 96.0), "barrier_stop", 96),
        ((104.0, 105.0, 103.0, 104.0), "barrier_target", 104),
    ],
)
def test_the_labels_own_levels_close_it(
    score: float, bar: tuple[float, float, float, float], reason: str, price: int
) -> None:
    # For the short the bar is mirrored around 100 and everything else must mirror with it.
    def mirror(b: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        opened, high, low, close = b
        return b if score > 0 else (200 - opened, 200 - low, 200 - high, 200 - close)

    market = Market(_once(DAY, score))
    _run(market, [flat_bars()] * (DAY + 2) + [mirror(bar)] + [flat_bars()])
    (trade,) = market.trades
    sign = 1 if score > 0 else -1
    assert (trade.side_sign, trade.exit_reason) == (sign, reason)
    assert trade.pnl == 50 * NANO * (price - 100)
    assert market.engine.orders.count_open() == 0
    assert len(market.submitted) == 3  # no exit of our own on top


def test_a_signal_that_turns_closes_it() -> None:
    market = Market(lambda s: [{DAY: 2.0, DAY + 2: -2.0}.get(s.sequence, 0.0)])
    _run(market, [flat_bars()] * (DAY + 4))
    assert [trade.exit_reason for trade in market.trades] == ["signal_turned"]
    assert market.engine.positions() == {}


def test_a_position_may_end_with_the_session() -> None:
    # Flat at the end: no entry that could not be left, and every exit fills at the last bar's open.
    config = make_config("execution.session_end_flat=true", target=BarrierSpec(5, 1.0, 1.0))
    market = Market(lambda s: [2.0], config=config, card=make_card(horizon_bars=5))
    for i in range(4 * DAY):
        market.offer(make_slice(i, {"AAA": flat_bars()}))
        if i % DAY == DAY - 1:
            assert market.engine.positions() == {}
            assert market.engine.orders.count_open() == 0
    assert [trade.exit_reason for trade in market.trades] == ["session_end"] * 3


def test_no_entry_where_the_label_could_not_exist() -> None:
    # A label that may not outlive its session enters at the next bar's open: at the last bar there is none.
    spec = BarrierSpec(horizon_bars=3, up_sigma=1.0, down_sigma=1.0, cross_session=False)
    for at, entries in ((DAY + DAY - 2, 1), (DAY + DAY - 1, 0)):
        market = Market(_once(at), config=make_config(target=spec))
        _run(market, [flat_bars()] * (3 * DAY))
        assert len(market.submitted) == (4 if entries else 0)
        # Its label ends with the session, whatever is left of the horizon.
        assert [trade.exit_reason for trade in market.trades] == ["horizon"] * entries


def test_an_absent_symbol_is_held_and_its_bars_do_not_count() -> None:
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 2) + [None, None, None])
    assert [trade.bars_left for trade in market.engine.trades] == [2]
    assert market.engine.positions() == {"AAA": 50 * NANO}
    _run(market, [flat_bars()] * 3, start=DAY + 5)
    assert [trade.exit_reason for trade in market.trades] == ["horizon"]


def _covered(market: Market, symbol: str = "AAA") -> int:
    groups: dict[str, int] = {}
    for order in market.engine.orders.open(symbol):
        if order.reason is OrderReason.BARRIER_STOP:
            groups[order.oco_group] = groups.get(order.oco_group, 0) + order.remaining
    return sum(groups.values())


def test_partial_fills_are_protected_as_they_come() -> None:
    # 20 of 50 shares a bar: each part gets its own stop and target; with one bar to work the rest is taken back.
    for entry_bars, held in ((1, 20), (2, 40), (3, 50)):
        config = make_config(f"execution.entry_bars={entry_bars}", target=BarrierSpec(5, 1.0, 1.0))
        market = Market(_once(DAY), config=config, card=make_card(horizon_bars=5), broker=TinyBroker(part=20 * NANO))
        for i in range(DAY + 5):
            market.offer(make_slice(i, {"AAA": flat_bars()}))
            assert _covered(market) == market.engine.book.quantity("AAA")
        assert market.engine.positions() == {"AAA": held * NANO}
        for i in range(DAY + 5, DAY + 12):
            market.offer(make_slice(i, {"AAA": flat_bars()}))
        assert market.engine.positions() == {}
        assert [(t.quantity, t.exit_reason) for t in market.trades] == [(held * NANO, "horizon")]


class LateBroker(TinyBroker):
    """Confirms cancels only when told to."""

    def answer(self, output: Output, now_ns: int) -> list[Event]:
        return [] if isinstance(output, CancelOrder) else super().answer(output, now_ns)


def test_a_stop_that_fills_while_the_exit_waits_never_flips_the_book() -> None:
    market = Market(_once(DAY), broker=LateBroker())
    _run(market, [flat_bars()] * (DAY + 4))
    # The horizon has come, the cancels are out, and nothing confirms them: no exit may be sent.
    assert [order.reason.value for order in market.engine.orders.open("AAA")] == ["barrier_stop", "barrier_target"]
    assert len(market.of(CancelOrder)) == 2
    market.offer(make_slice(DAY + 4, {"AAA": (99.0, 99.0, 97.0, 97.0)}))
    assert market.engine.positions() == {}
    assert [trade.exit_reason for trade in market.trades] == ["barrier_stop"]
    _run(market, [flat_bars(97.0)] * 5, start=DAY + 5)
    assert len(market.trades) == 1
    assert [o.reason.value for o in market.submitted] == ["entry", "barrier_stop", "barrier_target"]


def _open_order(market: Market, reason: OrderReason):
    return next(order for order in market.engine.orders.open("AAA") if order.reason is reason)


def _fill(market: Market, order, shares: int, price: int, name: str) -> OrderFilled:
    now = market.events[-1].occurred_ns
    return OrderFilled(name, order.client_order_id, "AAA", order.side, shares * NANO, price * NANO, 0, now, now)


def test_a_part_of_a_target_that_kills_the_stop_leaves_no_share_unprotected() -> None:
    # The broker cancels the stop as soon as its target fills a share; the rest must get a stop again.
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 2))
    target, stop = _open_order(market, OrderReason.BARRIER_TARGET), _open_order(market, OrderReason.BARRIER_STOP)
    del market.broker.resting[stop.client_order_id]
    market.step(_fill(market, target, 20, 102, "part"))
    now = market.events[-1].occurred_ns
    market.step(OrderCancelled(stop.client_order_id, "group", now, now))
    market.offer(make_slice(DAY + 2, {"AAA": flat_bars()}))
    assert market.engine.positions() == {"AAA": 30 * NANO}
    assert _covered(market) == 30 * NANO
    assert target.status is OrderStatus.CANCELLED


def test_levels_are_watched_when_the_broker_refuses_to() -> None:
    class Refusing(TinyBroker):
        def answer(self, output: Output, now_ns: int) -> list[Event]:
            if isinstance(output, SubmitOrder) and output.intent.oco_group is not None:
                return [OrderRejected(output.intent.client_order_id, "no stops here", now_ns, now_ns)]
            return super().answer(output, now_ns)

    market = Market(_once(DAY), broker=Refusing())
    _run(market, [flat_bars()] * (DAY + 2))
    market.offer(make_slice(DAY + 2, {"AAA": (99.0, 99.0, 97.5, 98.5)}))
    assert market.submitted[-1].reason is OrderReason.BARRIER_STOP
    market.offer(make_slice(DAY + 3, {"AAA": flat_bars(98.5)}))
    assert [trade.exit_reason for trade in market.trades] == ["barrier_stop"]
    assert len(market.submitted) == 4  # refused once, not asked again and again


@pytest.mark.parametrize("bar", [(100.0, 100.0, 97.0, 99.0), (100.0, 103.0, 100.0, 101.0)])
def test_levels_are_watched_when_no_orders_are_configured(bar: tuple[float, float, float, float]) -> None:
    market = Market(_once(DAY), config=make_config("execution.stop=false", "execution.target=false"))
    _run(market, [flat_bars()] * (DAY + 2) + [bar] + [flat_bars(99.0)])
    reason = "barrier_stop" if bar[2] < 98 else "barrier_target"
    assert [trade.exit_reason for trade in market.trades] == [reason]
    assert [o.order_type.value for o in market.submitted] == ["market", "market"]


def test_a_stop_level_reached_in_the_bar_of_the_entry_is_honoured() -> None:
    # The stop is placed after the entry has filled: what that very bar did must not be overlooked.
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 1) + [(100.0, 100.0, 97.0, 99.0), flat_bars(99.0)])
    assert [(t.exit_reason, t.exit_price) for t in market.trades] == [("barrier_stop", 99 * NANO)]


def test_an_entry_that_is_refused_leaves_nothing_behind() -> None:
    class Refusing(TinyBroker):
        def answer(self, output: Output, now_ns: int) -> list[Event]:
            if isinstance(output, SubmitOrder):
                return [OrderRejected(output.intent.client_order_id, "no", now_ns, now_ns)]
            return []

    market = Market(_once(DAY), broker=Refusing())
    _run(market, [flat_bars()] * (DAY + 3))
    assert market.engine.trades == ()
    assert market.engine.orders.count_open() == 0
    assert len(market.submitted) == 1


def test_a_fill_after_its_trade_has_ended_is_left_at_once() -> None:
    # The cancel lost the race: a position that nobody wants, with no label to protect it.
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 1))
    entry = _open_order(market, OrderReason.ENTRY)
    now = market.events[-1].occurred_ns
    del market.broker.resting[entry.client_order_id]
    market.step(OrderCancelled(entry.client_order_id, "broker", now, now))
    assert market.engine.trades == ()
    market.step(_fill(market, entry, 50, 100, "late"))
    assert market.submitted[-1].reason is OrderReason.RISK
    _run(market, [flat_bars()], start=DAY + 1)
    assert market.engine.positions() == {}
    assert [trade.exit_reason for trade in market.trades] == ["risk"]


def test_a_repeated_fill_is_applied_once() -> None:
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 2))
    fill = next(event for event in market.events if isinstance(event, OrderFilled))
    assert market.step(fill) == []
    assert market.engine.positions() == {"AAA": 50 * NANO}


@pytest.mark.parametrize("case", ["not ours", "too much", "not our symbol"])
def test_a_fill_that_no_order_explains_stops_openings(case: str) -> None:
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 2))
    now = market.events[-1].occurred_ns
    stop = _open_order(market, OrderReason.BARRIER_STOP)
    fill = {
        "not ours": OrderFilled("x", "stranger", "AAA", Side.BUY, NANO, 100 * NANO, 0, now, now),
        "too much": OrderFilled("x", stop.client_order_id, "AAA", Side.SELL, 60 * NANO, 98 * NANO, 0, now, now),
        "not our symbol": OrderFilled("x", "stranger", "ZZZ", Side.BUY, NANO, 100 * NANO, 0, now, now),
    }[case]
    market.step(fill)
    assert market.engine.halt_level is HaltLevel.REDUCE_ONLY
    _run(market, [flat_bars()] * 8, start=DAY + 2)
    assert "AAA" not in market.engine.positions()  # whatever it left us with in our symbol is closed


def test_an_exit_that_expires_is_sent_again_with_the_next_slice() -> None:
    market = Market(_once(DAY))
    _run(market, [flat_bars()] * (DAY + 4))
    leave = _open_order(market, OrderReason.HORIZON)
    del market.broker.resting[leave.client_order_id]
    now = market.events[-1].occurred_ns
    assert _reasons(market.step(OrderExpired(leave.client_order_id, now, now))) == []
    _run(market, [flat_bars()] * 2, start=DAY + 4)
    assert market.engine.positions() == {}
    assert [o.reason.value for o in market.submitted[3:]] == ["horizon", "horizon"]


def test_a_broker_that_refuses_exits_is_not_asked_in_circles() -> None:
    class Refusing(TinyBroker):
        def answer(self, output: Output, now_ns: int) -> list[Event]:
            if isinstance(output, SubmitOrder) and output.intent.reason is OrderReason.HORIZON:
                return [OrderRejected(output.intent.client_order_id, "no", now_ns, now_ns)]
            return super().answer(output, now_ns)

    market = Market(_once(DAY), broker=Refusing())
    _run(market, [flat_bars()] * (DAY + 8))
    assert sum(o.reason is OrderReason.HORIZON for o in market.submitted) == 5  # once a slice


def test_an_unanswered_order_is_unknown_and_holds_back_what_depends_on_it() -> None:
    class Silent(TinyBroker):
        def answer(self, output: Output, now_ns: int) -> list[Event]:
            del output, now_ns
            return []

    market = Market(lambda s: [2.0], broker=Silent())
    _run(market, [flat_bars()] * (DAY + 1))
    sent_ns = market.events[-1].occurred_ns
    deadline_ns = market.engine.next_deadline_ns
    assert deadline_ns == sent_ns + 10_000 * 1_000_000
    market.step(Timer(TimerKind.ORDER_DEADLINE, deadline_ns - 1, deadline_ns - 1))
    assert _open_order(market, OrderReason.ENTRY).status is OrderStatus.PENDING
    market.step(Timer(TimerKind.ORDER_DEADLINE, deadline_ns, deadline_ns))
    assert _open_order(market, OrderReason.ENTRY).status is OrderStatus.UNKNOWN
    assert market.engine.next_deadline_ns is None
    _run(market, [flat_bars()] * 6, start=DAY + 1)
    assert len(market.submitted) == 1  # it may still fill: nothing is sent beside it


def test_entries_are_judged_largest_first_and_share_the_room() -> None:
    # Room for one and a half of two full positions: the stronger signal gets in, the other is denied.
    def score(s: BarSlice) -> list[float]:
        return [0.2, 2.0] if s.sequence == DAY else [0.0, 0.0]

    config = make_config("risk.gross_max=0.07", "portfolio.no_trade_band_bps=0")
    market = Market(score, symbols=("AAA", "BBB"), config=config)
    for i in range(DAY + 1):
        market.offer(make_slice(i, {"AAA": flat_bars(), "BBB": flat_bars(50.0)}))
    assert [intent.symbol for intent in market.submitted] == ["BBB"]
    (denied,) = market.of(IntentDenied)
    assert (denied.intent.symbol, denied.verdict.code, denied.verdict.limit) == ("AAA", "gross_exposure", "7 %")
