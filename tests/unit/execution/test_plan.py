"""Entries, levels and exits by hand."""

import pytest

from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, parse_nano
from foxml.domain.orders import OrderReason, OrderType, Side, TimeInForce
from foxml.execution import (
    ActiveTrade,
    SessionPlace,
    barrier_levels,
    entry_intent,
    exit_intent,
    level_touched,
    may_enter,
    protective_intents,
)
from foxml.settings import load_config
from foxml.settings.sections.execution import ExecutionSection

HOUR = 3600 * NANO


def _rules(*overrides: str) -> ExecutionSection:
    return load_config(None, environ={}, overrides=[f"execution.{text}" for text in overrides]).config.execution


# Bars left in the session | across sessions | flat at the end | none in the last | may enter.
WINDOWS = """
6 | yes | no  | 0 | yes
0 | yes | no  | 0 | yes
0 | no  | no  | 0 | no
1 | no  | no  | 0 | yes
1 | yes | yes | 0 | no
2 | yes | yes | 0 | yes
1 | no  | yes | 0 | no
2 | yes | no  | 3 | no
3 | yes | no  | 3 | yes
3 | no  | no  | 3 | no
4 | no  | no  | 3 | yes
4 | no  | yes | 3 | yes
"""


@pytest.mark.parametrize("line", WINDOWS.strip().splitlines())
def test_entry_window(line: str) -> None:
    # Where the label could not exist, or the position could not be left in time, there is no entry.
    left, cross, flat, last, expected = (cell.strip() for cell in line.split("|"))
    rules = _rules(f"session_end_flat={'true' if flat == 'yes' else 'false'}", f"no_entry_last_bars={last}")
    place = SessionPlace(10 * HOUR - int(left) * HOUR, 10 * HOUR, HOUR)
    assert place.bars_left == int(left)
    assert may_enter(place, cross_session=cross == "yes", rules=rules) == (expected == "yes")


def test_a_short_last_bar_counts_as_a_bar() -> None:
    assert SessionPlace(9 * HOUR, 9 * HOUR + HOUR // 2, HOUR).bars_left == 1


@pytest.mark.parametrize(
    ("price", "sigma", "tick", "upper", "lower"),
    [
        ("100", 0.02, "0.01", "103", "98"),
        ("33.33", 0.01, "0.01", "33.83", "32.99"),  # 33.829950 up, 32.9967 down
        ("0.05", 0.5, "0.01", "0.09", "0.02"),
        ("0.02", 3.0, "0.01", "0.11", "0.01"),  # never below one tick
    ],
)
def test_levels_are_on_the_tick_and_never_tighter_than_the_label(
    price: str, sigma: float, tick: str, upper: str, lower: str
) -> None:
    got = barrier_levels(parse_nano(price), sigma, up_sigma=1.5, down_sigma=1.0, tick=parse_nano(tick))
    assert got == (parse_nano(upper), parse_nano(lower))


def _trade(side: Side) -> ActiveTrade:
    return ActiveTrade("AAA", 0, side, 0, 0.02, 3, upper=110 * NANO, lower=95 * NANO)


@pytest.mark.parametrize(("side", "stop", "target"), [(Side.BUY, 95, 110), (Side.SELL, 110, 95)])
def test_a_long_stops_below_and_a_short_above(side: Side, stop: int, target: int) -> None:
    made = protective_intents(("s", "t"), "g", _trade(side), 7 * NANO, 1, _rules())
    assert [(o.reason, o.order_type, o.stop_price or o.limit_price) for o in made] == [
        (OrderReason.BARRIER_STOP, OrderType.STOP, stop * NANO),
        (OrderReason.BARRIER_TARGET, OrderType.LIMIT, target * NANO),
    ]
    assert {(o.side, o.quantity, o.oco_group, o.time_in_force) for o in made} == {
        (side.opposite, 7 * NANO, "g", TimeInForce.GTC)
    }
    only_stop = protective_intents(("s", "t"), "g", _trade(side), 7 * NANO, 1, _rules("target=false"))
    assert [o.reason for o in only_stop] == [OrderReason.BARRIER_STOP]


# Side, high, low of the bar, what it reached: within one bar the worse level comes first.
@pytest.mark.parametrize(
    ("side", "high", "low", "reason"),
    [
        (Side.BUY, 109, 96, None),
        (Side.BUY, 110, 96, OrderReason.BARRIER_TARGET),
        (Side.BUY, 120, 95, OrderReason.BARRIER_STOP),
        (Side.SELL, 110, 90, OrderReason.BARRIER_STOP),
        (Side.SELL, 109, 95, OrderReason.BARRIER_TARGET),
    ],
)
def test_levels_watched_by_bars(side: Side, high: int, low: int, reason: OrderReason | None) -> None:
    assert level_touched(_trade(side), high * NANO, low * NANO) is reason
    assert level_touched(ActiveTrade("AAA", 0, side, 0, 0.02, 3), high * NANO, low * NANO) is None


def test_entry_and_exit() -> None:
    entry = entry_intent("a", Instrument("AAA"), -5 * NANO, 9)
    assert (entry.side, entry.quantity, entry.reason) == (Side.SELL, 5 * NANO, OrderReason.ENTRY)
    leave = exit_intent("b", "AAA", -5 * NANO, 2 * NANO, OrderReason.HORIZON, 9)
    assert (leave.side, leave.quantity, leave.order_type) == (Side.BUY, 3 * NANO, OrderType.MARKET)
    with pytest.raises(AssertionError):
        entry_intent("a", Instrument("AAA"), NANO // 2, 9)


def test_a_round_trip_is_summed_up() -> None:
    # 100 at 10, 50 at 13; 150 out at 11, fees of 2: entry at 11, so -2 after fees.
    trade = _trade(Side.BUY)
    trade.entry_ns = 3
    trade.record_open(100 * NANO, 1000 * NANO, 100 * NANO)
    trade.record_open(50 * NANO, 650 * NANO, 150 * NANO)
    trade.record_close(150 * NANO, 1650 * NANO, 0)
    trade.fees = 2 * NANO
    trade.last_exit = OrderReason.BARRIER_STOP
    record = trade.closed_record(9)
    assert (record.entry_price, record.exit_price, record.quantity) == (11 * NANO, 11 * NANO, 150 * NANO)
    assert (record.pnl, record.entry_ns, record.exit_ns, record.exit_reason) == (-2 * NANO, 3, 9, "barrier_stop")
