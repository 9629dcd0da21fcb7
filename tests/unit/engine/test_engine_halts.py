"""Halts: what raises them, what they still let through, and who lowers them."""

import pytest
from engine_harness import BARS_PER_SESSION, Market, TinyBroker, flat_bars, make_config, make_slice

from foxml.domain.commands import HaltChanged, IntentDenied, Output, SubmitOrder
from foxml.domain.events import (
    BrokerConnection,
    Event,
    FaultRaised,
    OperatorHalt,
    OrderRejected,
    RunStarted,
)
from foxml.domain.money import NANO
from foxml.domain.orders import Denied, HaltLevel, OrderReason
from foxml.risk import TRIPS, HaltSwitch, RiskWatch
from foxml.risk.trips import Trip
from foxml.settings import load_config

DAY = BARS_PER_SESSION
LEVELS = {level.name.lower(): level for level in HaltLevel}


def _held(*overrides: str, broker: TinyBroker | None = None, score: float = 2.0) -> Market:
    """A market that has just entered AAA and BBB at 100 with 50 shares each (or as much as its broker fills)."""
    config = make_config("risk.daily_loss_max=0.005", "risk.drawdown_max=0.05", *overrides)
    market = Market(lambda s: [score, score], symbols=("AAA", "BBB"), config=config, broker=broker or TinyBroker())
    for i in range(DAY + 2):
        market.offer(_slice(i, 100.0))
    return market


def _slice(number: int, price: float):
    return make_slice(number, {"AAA": flat_bars(price), "BBB": flat_bars(100.0)})


def _operator(market: Market, level: HaltLevel) -> list[Output]:
    now = market.events[-1].occurred_ns
    return market.step(OperatorHalt(level, "because", now, now))


def test_a_daily_loss_stops_openings_and_lets_exits_through() -> None:
    # 50 shares fall by 11: 0.55 % of 100,000, more than the 0.5 allowed. The stop at 98 is not in the way: it gaps.
    market = _held("execution.stop=false", "execution.target=false")
    market.offer(_slice(DAY + 2, 89.0))
    (changed,) = market.of(HaltChanged)
    assert (changed.before, changed.after) == (HaltLevel.ACTIVE, HaltLevel.REDUCE_ONLY)
    assert (changed.cause.code, changed.cause.limit, changed.cause.observed) == ("daily_loss", "0.5 %", "0.55 %")
    for i in range(DAY + 3, DAY + 8):
        market.offer(_slice(i, 89.0))
    assert market.engine.positions() == {}
    entries = [o for o in market.submitted if o.reason is OrderReason.ENTRY]
    assert len(entries) == 2  # none after the halt, though the signal stands
    assert {denied.verdict.code for denied in market.of(IntentDenied)} == {"halt_level"}


def test_the_loss_of_yesterday_is_not_todays() -> None:
    # Down 0.4 % on the first day and 0.4 % on the next: never more than 0.5 % in one.
    market = _held("execution.stop=false", "execution.target=false", "risk.daily_loss_max=0.005")
    for i in range(DAY + 2, 2 * DAY):
        market.offer(_slice(i, 92.0 if i == 2 * DAY - 1 else 100.0))
    assert market.engine.halt_level is HaltLevel.ACTIVE


def test_a_drawdown_flattens() -> None:
    market = _held("risk.daily_loss_max=0.5", "risk.drawdown_max=0.005", "execution.stop=false")
    out = market.offer(_slice(DAY + 2, 89.0))
    assert [type(o).__name__ for o in out if isinstance(o, HaltChanged)] == ["HaltChanged"]
    assert market.engine.halt_level is HaltLevel.FLATTEN
    market.offer(_slice(DAY + 3, 89.0))
    assert market.engine.positions() == {}
    assert market.engine.orders.count_open() == 0
    assert {trade.exit_reason for trade in market.trades} == {"flatten"}


@pytest.mark.parametrize("name", ["reduce_only", "cancel_only", "flatten"])
def test_the_operator_sets_the_level_up_and_down(name: str) -> None:
    market = _held(broker=TinyBroker(part=20 * NANO))
    entries = [o for s in ("AAA", "BBB") for o in market.engine.orders.open(s) if o.reason is OrderReason.ENTRY]
    assert entries == []  # one bar to work, and its remainder is taken back
    _operator(market, LEVELS[name])
    assert market.engine.halt_level is LEVELS[name]
    before = len(market.submitted)
    for i in range(DAY + 2, DAY + 9):
        market.offer(_slice(i, 100.0))
    sent = market.submitted[before:]
    assert all(o.reason is not OrderReason.ENTRY for o in sent)
    if name == "cancel_only":
        assert sent == []
        assert len(market.engine.positions()) == 2
    else:
        assert market.engine.positions() == {}
    (lowered,) = [o for o in _operator(market, HaltLevel.ACTIVE) if isinstance(o, HaltChanged)]
    assert (lowered.before, lowered.after, lowered.cause.code) == (LEVELS[name], HaltLevel.ACTIVE, "operator")
    for i in range(DAY + 9, DAY + 15):
        market.offer(_slice(i, 100.0))
    assert any(o.reason is OrderReason.ENTRY for o in market.submitted[before:])


def test_a_halt_takes_back_what_would_open() -> None:
    market = Market(lambda s: [2.0])
    for i in range(DAY + 1):
        market.offer(make_slice(i, {"AAA": flat_bars()}))
    assert [o.reason for o in market.engine.orders.open("AAA")] == [OrderReason.ENTRY]
    _operator(market, HaltLevel.REDUCE_ONLY)
    assert market.engine.orders.count_open() == 0
    assert market.engine.trades == ()


def test_flatten_waits_for_the_proof_of_its_cancels() -> None:
    market = _held()
    out = _operator(market, HaltLevel.FLATTEN)
    assert [o.intent.reason.value for o in out if isinstance(o, SubmitOrder)] == ["flatten", "flatten"]
    market.offer(_slice(DAY + 2, 100.0))
    assert market.engine.positions() == {}


def test_a_level_that_was_lowered_rises_again_only_by_what_happens_then() -> None:
    # The person has seen the loss: the count of it starts anew, or the level could never be lowered.
    market = _held("execution.stop=false", "execution.target=false")
    market.offer(_slice(DAY + 2, 89.0))
    _operator(market, HaltLevel.ACTIVE)
    market.offer(_slice(DAY + 3, 89.0))
    assert market.engine.halt_level is HaltLevel.ACTIVE


def test_a_fault_stops_openings() -> None:
    market = _held()
    now = market.events[-1].occurred_ns
    (changed,) = market.step(FaultRaised("assertion", now, now))
    assert (changed.after, changed.cause.code) == (HaltLevel.REDUCE_ONLY, "fault")


def test_nothing_is_opened_while_the_broker_is_away() -> None:
    market = Market(lambda s: [2.0])
    for i in range(DAY):
        market.offer(make_slice(i, {"AAA": flat_bars()}))
    now = market.events[-1].occurred_ns
    market.step(BrokerConnection(False, "gone", now, now))
    market.offer(make_slice(DAY, {"AAA": flat_bars()}))
    assert [d.verdict.code for d in market.of(IntentDenied)] == ["broker_connection"]
    market.step(BrokerConnection(True, "back", now, now))
    market.offer(make_slice(DAY + 1, {"AAA": flat_bars()}))
    assert len(market.submitted) == 1


def test_a_broker_that_refuses_everything_stops_openings() -> None:
    class Refusing(TinyBroker):
        def answer(self, output: Output, now_ns: int) -> list[Event]:
            if isinstance(output, SubmitOrder):
                return [OrderRejected(output.intent.client_order_id, "no", now_ns, now_ns)]
            return []

    market = Market(lambda s: [2.0], broker=Refusing(), config=make_config("risk.reject_window_orders=3"))
    for i in range(DAY + 8):
        market.offer(make_slice(i, {"AAA": flat_bars()}))
    assert len(market.submitted) == 3
    assert market.of(HaltChanged)[0].cause.code == "reject_rate"


def test_a_start_is_no_news() -> None:
    market = Market(lambda s: [0.0])
    assert market.step(RunStarted((("version", "1"),), 1, 1)) == []


def test_the_switch_only_rises_by_itself() -> None:
    switch, cause = HaltSwitch(), Denied("x", "", "")
    for level in (HaltLevel.CANCEL_ONLY, HaltLevel.REDUCE_ONLY, HaltLevel.CANCEL_ONLY, HaltLevel.ACTIVE):
        before = switch.level
        changed = switch.trip(level, cause)
        assert switch.level.value == max(before.value, level.value)
        assert (changed is None) == (level.value <= before.value)
    assert switch.set(HaltLevel.CANCEL_ONLY, "again") is None
    assert switch.set(HaltLevel.ACTIVE, "seen") is not None


# Trip, what happened to the book, what it says: equities, losses (-) and gains (+), refusals (r) and acceptances (a).
TRIP_ROWS = """
daily_loss       | 100 98            | ok
daily_loss       | 100 97.9          | 2 % ; 2.1 %
daily_loss       | 100 102 / 100.5   | ok
daily_loss       | 100 102 / 99.5    | 2 % ; 2.451 %
daily_loss       | 100 98.5 / 97     | ok
drawdown         | 100 90            | ok
drawdown         | 100 120 / 108     | ok
drawdown         | 100 120 / 107.9   | 10 % ; 10.08 %
drawdown         | 100 89.9 95       | ok
loss_streak      | - - -             | ok
loss_streak      | - - + - - -       | ok
loss_streak      | - - - -           | 3 trades ; 4 trades
reject_rate      | r r r             | ok
reject_rate      | a r a r           | ok
reject_rate      | a r r r           | 50 % ; 75 %
reject_rate      | r r r a a a       | ok
unexplained_fill |                   | ok
unexplained_fill | x                 | 0 fills ; 1 fills
"""


@pytest.mark.parametrize("line", TRIP_ROWS.strip().splitlines())
def test_trip_row(line: str) -> None:
    code, history, answer = (cell.strip() for cell in line.split("|"))
    overrides = ["daily_loss_max=0.02", "drawdown_max=0.1", "loss_streak_max=3", "reject_rate_max=0.5"]
    limits = load_config(
        None, environ={}, overrides=[f"risk.{o}" for o in [*overrides, "reject_window_orders=4"]]
    ).config.risk
    watch, session = RiskWatch(100 * NANO, limits), 1
    for word in history.split():
        if word == "/":
            session += 1
        elif word in "+-":
            watch.trade_closed(1 if word == "+" else -1)
        elif word in "ar":
            watch.answered(rejected=word == "r")
        elif word == "x":
            watch.unexplained_fill()
        else:
            watch.mark(session, round(float(word) * NANO))
    trip: Trip = next(t for t in TRIPS if t.code == code)
    denied = trip.judge(watch.health, limits)
    if answer == "ok":
        assert denied is None
    else:
        assert denied is not None
        assert f"{denied.limit} ; {denied.observed}" == answer
        watch.restart()
        assert trip.judge(watch.health, limits) is None
