"""Orders cannot be built half, and an approval fits one order only."""

import pytest

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.commands import SubmitOrder
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.domain.orders import (
    Approved,
    OrderIntent,
    OrderReason,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)


def _intent(order_type: OrderType, limit: int | None, stop: int | None, quantity: int = NANO) -> OrderIntent:
    return OrderIntent(
        "fx-1", "SPY", Side.SELL, quantity, order_type, limit, stop, TimeInForce.DAY, OrderReason.ENTRY, 0
    )


@pytest.mark.parametrize(
    ("order_type", "limit", "stop"),
    [
        (OrderType.MARKET, 1, None),
        (OrderType.LIMIT, None, None),
        (OrderType.LIMIT, 1, 1),
        (OrderType.STOP, None, None),
    ],
)
def test_prices_must_fit_the_type(order_type: OrderType, limit: int | None, stop: int | None) -> None:
    # A limit order without a limit is a market order that nobody asked for.
    with pytest.raises(AssertionError):
        _intent(order_type, limit, stop)


def test_signed_quantity_follows_the_side() -> None:
    assert _intent(OrderType.MARKET, None, None, 5).signed_quantity == -5


def test_approval_is_for_one_intent() -> None:
    # An approval that could travel to another order would be a switch that turns risk off.
    with pytest.raises(AssertionError):
        SubmitOrder(_intent(OrderType.MARKET, None, None), Approved("fx-2", 12))


def test_unknown_counts_as_open() -> None:
    # What is not proved to be over may still fill.
    assert {status for status in OrderStatus if status.is_open} == {
        OrderStatus.PENDING,
        OrderStatus.ACCEPTED,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.UNKNOWN,
    }


@pytest.mark.parametrize("field", ["tick", "lot", "price_grid", "volume_unit"])
def test_instrument_names_the_wrong_constant(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} of SPY must be positive, found 0"):
        Instrument("SPY", **{field: 0})


def test_corporate_action_needs_a_value() -> None:
    with pytest.raises(ValueError, match="split of AAPL must be positive, found 0"):
        CorporateAction("AAPL", ActionKind.SPLIT, 0, 0, 0)
