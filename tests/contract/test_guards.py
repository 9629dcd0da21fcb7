"""Every guard and trip that exists is found, wired into the check, documented, and never traps a position."""

import pkgutil
from importlib import import_module
from inspect import getdoc

import pytest

import foxml.risk.guards
import foxml.risk.trips
from foxml.domain.money import NANO
from foxml.domain.orders import (
    Approved,
    Denied,
    HaltLevel,
    OrderIntent,
    OrderReason,
    OrderType,
    Side,
    TimeInForce,
)
from foxml.risk import GUARDS, TRIPS, Exposure, RiskLimits, RiskView, check, describe_guards
from foxml.risk.guard import Guard, Scope
from foxml.risk.trips import Trip
from foxml.settings import load_config

GUARD_FILES = sorted(module.name for module in pkgutil.iter_modules(foxml.risk.guards.__path__))
TRIP_FILES = sorted(module.name for module in pkgutil.iter_modules(foxml.risk.trips.__path__) if module.name != "trip")
GUARDS_MIN, TRIPS_MIN = 14, 4


def _limits() -> RiskLimits:
    return load_config(None, environ={}).config.risk


def test_guards_and_trips_are_found() -> None:
    # Finding none must fail: a suite that checks nothing looks the same as one that finds nothing wrong.
    assert len(GUARD_FILES) >= GUARDS_MIN
    assert len(TRIP_FILES) >= TRIPS_MIN


@pytest.mark.parametrize("name", GUARD_FILES)
def test_guard_file(name: str) -> None:
    # A guard that is written but not asked protects nobody.
    guard = import_module(f"foxml.risk.guards.{name}").GUARD
    assert isinstance(guard, Guard)
    assert guard.code == name == guard.judge.__name__
    assert GUARDS.count(guard) == 1
    assert set(guard.limits) <= set(RiskLimits.model_fields)
    text = getdoc(guard.judge) or ""
    assert text.startswith("Require that ")
    says = "An order that reduces is never asked" if guard.scope is Scope.OPENING else "exit"
    assert says in text, f"{name} must say how it treats orders that leave a position"


@pytest.mark.parametrize("name", TRIP_FILES)
def test_trip_file(name: str) -> None:
    trip = import_module(f"foxml.risk.trips.{name}").TRIP
    assert isinstance(trip, Trip)
    assert trip.code == name == trip.judge.__name__
    assert TRIPS.count(trip) == 1
    assert set(trip.limits) <= set(RiskLimits.model_fields)
    assert trip.level is not HaltLevel.ACTIVE


def test_nothing_is_asked_that_no_file_holds() -> None:
    assert sorted(guard.code for guard in GUARDS) == GUARD_FILES
    assert sorted(trip.code for trip in TRIPS) == TRIP_FILES


def test_every_limit_is_used() -> None:
    # A limit that nobody reads is a promise that nobody keeps.
    used = {key for judge in (*GUARDS, *TRIPS) for key in judge.limits}
    assert used == set(RiskLimits.model_fields)


def _worst_world(position: int, halt: HaltLevel) -> RiskView:
    """Nothing is well: no data, no broker, no money, a dead model, every count at its limit."""
    rules = _limits()
    return RiskView(
        now_ns=10**18,
        close_ns=0,
        session_bars_left=0,
        halt_level=halt,
        broker_connected=False,
        equity=-1,
        cash=-(10**18),
        model_created_ns=0,
        model_expires_ns=1,
        orders_last_minute=10 * rules.orders_per_minute_max,
        prices={},
        exposures={"AAA": Exposure(position), "BBB": Exposure(10**18)},
        facts={},
        known_ids=set(),
    )


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("halt", [HaltLevel.ACTIVE, HaltLevel.REDUCE_ONLY, HaltLevel.FLATTEN])
def test_an_exit_is_never_trapped(side: Side, halt: HaltLevel) -> None:
    # The one thing that must work when nothing else does.
    view = _worst_world(-side.sign * 10 * NANO, halt)
    reason = OrderReason.FLATTEN if halt is HaltLevel.FLATTEN else OrderReason.RISK
    intent = OrderIntent(
        "id", "AAA", side, 10 * NANO, OrderType.MARKET, None, None, TimeInForce.DAY, reason, view.now_ns
    )
    assert check(intent, view, _limits()) == Approved("id", len(GUARDS))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.code)
def test_no_guard_alone_lets_an_opening_order_through_blindly(guard: Guard) -> None:
    # Whatever is asked first, an order in the worst of worlds is denied with a code, a limit and an observation.
    intent = OrderIntent(
        "id", "AAA", Side.BUY, NANO, OrderType.MARKET, None, None, TimeInForce.DAY, OrderReason.ENTRY, 0
    )
    verdict = check(intent, _worst_world(0, HaltLevel.ACTIVE), _limits())
    assert isinstance(verdict, Denied)
    assert verdict.limit
    assert verdict.observed
    judged = guard.judge(intent, _worst_world(0, HaltLevel.ACTIVE), _limits())
    assert judged is None or judged.code == guard.code


def test_the_table_names_them_all() -> None:
    table = describe_guards(100)
    assert max(len(line) for line in table.splitlines()) <= 100
    for judge in (*GUARDS, *TRIPS):
        assert f"\n{judge.code} " in table
