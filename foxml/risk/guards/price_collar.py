"""Prices far from the market are mistakes."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def price_collar(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the order's own price, if it has one, is within `price_collar_bps` of the latest close.

    An order that reduces is never asked: a protective stop belongs far from the price.
    """
    last = view.prices.get(intent.symbol, 0)
    price = intent.limit_price if intent.limit_price is not None else intent.stop_price
    if last <= 0:
        return Denied("price_collar", f"{limits.price_collar_bps:g} bps", "no price")
    if price is None:
        return None
    away_bps = 1e4 * abs(price - last) / last
    if away_bps <= limits.price_collar_bps:
        return None
    return Denied("price_collar", f"{limits.price_collar_bps:g} bps", f"{away_bps:.1f} bps")


GUARD: Final = Guard("price_collar", ("price_collar_bps",), Scope.OPENING, price_collar)
