"""At what price, if any, a bar fills an order. Prices in 1e-9 dollars, on the tick, rounded against us."""

from dataclasses import dataclass

from foxml.domain.money import round_to
from foxml.domain.orders import OrderType, Side
from foxml.settings.sections.broker import SimulatedSettings

__all__ = ["FillPrice", "PriceBar", "fee", "fill_price"]


@dataclass(frozen=True, slots=True)
class PriceBar:
    """Open, high and low of one bar in 1e-9 dollars."""

    open: int
    high: int
    low: int


@dataclass(frozen=True, slots=True)
class FillPrice:
    """A fill's price, and how early within the bar it is taken to be: 0 at the open, 1 adverse, 2 favourable."""

    price: int
    rank: int


def fill_price(
    order_type: OrderType,
    side: Side,
    limit_price: int | None,
    stop_price: int | None,
    bar: PriceBar,
    tick: int,
    costs: SimulatedSettings,
) -> FillPrice | None:
    """Price at which an order that rests before a bar fills in it.

    A market order pays the half spread and the slippage on the open. A limit fills only where the bar trades through
    it, at the open where that is better. A stop triggers at its price, or at the open beyond it, and pays what a
    market order pays. Stops rank before limits: of a stop and a target in one bar, the worse is first.

    Returns
    -------
    FillPrice or None
        None: the bar does not fill it.
    """
    buying = side is Side.BUY
    if order_type is OrderType.MARKET:
        return FillPrice(_with_costs(bar.open, side, tick, costs), 0)
    if order_type is OrderType.LIMIT:
        assert limit_price is not None
        if (bar.open < limit_price) if buying else (bar.open > limit_price):
            return FillPrice(round_to(bar.open, tick, up=buying), 0)
        if (bar.low < limit_price) if buying else (bar.high > limit_price):
            return FillPrice(limit_price, 2)
        return None
    assert stop_price is not None
    if (bar.open >= stop_price) if buying else (bar.open <= stop_price):
        return FillPrice(_with_costs(bar.open, side, tick, costs), 0)
    if (bar.high >= stop_price) if buying else (bar.low <= stop_price):
        return FillPrice(_with_costs(stop_price, side, tick, costs), 1)
    return None


def _with_costs(price: int, side: Side, tick: int, costs: SimulatedSettings) -> int:
    # Basis points as whole 1e-9 parts: exact, and the same on every machine.
    parts = round((costs.half_spread_bps + costs.slippage_bps) * 1e5)
    moved = price * (1_000_000_000 + side.sign * parts)
    paid = -(-moved // 1_000_000_000) if side is Side.BUY else moved // 1_000_000_000
    return max(round_to(paid, tick, up=side is Side.BUY), tick)


def fee(side: Side, quantity: int, price: int, *, is_first: bool, costs: SimulatedSettings) -> int:
    """Commission and regulatory fees of one execution, in 1e-9 dollars, rounded up.

    The least commission is asked for with an order's first execution.
    """
    commission = -(-costs.commission_per_share * quantity // 1_000_000_000)
    if is_first:
        commission = max(commission, costs.commission_min)
    if side is Side.BUY:
        return commission
    proceeds = quantity * price // 1_000_000_000
    sec = -(-proceeds * round(costs.sec_fee_bps * 1e5) // 1_000_000_000)
    return commission + sec - (-costs.taf_fee_per_share * quantity // 1_000_000_000)
